//! Channel posts, which comments refer to by id only (max §12): requested once and cached in this process.

use std::time::Duration;

use base::cache::Cache;
use base::message::Post;
use reqwest::Method;
use secrecy::SecretString;

use crate::max::api::{ApiError, Call, MaxApi};
use crate::max::wire::Message;

/// Maximum number of cached posts, and for how long, because a post may be edited.
const POSTS: u64 = 10_000;
const HOUR: Duration = Duration::from_secs(3600);
/// The address of a post if MAX does not return one; amoCRM requires it (chats-api §3.4.8).
const SOMEWHERE: &str = "https://max.ru";

/// The remembered posts.
pub(in crate::max) struct Posts(Cache<String, Post>);

impl Default for Posts {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(POSTS).time_to_live(HOUR).build())
    }
}

impl Posts {
    /// A post; without address and text if MAX does not return them.
    pub(super) async fn find(&self, api: &MaxApi, token: &SecretString, id: &str) -> Post {
        if let Some(known) = self.0.get(&id.to_owned()).await {
            return known;
        }
        let path = ["messages", id];
        let call = Call { method: Method::GET, path: &path, query: &[], body: None };
        let bare = Post { id: id.to_owned(), url: Some(SOMEWHERE.to_owned()), ..Post::default() };
        let found: Result<Message, ApiError> = api.call(token, call).await;
        let Ok(message) = found else { return bare };
        let url = message.url.filter(|url| !url.is_empty()).or(bare.url);
        let caption = message.body.and_then(|body| body.text).filter(|text| !text.is_empty());
        let post = Post { id: bare.id, url, caption, ..Post::default() };
        self.0.insert(id.to_owned(), post.clone()).await;
        post
    }
}
