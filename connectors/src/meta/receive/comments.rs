//! Comments on posts (instagram-and-facebook §8). They are shown in the same chat as the person's messages.

use base::message::{Body, Content, Person, Post, Quote, Role};
use serde_json::Value;

use super::{Listener, id_of, millis, text_of};
use crate::incoming::{EditedMessage, InboundEvent, IncomingMessage};

/// The prefix of a comment's id in the source.
pub(in crate::meta) const COMMENT: &str = "comment:";

/// A comment of either network.
struct Comment {
    id: String,
    text: Option<String>,
    person: Option<(String, Option<String>)>,
    post: String,
    parent: Option<String>,
    at: Option<i64>,
}

impl Listener<'_> {
    /// One of `changes`.
    pub(super) async fn change(&self, change: &Value, entry: &Value) -> Vec<InboundEvent> {
        let (Some(field), Some(value)) = (text_of(change, "field"), change.get("value").filter(|one| one.is_object()))
        else {
            return vec![InboundEvent::Unknown("changes")];
        };
        let event = match field.as_str() {
            "comments" | "live_comments" => match of_instagram(value, entry) {
                Some(comment) => self.commented(comment).await,
                None => InboundEvent::Unknown("comments"),
            },
            "feed" if text_of(value, "item").as_deref() == Some("comment") => self.on_page(value).await,
            "feed" | "mention" | "mentions" | "story_insights" => InboundEvent::Nothing("feed"),
            _ => InboundEvent::Unknown("changes"),
        };
        vec![event]
    }

    async fn on_page(&self, value: &Value) -> InboundEvent {
        let Some(comment) = of_facebook(value) else { return InboundEvent::Unknown("feed") };
        match text_of(value, "verb").as_deref() {
            Some("add") | None => self.commented(comment).await,
            Some("remove") => InboundEvent::TookBack { pieces: vec![format!("{COMMENT}{}", comment.id)] },
            Some("edited" | "edit") => {
                let at = comment.at.unwrap_or_default();
                match self.commented(comment).await {
                    InboundEvent::Wrote(written) => {
                        let said = serde_json::to_string(&written.body.content).unwrap_or_default();
                        let key = format!("{}:{at}:{said}", written.external_id);
                        InboundEvent::Changed(Box::new(EditedMessage { written: *written, key, at: None }))
                    }
                    other => other,
                }
            }
            Some(_) => InboundEvent::Nothing("feed"),
        }
    }

    async fn commented(&self, comment: Comment) -> InboundEvent {
        if comment.person.as_ref().is_some_and(|(id, _)| id == self.account.id) {
            // Parom's own answers are reported the same way and cannot be distinguished from those written in the app.
            return InboundEvent::Nothing("own_comment");
        }
        let external_id = format!("{COMMENT}{}", comment.id);
        // Facebook hides people who have not given the app access: such a comment becomes a conversation of its own.
        let (id, name) = comment.person.unwrap_or_else(|| (external_id.clone(), None));
        let text = comment.text.filter(|text| !text.trim().is_empty());
        let content = Content::Text { text: text.unwrap_or_else(|| self.say("meta-in-comment-empty")) };
        let page = name.as_ref().filter(|_| !self.meta.platform.person_page.is_empty());
        let profile_url = page.map(|name| format!("{}{name}", self.meta.platform.person_page));
        let name = name.unwrap_or_else(|| self.say("meta-in-unnamed"));
        let sender = Person { id: id.clone(), role: Role::Client, name: Some(name), profile_url, ..Person::default() };
        let reply_to = comment.parent.filter(|parent| *parent != comment.post);
        let reply_to = reply_to.map(|id| Quote { external_id: Some(format!("{COMMENT}{id}")), ..Quote::default() });
        // Its address is requested on the way to amoCRM (`complete.rs`).
        let post = Post { id: comment.post, ..Post::default() };
        let body = Body { post: Some(post), reply_to, ..Body::new(sender, content) };
        let written = IncomingMessage { external_id, conversation_id: id, sent_at: comment.at, body, room: None };
        InboundEvent::Wrote(Box::new(written))
    }
}

fn person(value: &Value) -> Option<(String, Option<String>)> {
    let from = value.get("from")?;
    let name = text_of(from, "username").or_else(|| text_of(from, "name")).filter(|name| !name.is_empty());
    Some((id_of(from, "id")?, name))
}

fn of_instagram(value: &Value, entry: &Value) -> Option<Comment> {
    Some(Comment {
        id: id_of(value, "id")?,
        text: text_of(value, "text"),
        person: person(value),
        post: value.get("media").and_then(|media| id_of(media, "id"))?,
        parent: id_of(value, "parent_id"),
        // A comment on Instagram has no time of its own.
        at: millis(entry.get("time")),
    })
}

fn of_facebook(value: &Value) -> Option<Comment> {
    Some(Comment {
        id: id_of(value, "comment_id")?,
        text: text_of(value, "message"),
        person: person(value),
        post: id_of(value, "post_id")?,
        parent: id_of(value, "parent_id"),
        at: millis(value.get("created_time")),
    })
}
