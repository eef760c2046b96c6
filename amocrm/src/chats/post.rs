//! Posts of social networks: the one that a comment belongs to (chats-api §3.4.8), and one that a customer shared.

use serde::Serialize;

use super::required;
use crate::error::Error;

/// The post that is commented on; it makes a message a comment. Each commented post has a separate talk within the
/// chat.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Post {
    /// Our id of the post.
    pub id: String,
    /// Address of the post.
    pub url: String,
    /// Temporary address of its picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preview_url: Option<String>,
    /// Permanent address of its picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preview_permalink: Option<String>,
    /// Its author.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Its text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
}

impl Post {
    pub(super) fn check(&self, call: &'static str) -> Result<(), Error> {
        required(call, "message.post.id", &self.id)?;
        required(call, "message.post.url", &self.url)
    }
}

/// A post that the customer shared in the chat (chats-api §3.4.2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SharedPost {
    /// Address of the post.
    pub url: String,
    /// Name of the site.
    pub site_name: Option<String>,
    /// Temporary address of its picture, which amojo downloads.
    pub preview_link: Option<String>,
    /// Permanent address of its picture; takes precedence over `preview_link`.
    pub preview_permalink: Option<String>,
}

impl SharedPost {
    pub(super) fn check(&self, call: &'static str) -> Result<(), Error> {
        required(call, "message.shared_post.url", &self.url)
    }
}
