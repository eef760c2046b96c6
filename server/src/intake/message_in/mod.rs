//! A message in a request and its validation (docs/custom-messenger.md#3-a-customer-writes-10-minutes).

use base::error::{Error, FieldError, Result};
use base::message::{Body, Role};
use serde::Deserialize;
use utoipa::ToSchema;

use super::media_url;
use crate::intake::IntakeContext;
use crate::intake::messenger::message::Incoming;
use base::json::{self, Moment, Object, checked_id};

mod content;
mod context;
mod people;

pub use content::{ContentIn, ContentType};
pub use context::{PostIn, QuoteIn, SharedPostIn};
pub use people::{PersonIn, RoleIn, SenderIn};

/// A message from a customer, or one that a manager or a bot wrote outside amoCRM.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageIn {
    /// Your id of the message, used to detect duplicates. At most 255 bytes.
    #[schema(example = "ext-1001", min_length = 1, max_length = 255)]
    pub id: String,
    #[schema(value_type = ConversationIn)]
    pub conversation: Object<ConversationIn>,
    #[schema(value_type = SenderIn)]
    pub sender: Object<SenderIn>,
    /// The customer; required if the sender is a manager or a bot, not allowed otherwise.
    #[serde(default)]
    #[schema(value_type = Option<PersonIn>)]
    pub receiver: Option<Object<PersonIn>>,
    /// When the message was written. If omitted, before 2009 or more than five minutes in the future, the current time
    /// is used.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub sent_at: Option<Moment>,
    #[schema(value_type = ContentIn)]
    pub content: Object<ContentIn>,
    /// The message it replies to.
    #[serde(default)]
    #[schema(value_type = Option<QuoteIn>)]
    pub reply_to: Option<Object<QuoteIn>>,
    /// The message it forwards.
    #[serde(default)]
    #[schema(value_type = Option<QuoteIn>)]
    pub forward: Option<Object<QuoteIn>>,
    /// The post it comments on; makes the message a comment.
    #[serde(default)]
    #[schema(value_type = Option<PostIn>)]
    pub post: Option<Object<PostIn>>,
    /// A post that the customer shares.
    #[serde(default)]
    #[schema(value_type = Option<SharedPostIn>)]
    pub shared_post: Option<Object<SharedPostIn>>,
    /// Creates no lead and triggers no notification.
    #[serde(default)]
    pub silent: Option<bool>,
}

/// Identifies a conversation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConversationIn {
    /// Your id of the conversation, at most 255 bytes.
    #[schema(example = "chat-7", min_length = 1, max_length = 255)]
    pub id: String,
}

impl MessageIn {
    /// The validated message, or every invalid field.
    pub fn checked(self) -> Result<Incoming> {
        let mut wrong = Vec::new();
        let external_id = kept(checked_id("/id", self.id), &mut wrong);
        let conversation_id = kept(checked_id("/conversation/id", self.conversation.0.id), &mut wrong);
        let sender = self.sender.0.checked(&mut wrong);
        let receiver = self.receiver.map(|receiver| receiver.0);
        let receiver = people::checked_receiver(sender.role, receiver, &mut wrong);
        let role = sender.role;
        let (content, callback_data) = self.content.0.checked(&mut wrong);
        let body = Body {
            receiver,
            callback_data,
            reply_to: self.reply_to.and_then(|quote| quote.0.checked("/reply_to", &mut wrong)),
            forward: self.forward.and_then(|quote| quote.0.checked("/forward", &mut wrong)),
            post: self.post.and_then(|post| post.0.checked(role == Role::Bot, &mut wrong)),
            shared_post: self.shared_post.and_then(|post| post.0.checked(&mut wrong)),
            silent: self.silent.unwrap_or(false),
            ..Body::new(sender, content)
        };
        let incoming = Incoming { external_id, conversation_id, sent_at: self.sent_at.map(|at| at.0), body };
        if wrong.is_empty() { Ok(incoming) } else { Err(Error::Invalid(wrong)) }
    }
}

/// Validates one message of an import with the same rules and errors as the route for a single message.
pub fn of_line(app: &IntakeContext, bytes: &[u8]) -> Result<Incoming> {
    let incoming = json::parse::<MessageIn>(bytes)?.checked()?;
    media_url::check(app, &incoming.body.content)?;
    Ok(incoming)
}

/// The value, or an empty string with its errors added to `wrong`.
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

#[cfg(test)]
mod tests;
