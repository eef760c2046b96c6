//! Participants of a chat as sent to amoCRM.

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

/// A participant as sent to amoCRM: the customer, a manager or the bot.
///
/// A manager has the amojo id of a user as `ref_id` ([`User`](crate::rest::User)), the bot has the id that amoCRM's
/// support gave it, with the bot's `client_id` as `id` (chats-api §3.4.1, §5.8).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChatUser {
    /// Our id of the participant (the bot's `client_id` for the bot).
    pub id: String,
    /// amojo's id: required for managers and the bot as senders, and for a customer's first answer in a chat that
    /// amoCRM started (chats-api §5.4).
    pub ref_id: Option<String>,
    /// Display name.
    pub name: String,
    /// Address of a picture, which amojo may download a little later; must be public.
    pub avatar: Option<String>,
    /// Phone; amoCRM uses it to find duplicates.
    pub phone: Option<String>,
    /// E-mail address; amoCRM uses it to find duplicates.
    pub email: Option<String>,
    /// Address of the person's page in the messenger.
    pub profile_link: Option<String>,
}

impl Serialize for ChatUser {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Profile<'user> {
            #[serde(skip_serializing_if = "Option::is_none")]
            phone: &'user Option<String>,
            #[serde(skip_serializing_if = "Option::is_none")]
            email: &'user Option<String>,
        }
        let mut user = serializer.serialize_struct("ChatUser", 6)?;
        user.serialize_field("id", &self.id)?;
        if let Some(ref_id) = &self.ref_id {
            user.serialize_field("ref_id", ref_id)?;
        }
        user.serialize_field("name", &self.name)?;
        if let Some(avatar) = &self.avatar {
            user.serialize_field("avatar", avatar)?;
        }
        if self.phone.is_some() || self.email.is_some() {
            user.serialize_field("profile", &Profile { phone: &self.phone, email: &self.email })?;
        }
        if let Some(link) = &self.profile_link {
            user.serialize_field("profile_link", link)?;
        }
        user.end()
    }
}
