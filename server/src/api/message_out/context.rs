//! The context of a message in a response: replies, forwards, posts and templates.

use base::message::{Body, Post, Quote, SharedPost, Template};
use serde::Serialize;
use utoipa::ToSchema;

use super::content::ContentOut;
use super::files::FileLinks;
use base::json::Moment;

/// What a message replies to, forwards, comments on or was created from.
#[derive(Debug, Serialize, ToSchema)]
pub struct AroundOut {
    /// The template it was created from.
    #[schema(required)]
    pub template: Option<Template>,
    #[schema(required)]
    pub reply_to: Option<QuoteOut>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forward: Option<QuoteOut>,
    /// The post that the message comments on, or under which the manager replied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub post: Option<Post>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shared_post: Option<SharedPost>,
}

impl AroundOut {
    /// From a stored body.
    pub fn of(body: &Body, files: &FileLinks) -> Self {
        Self {
            template: body.template.clone(),
            reply_to: body.reply_to.as_ref().map(|quote| QuoteOut::of(quote, files)),
            forward: body.forward.as_ref().map(|quote| QuoteOut::of(quote, files)),
            post: body.post.clone(),
            shared_post: body.shared_post.clone(),
        }
    }
}

/// Another message.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuoteOut {
    /// Parom's id if Parom has the message, otherwise the messenger's; null if the message is only described by its
    /// text.
    #[schema(required)]
    pub id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<ContentOut>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender: Option<QuotedOut>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub sent_at: Option<Moment>,
}

/// Who wrote the quoted message.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuotedOut {
    #[schema(required)]
    pub name: Option<String>,
}

impl QuoteOut {
    fn of(quote: &Quote, files: &FileLinks) -> Self {
        Self {
            id: quote.message_id.map(|id| id.to_string()).or_else(|| quote.external_id.clone()),
            content: quote.content.clone().map(|content| ContentOut::plain(content, files)),
            sender: quote.sender.as_ref().map(|sender| QuotedOut { name: sender.name.clone() }),
            sent_at: quote.sent_at.map(Moment),
        }
    }
}
