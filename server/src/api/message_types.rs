//! Wire forms of messages: what comes in (product.md §6.2) and how a stored message is shown.

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::json::{Moment, Object, checked_id};
use super::timeline::TimelineEventOut;
use crate::error::{Error, FieldError, Result};
use crate::intake::message::Incoming;
use crate::message::{Content, Direction, Failure, FailureCode, Media, Person, Role};

/// A text's longest form; amoCRM and most messengers take less, none takes more.
const TEXT_CHARACTERS: usize = 20_000;
const NAME_CHARACTERS: usize = 255;

/// A customer's message.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageIn {
    /// Your id of the message: the same id again is the same message. At most 255 bytes.
    #[schema(example = "ext-1001", min_length = 1, max_length = 255)]
    pub id: String,
    #[schema(value_type = ConversationIn)]
    pub conversation: Object<ConversationIn>,
    #[schema(value_type = SenderIn)]
    pub sender: Object<SenderIn>,
    /// When it was written; absent, before 2009 or more than five minutes ahead: now.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub sent_at: Option<Moment>,
    #[schema(value_type = ContentIn)]
    pub content: Object<ContentIn>,
    /// Makes no lead and notifies nobody.
    #[serde(default)]
    pub silent: Option<bool>,
    /// Comes later; null is taken.
    #[serde(default)]
    #[schema(ignore)]
    pub reply_to: Option<IgnoredAny>,
    #[serde(default)]
    #[schema(ignore)]
    pub forward: Option<IgnoredAny>,
    #[serde(default)]
    #[schema(ignore)]
    pub receiver: Option<IgnoredAny>,
    #[serde(default)]
    #[schema(ignore)]
    pub post: Option<IgnoredAny>,
    #[serde(default)]
    #[schema(ignore)]
    pub shared_post: Option<IgnoredAny>,
}

/// Which conversation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConversationIn {
    /// Your id of the conversation, at most 255 bytes.
    #[schema(example = "chat-7", min_length = 1, max_length = 255)]
    pub id: String,
}

/// Who wrote it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SenderIn {
    /// For now `client` alone.
    #[schema(inline)]
    pub role: RoleIn,
    /// Your id of the person, at most 255 bytes.
    #[schema(example = "user-7", min_length = 1, max_length = 255)]
    pub id: String,
    #[serde(default)]
    #[schema(example = "Anna", max_length = 255)]
    pub name: Option<String>,
    #[serde(default)]
    #[schema(example = "+79151112233")]
    pub phone: Option<String>,
    #[serde(default)]
    #[schema(example = "anna@example.com")]
    pub email: Option<String>,
    #[serde(default)]
    #[schema(format = Uri)]
    pub avatar_url: Option<String>,
    #[serde(default)]
    #[schema(format = Uri)]
    pub profile_url: Option<String>,
    #[serde(default)]
    #[schema(ignore)]
    pub user_id: Option<IgnoredAny>,
}

/// The sides of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoleIn {
    Client,
    Manager,
    Bot,
}

/// What it says: for now a text.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContentIn {
    /// For now `text` alone.
    #[serde(rename = "type")]
    #[schema(inline)]
    pub kind: ContentType,
    /// At most 20,000 characters.
    #[serde(default)]
    #[schema(value_type = String, example = "Hello", min_length = 1, max_length = 20000)]
    pub text: Option<String>,
    #[serde(flatten, skip)]
    #[schema(ignore)]
    pub later: (),
}

/// Kinds of content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContentType {
    Text,
    Picture,
    Video,
    File,
    Voice,
    Audio,
    Sticker,
    Location,
    Contact,
}
