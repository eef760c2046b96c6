//! Chats of people with accounts.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

/// Who wrote a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Author {
    /// The person.
    Person,
    /// An app, by its id.
    App(String),
    /// The business in its own inbox.
    Inbox,
}

/// One message.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) mid: String,
    pub(crate) author: Author,
    pub(crate) at: i64,
    pub(crate) text: Option<String>,
    /// As in webhooks; addresses of stored files are added when it is sent.
    pub(crate) attachments: Vec<Value>,
    /// Other fields of `message` in webhooks: `reply_to`, `quick_reply`, `referral`, `metadata`, `is_unsupported`.
    pub(crate) more: Map<String, Value>,
    /// Quick replies and buttons offered with it: text and payload, or an address.
    pub(crate) choices: Vec<Choice>,
    /// The tag with which it was sent.
    pub(crate) tag: Option<String>,
    pub(crate) is_deleted: bool,
    pub(crate) edits: u32,
    /// Emoji by author: `person`, `account`.
    pub(crate) reactions: BTreeMap<&'static str, String>,
    pub(crate) is_delivered: bool,
    pub(crate) is_read: bool,
}

/// A quick reply or a button.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Choice {
    pub(crate) title: String,
    pub(crate) payload: String,
    /// A button of a template: pressing it creates a postback. Otherwise a quick reply, which creates a message.
    pub(crate) is_button: bool,
    pub(crate) url: Option<String>,
}

impl Message {
    pub(crate) fn is_by_person(&self) -> bool {
        self.author == Author::Person
    }
}

/// One chat.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chat {
    pub(crate) messages: Vec<Message>,
    /// When the person last wrote, pressed a template's button or answered a private reply.
    pub(crate) last_from_person: Option<i64>,
    pub(crate) is_blocked: bool,
    /// Until when the account is shown as typing.
    pub(crate) typing_until: i64,
    /// When the account marked the chat as seen.
    pub(crate) seen_at: i64,
}
