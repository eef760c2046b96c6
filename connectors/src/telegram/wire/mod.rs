//! Telegram's updates (https://core.telegram.org/bots/api#update), parsed leniently: a field of an unexpected type
//! counts as absent, so that one changed field never loses a message. Absent fields have their empty value.

mod content;
mod message;
mod reaction;

pub use content::{FileRef, PhotoSize, Sticker, line_of};
pub use message::{Chat, Entity, Message, Origin, User};
pub use reaction::{BusinessConnection, CallbackQuery, ChatMemberUpdated, DeletedBusinessMessages, MessageReaction};

use crate::lenient::wire;

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
