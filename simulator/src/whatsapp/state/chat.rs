//! Chats of a number with people.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::Status;

/// Who wrote a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum By {
    Customer,
    /// The business, through the API.
    Business,
    /// The owner, in the phone app (coexistence).
    Owner,
}

/// A message.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) by: By,
    /// Seconds.
    pub(crate) at: i64,
    /// `type`.
    pub(crate) kind: String,
    /// The value of the key that the kind names.
    pub(crate) body: Value,
    /// Further fields beside it: `context`, `referral`, `group_id`, `errors`.
    pub(crate) more: Map<String, Value>,
    /// The quoted message.
    pub(crate) quoted: Option<String>,
    pub(crate) reactions: BTreeMap<By, String>,
    /// For messages of the business.
    pub(crate) status: Option<Status>,
    /// The code of `failed`.
    pub(crate) error: Option<i64>,
    /// `biz_opaque_callback_data`.
    pub(crate) callback: Option<String>,
    /// `marketing`, `utility`, … of a template; `service` otherwise.
    pub(crate) category: String,
    /// The text of a template with its values, or of anything else.
    pub(crate) text: String,
    /// The request, or the customer's JSON.
    pub(crate) json: Value,
    /// The media it shows.
    pub(crate) media: Option<String>,
    /// It was addressed by phone, not by user id.
    pub(crate) is_to_phone: bool,
    /// The customer has seen it, or the business has read it.
    pub(crate) is_read: bool,
    pub(crate) is_edited: bool,
    pub(crate) is_revoked: bool,
    /// Written before the number was connected: sent as `history`.
    pub(crate) is_old: bool,
}

/// A number's chat with one person.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chat {
    pub(crate) messages: Vec<Message>,
    /// When the window for free-form messages closes, in milliseconds.
    pub(crate) open_until: i64,
    /// When the window opened by an ad or a post closes, in milliseconds.
    pub(crate) entry_until: i64,
    /// When the number last wrote to the phone, in milliseconds.
    pub(crate) phone_used_at: Option<i64>,
    /// Milliseconds.
    pub(crate) typing_until: i64,
    /// The customer has blocked the number.
    pub(crate) is_blocked: bool,
    /// The customer has stopped marketing messages.
    pub(crate) is_stopped: bool,
}

impl Chat {
    pub(crate) fn message(&self, id: &str) -> Option<&Message> {
        self.messages.iter().find(|one| one.id == id)
    }

    pub(crate) fn message_mut(&mut self, id: &str) -> Option<&mut Message> {
        self.messages.iter_mut().find(|one| one.id == id)
    }
}
