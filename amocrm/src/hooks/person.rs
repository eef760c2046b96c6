//! Participants of a chat as amoCRM sends them.

use serde_json::Value;

use crate::lenient;

/// A participant as amoCRM sends it: in answers, in hooks and in the history. Empty texts are `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChatPerson {
    /// amojo's id of the participant, opaque: the author may also be a bot or a template.
    pub id: Option<String>,
    /// Our id of the participant; absent for amoCRM's users, and for a customer to whom amoCRM wrote first.
    pub client_id: Option<String>,
    /// Display name.
    pub name: Option<String>,
    /// Address of the picture.
    pub avatar: Option<String>,
    /// Phone, with or without `+`; if amoCRM writes first, the chosen one.
    pub phone: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
}

impl ChatPerson {
    pub(crate) fn read(person: &Value) -> Self {
        // Phone and e-mail are at the top level or under `profile` (chats-api §7 row 8).
        let of_profile = |key| {
            lenient::text(person, key).or_else(|| person.get("profile").and_then(|profile| lenient::text(profile, key)))
        };
        Self {
            id: lenient::text(person, "id"),
            client_id: lenient::text(person, "client_id"),
            name: lenient::text(person, "name"),
            avatar: lenient::text(person, "avatar"),
            phone: of_profile("phone"),
            email: of_profile("email"),
        }
    }
}
