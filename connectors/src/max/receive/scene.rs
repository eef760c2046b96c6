//! Determines to which conversation a message belongs.

use base::message::{Person, Post};
use reqwest::Method;
use serde_json::{Value, json};

use super::Listener;
use crate::incoming::InboundEvent;
use crate::max::api::{ApiError, Call};
use crate::max::ids::{self, Place};
use crate::max::wire::Message;

/// The conversation of a message, and its participants.
pub(super) struct Scene {
    pub at: Place,
    pub sender: Person,
    /// Set for a group.
    pub room: Option<Person>,
    /// Set for a comment.
    pub post: Option<Post>,
    /// Facts learned while determining it.
    pub learned: Vec<InboundEvent>,
}

impl Listener<'_> {
    /// The error is the reason why the message is irrelevant.
    pub(super) async fn scene(&self, message: &Message) -> Result<Scene, InboundEvent> {
        let chat = message.recipient.chat_id.0;
        if chat == 0 {
            return Err(InboundEvent::Unknown("message"));
        }
        let Some(sender) = &message.sender else { return Err(InboundEvent::Nothing("channel")) };
        if sender.user_id.0 == 0 {
            return Err(InboundEvent::Unknown("message"));
        }
        if sender.user_id.0 == self.bot_id {
            return Err(InboundEvent::Nothing("echo"));
        }
        let author = sender.user_id.0;
        let sender = self.person(sender);
        let post = message.recipient.post_id.as_str();
        let scene = Scene { at: Place::Chat(chat), sender, room: None, post: None, learned: Vec::new() };
        match message.recipient.chat_type.as_str() {
            _ if !post.is_empty() && !self.options.comments => Err(InboundEvent::Nothing("comment")),
            _ if !post.is_empty() && !ids::is_mid(post) => Err(InboundEvent::Unknown("comment")),
            _ if !post.is_empty() => {
                let post = Some(self.posts.find(self.api, self.token, post).await);
                Ok(Scene { at: Place::Comments { channel: chat, author }, post, ..scene })
            }
            "channel" => Err(InboundEvent::Nothing("channel")),
            "chat" if !self.options.groups => Err(InboundEvent::Nothing("group")),
            "chat" => {
                let (room, learned) = self.known_room(chat).await;
                Ok(Scene { room: Some(room), learned, ..scene })
            }
            _ => Ok(scene),
        }
    }

    /// A group with its title, which messages do not contain (max §8): as stored, otherwise requested once.
    pub(super) async fn known_room(&self, chat: i64) -> (Person, Vec<InboundEvent>) {
        let key = chat.to_string();
        let stored = self.facts.and_then(|facts| facts.get("titles")?.get(&key)?.as_str());
        if stored.is_some() {
            return (self.room(chat, stored), Vec::new());
        }
        let path = ["chats", key.as_str()];
        let call = Call { method: Method::GET, path: &path, query: &[], body: None };
        let found: Result<Value, ApiError> = self.api.call(self.token, call).await;
        let title = found.ok().and_then(|chat| chat.get("title")?.as_str().map(str::to_owned));
        let learned = title.iter().map(|title| learned(chat, title)).collect();
        (self.room(chat, title.as_deref()), learned)
    }
}

/// The title of a group, to be stored.
pub(super) fn learned(chat: i64, title: &str) -> InboundEvent {
    InboundEvent::Learned { part: "titles", key: chat.to_string(), value: json!(title) }
}
