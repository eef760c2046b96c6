//! Converts authors and participants.

use base::message::{Person, Role};

use super::Listener;
use crate::max::wire::User;

impl Listener<'_> {
    /// A person.
    pub(super) fn person(&self, user: &User) -> Person {
        let id = user.user_id.0.to_string();
        let name = user.called().unwrap_or_else(|| self.text("max-in-nameless", &[("id", &id)]));
        let username = user.username.as_deref().filter(|name| !name.is_empty());
        let picture = [&user.full_avatar_url, &user.avatar_url].into_iter().flatten().find(|url| !url.is_empty());
        Person {
            id,
            role: Role::Client,
            name: Some(name),
            profile_url: username.map(|name| format!("https://max.ru/{name}")),
            avatar_url: picture.cloned(),
            ..Person::default()
        }
    }

    /// A group as the owner of a conversation.
    pub(super) fn room(&self, chat: i64, title: Option<&str>) -> Person {
        let id = chat.to_string();
        let title = title.filter(|title| !title.trim().is_empty()).map(str::to_owned);
        let name = title.unwrap_or_else(|| self.text("max-in-nameless", &[("id", &id)]));
        Person { id, role: Role::Client, name: Some(name), ..Person::default() }
    }
}
