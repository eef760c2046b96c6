//! Converts people. Webhooks of messages contain only ids; profiles are requested later (`complete.rs`).

use base::message::{Person, Role};

use super::Listener;
use crate::meta::files;

impl Listener<'_> {
    /// A customer by id, with what is cached of them.
    pub(super) async fn customer(&self, id: &str, at: Option<i64>) -> Person {
        let key = (self.account.id.to_owned(), id.to_owned());
        let mut person = Person {
            id: id.to_owned(),
            role: Role::Client,
            avatar_reference: Some(files::face(id, at.unwrap_or_default())),
            ..Person::default()
        };
        if let Some(profile) = self.meta.memory.profiles.get(&key).await {
            profile.describe(&mut person, self.meta.platform);
        }
        person
    }

    /// The business itself, for messages written in its own app.
    pub(super) fn business(&self) -> Person {
        Person { id: self.account.id.to_owned(), role: Role::Manager, ..Person::default() }
    }
}
