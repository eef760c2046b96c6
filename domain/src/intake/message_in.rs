//! A message in a request and its validation (docs/custom-messenger.md#3-a-customer-writes-10-minutes).

mod content;
#[cfg(test)]
mod tests;

use base::error::{Error, FieldError, Result};
use base::i18n::LocalizedText;
use base::json::{self, Moment, Object, checked_id};
use base::message::{Body, Content, Member, Person, Post, Quote, Role, SharedPost, is_visible};
use serde::Deserialize;
use utoipa::ToSchema;

use super::messenger::message::Incoming;
use super::{IntakeContext, clean, fields};
use crate::lookup::MessageKey;
use content::is_web_address;

pub use content::{ContentIn, ContentType, CustomerIn, PersonIn, RoleIn, SenderIn};

/// Longest title of a group, in characters.
const TITLE_CHARS: usize = 255;
/// Most members of a group that are taken.
const PARTICIPANTS: usize = 200;

/// A message from a customer, or one that a manager or a bot wrote outside amoCRM.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageIn {
    /// Your id of the message, used to detect duplicates. At most 255 bytes.
    #[schema(example = "ext-1001", min_length = 1, max_length = 255)]
    pub id: String,
    #[schema(value_type = MessageConversationIn)]
    pub conversation: Object<MessageConversationIn>,
    #[schema(value_type = SenderIn)]
    pub sender: Object<SenderIn>,
    /// The customer; required if the sender is a manager or a bot, not allowed otherwise.
    #[schema(value_type = Option<PersonIn>)]
    pub receiver: Option<Object<PersonIn>>,
    /// When the message was written. If omitted, before 2009 or more than five minutes in the future, the current time
    /// is used.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub sent_at: Option<Moment>,
    #[schema(value_type = ContentIn)]
    pub content: Object<ContentIn>,
    /// The message it replies to.
    #[schema(value_type = Option<QuoteIn>)]
    pub reply_to: Option<Object<QuoteIn>>,
    /// The message it forwards.
    #[schema(value_type = Option<QuoteIn>)]
    pub forward: Option<Object<QuoteIn>>,
    /// The post it comments on; makes the message a comment.
    #[schema(value_type = Option<PostIn>)]
    pub post: Option<Object<PostIn>>,
    /// A post that the customer shares.
    #[schema(value_type = Option<SharedPostIn>)]
    pub shared_post: Option<Object<SharedPostIn>>,
    /// Creates no lead and triggers no notification.
    pub silent: Option<bool>,
}

/// The conversation of a message: with one customer, or a group.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageConversationIn {
    /// Your id of the conversation, at most 255 bytes.
    #[schema(example = "chat-7", min_length = 1, max_length = 255)]
    pub id: String,
    /// The title of a group of several people: the name of its chat in amoCRM, also when it changes. Its members are
    /// the senders of its messages. Leave it out for a conversation with one customer.
    #[schema(example = "Delivery 77", max_length = 255)]
    pub title: Option<String>,
    /// The members of the group, at most 200: shown in the panel and with the conversation. Replaces those given before.
    #[schema(value_type = Option<Vec<ParticipantIn>>, max_items = 200)]
    pub participants: Option<Vec<Object<ParticipantIn>>>,
}

/// A member of a group.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ParticipantIn {
    /// Your id of the person, at most 255 bytes.
    #[schema(example = "user-7", min_length = 1, max_length = 255)]
    pub id: String,
    #[schema(example = "Anna")]
    pub name: Option<String>,
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
        let MessageConversationIn { id, title, participants } = self.conversation.0;
        let conversation_id = kept(checked_id("/conversation/id", id), &mut wrong);
        let participants = participants.unwrap_or_default().into_iter().map(|Object(one)| one).collect();
        let group = group(&conversation_id, title, participants, &mut wrong);
        let sender = self.sender.0.checked(&mut wrong);
        let receiver = self.receiver.map(|receiver| receiver.0);
        let receiver = content::checked_receiver(sender.role, receiver, &mut wrong);
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
        let sent_at = self.sent_at.map(|at| at.0);
        let incoming = Incoming { external_id, conversation_id, group, sent_at, body, wants_answer: true };
        if wrong.is_empty() { Ok(incoming) } else { Err(Error::Invalid(wrong)) }
    }
}

/// The id and the customer of a chat without a message, or every invalid field.
pub fn checked_chat(conversation: ConversationIn, customer: CustomerIn) -> Result<(String, Person)> {
    let mut wrong = Vec::new();
    let id = kept(checked_id("/conversation/id", conversation.id), &mut wrong);
    let customer = customer.checked(&mut wrong);
    if wrong.is_empty() { Ok((id, customer)) } else { Err(Error::Invalid(wrong)) }
}

/// A group as the person of its conversation.
fn group(
    conversation_id: &str,
    title: Option<String>,
    participants: Vec<ParticipantIn>,
    wrong: &mut Vec<FieldError>,
) -> Option<Person> {
    let Some(title) = title.map(|title| title.trim().to_owned()).filter(|title| is_visible(title)) else {
        if !participants.is_empty() {
            wrong.push(FieldError::new("/conversation/participants", LocalizedText::new("said-only-group")));
        }
        return None;
    };
    if participants.len() > PARTICIPANTS {
        let detail = LocalizedText::new("said-most-ids").with("most", PARTICIPANTS);
        wrong.push(FieldError::new("/conversation/participants", detail));
    }
    let member = |(place, one): (usize, ParticipantIn)| Member {
        id: kept(checked_id(&format!("/conversation/participants/{place}/id"), one.id), wrong),
        name: one.name.map(|name| clean(&name)).filter(|name| is_visible(name)),
    };
    let members = participants.into_iter().enumerate().map(member).collect();
    if title.chars().count() > TITLE_CHARS {
        let detail = LocalizedText::new("said-most-characters").with("most", TITLE_CHARS);
        wrong.push(FieldError::new("/conversation/title", detail));
    }
    Some(Person { id: conversation_id.to_owned(), name: Some(title), members, ..Person::default() })
}

/// Validates one message of an import with the same rules and errors as the route for a single message.
pub fn of_line(app: &IntakeContext, bytes: &[u8]) -> Result<Incoming> {
    let incoming = json::parse::<MessageIn>(bytes)?.checked()?;
    fields::check_media_url(app, &incoming.body.content)?;
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

/// Another message, identified by its id or described by its content.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuoteIn {
    /// Your id or Parom's; write `ext:ID` if yours looks like one of Parom's.
    #[schema(example = "ext-1000")]
    pub id: Option<String>,
    /// Its text, if its id is not known.
    pub text: Option<String>,
    #[schema(value_type = Option<QuotedSenderIn>)]
    pub sender: Option<Object<QuotedSenderIn>>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub sent_at: Option<Moment>,
}

/// Who wrote the quoted message.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuotedSenderIn {
    #[schema(example = "Anna")]
    pub name: Option<String>,
}

impl QuoteIn {
    fn checked(self, at: &str, wrong: &mut Vec<FieldError>) -> Option<Quote> {
        let text = self.text.filter(|text| !text.trim().is_empty());
        if let Some(id) = self.id {
            if text.is_some() || self.sender.is_some() || self.sent_at.is_some() {
                wrong.push(FieldError::new(at, LocalizedText::new("said-quote-either")));
            }
            let id = kept(checked_id(&format!("{at}/id"), id), wrong);
            return Some(match MessageKey::of(&id) {
                MessageKey::Ours(id) => Quote { message_id: Some(id), ..Quote::default() },
                MessageKey::Theirs(id) => Quote { external_id: Some(id), ..Quote::default() },
                MessageKey::Either(id, text) => {
                    Quote { message_id: Some(id), external_id: Some(text), ..Quote::default() }
                }
            });
        }
        let Some(text) = text else {
            wrong.push(FieldError::new(at, LocalizedText::new("said-quote-needed")));
            return None;
        };
        let name = self.sender.and_then(|sender| sender.0.name);
        Some(Quote {
            content: Some(Content::Text { text }),
            sender: Some(Person { name, ..Person::default() }),
            sent_at: self.sent_at.map(|at| at.0),
            ..Quote::default()
        })
    }
}

/// A post that is commented on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostIn {
    /// Your id of the post, at most 255 bytes.
    #[schema(example = "post-900", min_length = 1, max_length = 255)]
    pub id: String,
    /// Required unless `permalink` is given.
    #[schema(format = "uri")]
    pub url: Option<String>,
    /// The address of a picture that is available for a limited time.
    #[schema(format = "uri")]
    pub preview_url: Option<String>,
    /// The address of a picture that stays available.
    #[schema(format = "uri")]
    pub permalink: Option<String>,
    /// Who wrote the post.
    pub username: Option<String>,
    /// The text of the post.
    pub caption: Option<String>,
}

impl PostIn {
    fn checked(self, by_bot: bool, wrong: &mut Vec<FieldError>) -> Option<Post> {
        if by_bot {
            // chats-api §3.4.8 names clients and managers.
            wrong.push(FieldError::new("/post", LocalizedText::new("said-no-bot-comment")));
        }
        let addresses = [
            ("url", self.url.as_ref()),
            ("preview_url", self.preview_url.as_ref()),
            ("permalink", self.permalink.as_ref()),
        ];
        check_addresses("/post", &addresses, wrong);
        // amoCRM takes no post without an address (chats-api §3.4.8).
        let url = self.url.or_else(|| self.permalink.clone());
        if url.is_none() {
            wrong.push(FieldError::new("/post/url", LocalizedText::new("said-empty")));
        }
        Some(Post {
            id: kept(checked_id("/post/id", self.id), wrong),
            url,
            preview_url: self.preview_url,
            permalink: self.permalink,
            username: self.username,
            caption: self.caption,
        })
    }
}

/// A post that the customer shares.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SharedPostIn {
    #[schema(format = "uri")]
    pub url: String,
    #[schema(example = "Social")]
    pub site_name: Option<String>,
    /// The address of a picture that is available for a limited time.
    #[schema(format = "uri")]
    pub preview_url: Option<String>,
    /// The address of a picture that stays available; takes precedence if both are given.
    #[schema(format = "uri")]
    pub permalink: Option<String>,
}

impl SharedPostIn {
    fn checked(self, wrong: &mut Vec<FieldError>) -> Option<SharedPost> {
        let addresses = [
            ("url", Some(&self.url)),
            ("preview_url", self.preview_url.as_ref()),
            ("permalink", self.permalink.as_ref()),
        ];
        check_addresses("/shared_post", &addresses, wrong);
        Some(SharedPost {
            url: self.url,
            site_name: self.site_name,
            preview_url: self.preview_url,
            permalink: self.permalink,
        })
    }
}

fn check_addresses(at: &str, addresses: &[(&str, Option<&String>)], wrong: &mut Vec<FieldError>) {
    for (name, url) in addresses {
        if url.is_some_and(|url| !is_web_address(url)) {
            wrong.push(FieldError::new(format!("{at}/{name}"), LocalizedText::new("said-web-address")));
        }
    }
}
