//! The context of a message in a request: replies, forwards and posts.

use base::error::FieldError;
use base::i18n::LocalizedText;
use base::message::{Content, Person, Post, Quote, SharedPost};
use serde::Deserialize;
use utoipa::ToSchema;

use super::kept;
use super::people::is_web_address;
use crate::lookup::MessageKey;
use base::json::{Moment, Object, checked_id};

/// Another message, identified by its id or described by its content.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuoteIn {
    /// Your id or Parom's; write `ext:ID` if yours looks like one of Parom's.
    #[serde(default)]
    #[schema(example = "ext-1000")]
    pub id: Option<String>,
    /// Its text, if its id is not known.
    #[serde(default)]
    pub text: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<QuotedSenderIn>)]
    pub sender: Option<Object<QuotedSenderIn>>,
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub sent_at: Option<Moment>,
}

/// Who wrote the quoted message.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuotedSenderIn {
    #[serde(default)]
    #[schema(example = "Anna")]
    pub name: Option<String>,
}

impl QuoteIn {
    pub(super) fn checked(self, at: &str, wrong: &mut Vec<FieldError>) -> Option<Quote> {
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
    #[serde(default)]
    #[schema(format = "uri")]
    pub url: Option<String>,
    /// The address of a picture that is available for a limited time.
    #[serde(default)]
    #[schema(format = "uri")]
    pub preview_url: Option<String>,
    /// The address of a picture that stays available.
    #[serde(default)]
    #[schema(format = "uri")]
    pub permalink: Option<String>,
    /// Who wrote the post.
    #[serde(default)]
    pub username: Option<String>,
    /// The text of the post.
    #[serde(default)]
    pub caption: Option<String>,
}

impl PostIn {
    pub(super) fn checked(self, by_bot: bool, wrong: &mut Vec<FieldError>) -> Option<Post> {
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
    #[serde(default)]
    #[schema(example = "Social")]
    pub site_name: Option<String>,
    /// The address of a picture that is available for a limited time.
    #[serde(default)]
    #[schema(format = "uri")]
    pub preview_url: Option<String>,
    /// The address of a picture that stays available; takes precedence if both are given.
    #[serde(default)]
    #[schema(format = "uri")]
    pub permalink: Option<String>,
}

impl SharedPostIn {
    pub(super) fn checked(self, wrong: &mut Vec<FieldError>) -> Option<SharedPost> {
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
