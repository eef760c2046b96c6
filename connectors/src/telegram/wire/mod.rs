//! Telegram's updates (https://core.telegram.org/bots/api#update), parsed leniently: a field of an unexpected type
//! counts as absent, so that a new format of one field never costs a message. Absent fields have their empty value.

mod content;
mod message;
mod reaction;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

pub use content::{FileRef, PhotoSize, Sticker, line_of};
pub use message::{Chat, Entity, Message, Origin, User};
pub use reaction::{BusinessConnection, CallbackQuery, ChatMemberUpdated, DeletedBusinessMessages, MessageReaction};

/// Reads a field of any type; a value that does not fit counts as absent.
pub(super) fn lenient<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned + Default,
{
    Ok(serde_json::from_value(Value::deserialize(deserializer)?).unwrap_or_default())
}

/// Structures all of whose fields are lenient.
macro_rules! wire {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, serde::Deserialize)]
        #[serde(default)]
        pub struct $name {
            $(
                $(#[$field_doc])*
                #[serde(deserialize_with = "crate::telegram::wire::lenient")]
                pub $field: $type,
            )+
        }
    )+};
}
use wire;

wire! {
    /// One update. At most one of its fields is set.
    Update {
        message: Option<Box<Message>>,
        edited_message: Option<Box<Message>>,
        callback_query: Option<CallbackQuery>,
        message_reaction: Option<MessageReaction>,
        my_chat_member: Option<ChatMemberUpdated>,
        business_connection: Option<BusinessConnection>,
        business_message: Option<Box<Message>>,
        edited_business_message: Option<Box<Message>>,
        deleted_business_messages: Option<DeletedBusinessMessages>,
    }
}
