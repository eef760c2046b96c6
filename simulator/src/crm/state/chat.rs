//! Chats, their people, messages and statuses.

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use crate::crm::log::HookAnswer;

/// The author's side of a message and where it was created.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// Written by the customer in the messenger.
    #[default]
    Incoming,
    /// Written by a manager or bot outside amoCRM, and imported.
    Imported,
    /// Written by a manager in amoCRM.
    Outgoing,
}

/// One delivery status reported for a message from amoCRM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// 1 delivered, 2 read, -1 error.
    pub code: i64,
    /// 901–905, only with an error.
    pub error_code: Option<i64>,
    /// Text shown to the manager, only with an error.
    pub error: Option<String>,
    pub at: DateTime<Utc>,
}

/// A participant from outside amoCRM.
#[derive(Clone, Debug, Default)]
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) channel_id: String,
    pub(crate) client_id: Option<String>,
    pub(crate) name: String,
    pub(crate) avatar: String,
    pub(crate) phone: String,
    pub(crate) email: String,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Chat {
    pub(crate) id: String,
    pub(crate) scope_id: String,
    /// `client_id` of the integration that owns the channel.
    pub(crate) client_id: String,
    pub(crate) conversation_id: Option<String>,
    pub(crate) person_id: String,
    pub(crate) source: Option<String>,
    pub(crate) lead_id: Option<i64>,
    pub(crate) unread: usize,
    pub(crate) messages: usize,
    pub(crate) typing: Option<Typing>,
    /// Time of the latest "the manager is typing" hook.
    pub(crate) manager_typed_at: Option<DateTime<Utc>>,
}

/// A typing indication from outside amoCRM.
#[derive(Clone, Debug)]
pub(crate) struct Typing {
    pub(crate) name: String,
    pub(crate) until: DateTime<Utc>,
}

impl Person {
    /// A person of this channel without any details.
    pub(crate) fn stranger(channel_id: &str) -> Self {
        Self { id: Uuid::new_v4().to_string(), channel_id: channel_id.to_owned(), ..Self::default() }
    }
}

impl Chat {
    /// An empty chat in a scope with a person; `client_id` is the integration's.
    pub(crate) fn opened(scope_id: &str, client_id: &str, person_id: &str) -> Self {
        Self {
            id: Uuid::new_v4().to_string(),
            scope_id: scope_id.to_owned(),
            client_id: client_id.to_owned(),
            person_id: person_id.to_owned(),
            ..Self::default()
        }
    }

    pub(crate) fn typing_at(&self, now: DateTime<Utc>) -> Option<&Typing> {
        self.typing.as_ref().filter(|typing| typing.until > now)
    }
}

/// A message that was accepted or sent.
#[derive(Clone, Debug, Default)]
pub struct Message {
    /// Amojo id.
    pub id: String,
    /// The other side's id, if it has one.
    pub msgid: Option<String>,
    pub scope_id: String,
    /// Amojo chat id.
    pub chat_id: String,
    /// The other side's chat id, which only `Sandbox::messages` fills in: a chat may be bound later.
    pub conversation_id: Option<String>,
    pub direction: Direction,
    /// `text`, `picture` and so on.
    pub kind: String,
    /// After edits.
    pub text: String,
    /// URL of the file, empty if there is none.
    pub media: String,
    /// Amojo id and name of the author.
    pub sender_id: String,
    pub sender_name: String,
    /// Amojo id of the recipient; `None` for incoming ones.
    pub(crate) receiver_id: Option<String>,
    pub msec_timestamp: i64,
    /// The inner `message` object, after edits.
    pub(crate) content: Value,
    /// The whole payload as received, or the hook's `message` object.
    pub payload: Value,
    /// External id of the source in the request.
    pub source: Option<String>,
    /// Whether it requested no lead and no notification.
    pub silent: bool,
    pub edited: bool,
    /// Reactions: author (the other side's id of a customer, the amojo id of a manager), and the emoji.
    pub reactions: Vec<(String, String)>,
    /// Every reported status, in order.
    pub statuses: Vec<Status>,
    pub hook: Option<HookAnswer>,
}

impl Message {
    /// Gives the message its content, or another one by an edit.
    pub(crate) fn set_content(&mut self, content: Value) {
        self.content = content;
        [self.kind, self.text, self.media] = ["type", "text", "media"].map(|key| self.field(key).to_owned());
    }

    /// A text field of the content, empty if absent.
    pub(crate) fn field(&self, name: &str) -> &str {
        self.content.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// The status that a manager sees: the highest success, an error (-1) only if there was none.
    pub(crate) fn shown_status(&self) -> Option<&Status> {
        self.statuses.iter().max_by_key(|status| status.code)
    }

    /// A part of the message stored besides its content: `reply_to`, `forwards`. In the payload as received, or inside
    /// the content of a manager's message.
    pub(crate) fn beside(&self, name: &str) -> Option<&Value> {
        self.payload.get(name).or_else(|| self.content.get(name)).filter(|value| !value.is_null())
    }

    /// The post this message comments.
    pub(crate) fn post_id(&self) -> Option<&str> {
        self.content.get("post")?.get("id")?.as_str()
    }

    /// Replaces the reaction of an author; `None` removes it. Whether there was one before.
    pub(crate) fn react(&mut self, by: &str, emoji: Option<&str>) -> bool {
        let before = self.reactions.len();
        self.reactions.retain(|(other, _)| other != by);
        let had = self.reactions.len() < before;
        self.reactions.extend(emoji.map(|emoji| (by.to_owned(), emoji.to_owned())));
        had
    }
}
