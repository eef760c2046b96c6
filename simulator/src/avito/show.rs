//! Inspection of the state, switches, and waiting.

use serde::Serialize;
use serde_json::Value;

use super::{
    avito::Avito,
    faults::Faults,
    json, sender,
    state::{Message, PostState},
};

/// A message of a chat.
#[derive(Clone, Debug, Serialize)]
pub struct MessageView {
    /// Its chat.
    pub chat: String,
    /// Its id.
    pub id: String,
    /// Who wrote it.
    pub author: i64,
    /// `text`, `image`, … or `deleted`.
    pub kind: String,
    /// The text, if it is one.
    pub text: String,
    /// When the other side read it, in seconds.
    pub read: Option<i64>,
    /// It was sent through the API.
    pub by_api: bool,
    /// As returned by the API.
    pub json: Value,
    /// The bytes of its picture.
    #[serde(skip)]
    pub picture: Option<bytes::Bytes>,
}

/// One API call.
#[derive(Clone, Debug, Serialize)]
pub struct CallView {
    /// `operationId` of the OpenAPI file.
    pub operation: String,
    /// Path and query.
    pub path: String,
    /// The seller who owns the token, if it was valid.
    pub seller: Option<i64>,
    /// The answer's status; 0 if the connection was dropped.
    pub status: u16,
}

/// One webhook call.
#[derive(Clone, Debug, Serialize)]
pub struct PostView {
    /// The webhook's address.
    pub url: String,
    /// What was sent.
    pub body: Value,
    /// How often it was sent.
    pub attempts: u32,
    /// Its delivery state.
    pub state: PostState,
    /// The status of the last answer.
    pub last_status: Option<u16>,
}

impl Avito {
    /// The messages of a chat, in order.
    pub fn history(&self, chat: &str) -> Vec<MessageView> {
        self.core.read(|state| {
            let Some(known) = state.chats.get(chat) else { return Vec::new() };
            let view = |message: &Message| MessageView {
                chat: chat.to_owned(),
                id: message.id.clone(),
                author: message.author,
                kind: message.kind.clone(),
                text: message.content["text"].as_str().unwrap_or_default().to_owned(),
                read: message.read,
                by_api: message.by_api,
                json: json::message(known, message),
                picture: state.picture_of(message),
            };
            known.messages.iter().map(view).collect()
        })
    }

    /// The messages that a seller's programs sent, in all chats.
    pub fn sent(&self, seller: i64) -> Vec<MessageView> {
        let chats: Vec<String> = self.core.read(|state| {
            state.chats.values().filter(|chat| chat.seller == seller).map(|chat| chat.id.clone()).collect()
        });
        chats.iter().flat_map(|chat| self.history(chat)).filter(|message| message.by_api).collect()
    }

    /// The ids of all chats.
    pub fn chats(&self) -> Vec<String> {
        self.core.read(|state| state.chats.keys().cloned().collect())
    }

    /// All API calls, in order.
    pub fn calls(&self) -> Vec<CallView> {
        self.core.read(|state| state.calls.clone())
    }

    /// All webhook calls, in order.
    pub fn posts(&self) -> Vec<PostView> {
        self.core.read(|state| {
            let view = |post: &super::state::Post| PostView {
                url: post.url.clone(),
                body: post.body.clone(),
                attempts: post.attempts,
                state: post.state,
                last_status: post.last_status,
            };
            state.posts.iter().map(view).collect()
        })
    }

    /// A seller's webhooks.
    pub fn hooks(&self, seller: i64) -> Vec<String> {
        self.core.read(|state| state.sellers.get(&seller).map(|seller| seller.hooks.clone()).unwrap_or_default())
    }

    /// The buyers whom a seller has blocked.
    pub fn blacklist(&self, seller: i64) -> Vec<i64> {
        let all = |seller: &super::state::Seller| seller.blacklist.iter().copied().collect();
        self.core.read(|state| state.sellers.get(&seller).map(all).unwrap_or_default())
    }

    /// Faults of API and webhook calls.
    pub fn faults(&self) -> &Faults {
        &self.core.faults
    }

    /// Whether a seller's subscription level includes the messenger's API; without it every call is answered with 402.
    pub fn set_level(&self, seller: i64, has_level: bool) {
        self.core.change(|state| state.set_level(seller, has_level));
    }

    /// Revokes all tokens of a seller; `for_good`: new ones are refused too, as after a change of the secret.
    pub fn revoke_tokens(&self, seller: i64, for_good: bool) {
        self.core.change(|state| state.revoke(seller, for_good));
    }

    /// Removes the webhooks of a seller, as another program might do.
    pub fn drop_hooks(&self, seller: i64) {
        self.core.change(|state| state.sellers.get_mut(&seller).map(|seller| seller.hooks.clear()));
    }

    /// Pauses or resumes the webhook sender.
    pub fn hold_posts(&self, held: bool) {
        self.core.hold(held);
    }

    /// Must be called after the clock was moved.
    pub fn tick(&self) {
        self.core.touch();
    }

    /// Waits until no webhook is due or being sent.
    pub async fn deliver_all(&self) {
        self.core.settle(|| !sender::is_busy(&self.core)).await;
    }
}

impl super::state::State {
    fn picture_of(&self, message: &Message) -> Option<bytes::Bytes> {
        let link = message.content.pointer("/image/sizes/1280x960")?.as_str()?;
        let id = link.rsplit('/').next()?.strip_suffix(".jpg")?;
        self.pictures.get(id).map(|picture| picture.bytes.clone())
    }

    pub(crate) fn set_level(&mut self, seller: i64, has_level: bool) {
        if let Some(seller) = self.sellers.get_mut(&seller) {
            seller.has_level = has_level;
        }
    }

    pub(crate) fn revoke(&mut self, seller: i64, for_good: bool) {
        self.tokens.retain(|_, grant| grant.seller != seller);
        if for_good {
            self.refresh_tokens.retain(|_, grant| grant.seller != seller);
            let secret = self.next_id();
            if let Some(seller) = self.sellers.get_mut(&seller) {
                seller.client_secret = secret;
            }
        }
    }
}
