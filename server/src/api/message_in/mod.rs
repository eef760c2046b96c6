//! A customer's message as the API takes it (product.md §6.2), and its check at the door.

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;

use super::json::{Moment, Object, checked_id};
use crate::error::{Error, FieldError, Result};
use crate::intake::message::Incoming;
use crate::message::{Content, Person, Role};
use crate::words::Said;

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
    pub role: RoleIn,
    /// Your id of the person, at most 255 bytes.
    #[schema(example = "user-7", min_length = 1, max_length = 255)]
    pub id: String,
    #[serde(default)]
    #[schema(example = "Anna")]
    pub name: Option<String>,
    #[serde(default)]
    #[schema(example = "+79151112233")]
    pub phone: Option<String>,
    #[serde(default)]
    #[schema(example = "anna@example.com")]
    pub email: Option<String>,
    #[serde(default)]
    #[schema(format = "uri")]
    pub avatar_url: Option<String>,
    #[serde(default)]
    #[schema(format = "uri")]
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
    pub kind: ContentType,
    #[serde(default)]
    #[schema(required, value_type = String, example = "Hello", min_length = 1)]
    pub text: Option<String>,
    #[serde(default)]
    #[schema(ignore)]
    pub media_url: Option<IgnoredAny>,
    #[serde(default)]
    #[schema(ignore)]
    pub media_id: Option<IgnoredAny>,
    #[serde(default)]
    #[schema(ignore)]
    pub file_name: Option<IgnoredAny>,
    #[serde(default)]
    #[schema(ignore)]
    pub file_size: Option<IgnoredAny>,
    #[serde(default)]
    #[schema(ignore)]
    pub latitude: Option<IgnoredAny>,
    #[serde(default)]
    #[schema(ignore)]
    pub longitude: Option<IgnoredAny>,
    #[serde(default)]
    #[schema(ignore)]
    pub name: Option<IgnoredAny>,
    #[serde(default)]
    #[schema(ignore)]
    pub phone: Option<IgnoredAny>,
    #[serde(default)]
    #[schema(ignore)]
    pub duration: Option<IgnoredAny>,
    #[serde(default)]
    #[schema(ignore)]
    pub sticker_id: Option<IgnoredAny>,
    #[serde(default)]
    #[schema(ignore)]
    pub callback_data: Option<IgnoredAny>,
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

/// Said of what the API will take one day.
const LATER: &str = "said-not-yet";

impl MessageIn {
    /// Everything right, or every wrong field.
    pub fn checked(self) -> Result<Incoming> {
        let mut wrong = Vec::new();
        let later = [
            ("/reply_to", &self.reply_to),
            ("/forward", &self.forward),
            ("/receiver", &self.receiver),
            ("/post", &self.post),
            ("/shared_post", &self.shared_post),
            ("/sender/user_id", &self.sender.0.user_id),
        ];
        refuse_given(&later, LATER, &mut wrong);
        let incoming = Incoming {
            external_id: kept(checked_id("/id", self.id), &mut wrong),
            conversation_id: kept(checked_id("/conversation/id", self.conversation.0.id), &mut wrong),
            sender: self.sender.0.checked(&mut wrong),
            sent_at: self.sent_at.map(|at| at.0),
            content: Content::Text { text: self.content.0.checked(&mut wrong) },
            silent: self.silent.unwrap_or(false),
        };
        if wrong.is_empty() { Ok(incoming) } else { Err(Error::Invalid(wrong)) }
    }
}

impl SenderIn {
    fn checked(self, wrong: &mut Vec<FieldError>) -> Person {
        if self.role != RoleIn::Client {
            wrong.push(FieldError::new("/sender/role", Said::new(LATER)));
        }
        for (pointer, url) in [("/sender/avatar_url", &self.avatar_url), ("/sender/profile_url", &self.profile_url)] {
            let right = url.as_deref().is_none_or(|url| url.is_empty() || is_web_address(url));
            if !right {
                wrong.push(FieldError::new(pointer, Said::new("said-web-address")));
            }
        }
        Person {
            id: kept(checked_id("/sender/id", self.id), wrong),
            role: Role::Client,
            name: self.name,
            phone: self.phone,
            email: self.email,
            avatar_url: self.avatar_url,
            profile_url: self.profile_url,
        }
    }
}

impl ContentIn {
    fn checked(self, wrong: &mut Vec<FieldError>) -> String {
        if self.kind != ContentType::Text {
            wrong.push(FieldError::new("/content/type", Said::new(LATER)));
            return String::new();
        }
        let others = [
            ("/content/media_url", &self.media_url),
            ("/content/media_id", &self.media_id),
            ("/content/file_name", &self.file_name),
            ("/content/file_size", &self.file_size),
            ("/content/latitude", &self.latitude),
            ("/content/longitude", &self.longitude),
            ("/content/name", &self.name),
            ("/content/phone", &self.phone),
            ("/content/duration", &self.duration),
            ("/content/sticker_id", &self.sticker_id),
            ("/content/callback_data", &self.callback_data),
        ];
        refuse_given(&others, "said-not-of-text", wrong);
        let text = self.text.unwrap_or_default();
        if text.trim().is_empty() {
            wrong.push(FieldError::new("/content/text", Said::new("said-empty")));
        }
        text
    }
}

fn refuse_given(fields: &[(&str, &Option<IgnoredAny>)], why: &'static str, wrong: &mut Vec<FieldError>) {
    let given = fields.iter().filter(|(_, value)| value.is_some());
    wrong.extend(given.map(|(pointer, _)| FieldError::new(*pointer, Said::new(why))));
}

fn kept(checked: Result<String>, wrong: &mut Vec<FieldError>) -> String {
    match checked {
        Ok(id) => id,
        Err(Error::Invalid(errors)) => {
            wrong.extend(errors);
            String::new()
        }
        Err(_) => String::new(),
    }
}

fn is_web_address(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

#[cfg(test)]
mod tests;
