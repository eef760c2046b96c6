//! Converts authors and participants.

use base::message::{Person, Role};
use chrono::TimeDelta;

use super::Listener;
use crate::telegram::wire::{Chat, Message, User};

/// Profile photos are checked again after this long (a week).
const FACE: TimeDelta = TimeDelta::days(7);

impl Listener<'_> {
    /// A person. `date`: the time of the event in seconds since 1970, which decides when the profile photo is checked
    /// again.
    pub(super) fn person(&self, user: &User, date: i64) -> Person {
        let name = user.called().unwrap_or_else(|| self.say_id("tg-in-nameless", user.id));
        let username = user.username.as_deref().filter(|name| !name.is_empty());
        Person {
            id: user.id.to_string(),
            role: Role::Client,
            name: Some(name),
            profile_url: username.map(|name| format!("https://t.me/{name}")),
            avatar_reference: (!user.is_bot).then(|| face(user.id, date)),
            ..Person::default()
        }
    }

    /// A chat as a sender, or as a group.
    pub(super) fn room(&self, chat: &Chat) -> Person {
        let name = chat.called().unwrap_or_else(|| self.say_id("tg-in-nameless", chat.id));
        Person {
            id: chat.id.to_string(),
            role: Role::Client,
            name: Some(name),
            profile_url: chat.link(""),
            ..Person::default()
        }
    }

    /// The customer of a private chat.
    pub(super) fn customer(&self, chat: &Chat, date: i64) -> Person {
        Person { avatar_reference: Some(face(chat.id, date)), ..self.room(chat) }
    }

    /// The author of a message: the chat in whose name it was sent, otherwise the person.
    pub(super) fn author(&self, message: &Message) -> Person {
        match (&message.sender_chat, &message.from) {
            (Some(chat), _) => {
                let person = self.room(chat);
                let signed = message.author_signature.as_deref().filter(|name| !name.is_empty());
                let name = match (signed, &person.name) {
                    (Some(signed), Some(name)) => Some(format!("{name} ({signed})")),
                    _ => person.name.clone(),
                };
                Person { name, ..person }
            }
            (None, Some(user)) => self.person(user, message.date),
            (None, None) => self.customer(&message.chat, message.date),
        }
    }

    fn say_id(&self, key: &'static str, id: i64) -> String {
        self.text(key, &[("id", &id.to_string())])
    }
}

/// The reference to a person's profile photo for [`crate::Connector::open_media`].
fn face(user_id: i64, date: i64) -> String {
    format!("face:{user_id}:{}", date.div_euclid(FACE.num_seconds()))
}
