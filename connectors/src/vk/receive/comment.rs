//! Comments on posts, photos, videos and goods (vk §10). They are shown in the same conversation as the person's
//! messages, each with the post it is about.

use base::message::{Body, Post, Quote};
use serde::Deserialize;
use serde_json::Value;

use super::Listener;
use super::message::key_of;
use crate::incoming::{EditedMessage, InboundEvent, IncomingMessage};
use crate::vk::ids::{PostId, Published};
use crate::vk::wire::Comment;

/// The event's name without its suffix, and what is commented on.
const KINDS: [(&str, Published); 4] = [
    ("wall_reply_", Published::Wall),
    ("photo_comment_", Published::Photo),
    ("video_comment_", Published::Video),
    ("market_comment_", Published::Market),
];

/// Maximum number of messages that a comment becomes: one for each attachment. Which of them exist is not known when it
/// is deleted.
const PIECES: usize = 5;

/// The id of a comment's n-th message, counted from 1.
fn piece_id(comment: &str, number: usize) -> String {
    if number == 1 { comment.to_owned() } else { format!("{comment}/{number}") }
}

/// The id of a comment that was deleted and restored: its first message is marked as deleted, so another one is needed.
fn restored(comment: &str) -> String {
    format!("{comment}/restored")
}

impl Listener<'_> {
    /// Converts an event that is not about messages.
    pub(super) async fn comment(&self, kind: &str, object: &Value) -> Vec<InboundEvent> {
        let found = KINDS.iter().find_map(|(start, kind_of)| Some((*kind_of, kind.strip_prefix(start)?)));
        let Some((of, what)) = found else { return vec![InboundEvent::Unknown("event")] };
        let Ok(comment) = Comment::deserialize(object) else { return vec![InboundEvent::Unknown("comment")] };
        let Some(post) = self.post(of, &comment).filter(|_| comment.id != 0) else {
            return vec![InboundEvent::Unknown("comment")];
        };
        if what == "delete" {
            let id = post.comment(comment.id);
            let pieces = |id: &str| (1..=PIECES).map(|number| piece_id(id, number)).collect::<Vec<_>>();
            return vec![InboundEvent::TookBack { pieces: [pieces(&id), pieces(&restored(&id))].concat() }];
        }
        if comment.from_id == -self.community() {
            // Our own public answer, or that of an admin: VK does not distinguish them.
            return vec![InboundEvent::Nothing("own_comment")];
        }
        if comment.from_id == 0 {
            return vec![InboundEvent::Unknown("comment")];
        }
        match what {
            "new" | "restore" => {
                let id = post.comment(comment.id);
                let id = if what == "restore" { restored(&id) } else { id };
                let written = self.commented(post, &comment, &id).await;
                written.into_iter().map(|one| InboundEvent::Wrote(Box::new(one))).collect()
            }
            "edit" => match self.commented(post, &comment, &post.comment(comment.id)).await.into_iter().next() {
                Some(written) => {
                    // A comment does not contain the time of its change.
                    let key = key_of(&written, 0);
                    vec![InboundEvent::Changed(Box::new(EditedMessage { written, key, at: None }))]
                }
                None => vec![InboundEvent::Unknown("comment")],
            },
            _ => vec![InboundEvent::Unknown("comment")],
        }
    }

    fn post(&self, kind: Published, comment: &Comment) -> Option<PostId> {
        let object = match kind {
            Published::Wall => comment.post_id,
            Published::Photo if comment.photo_id == 0 => comment.pid,
            Published::Photo => comment.photo_id,
            Published::Video => comment.video_id,
            Published::Market => comment.item_id,
        };
        (object != 0).then_some(PostId { kind, owner: -self.community(), object })
    }

    async fn commented(&self, post: PostId, comment: &Comment, id: &str) -> Vec<IncomingMessage> {
        let held = self.held(&comment.text, Vec::new(), &comment.attachments, None).grouped(id);
        let sender = self.asking.person(comment.from_id).await;
        let url = post.url();
        let link = match post.kind {
            Published::Wall => format!("{url}?reply={}", comment.id),
            _ => url.clone(),
        };
        let about = Post { id: post.to_string(), url: Some(link), permalink: Some(url), ..Post::default() };
        let answered = Some(comment.reply_to_comment).filter(|id| *id != 0);
        let reply_to = answered.map(|id| Quote { external_id: Some(post.comment(id)), ..Quote::default() });
        let contents = std::iter::once(held.first).chain(held.more).zip(1..);
        let one = |(content, number): (_, usize)| IncomingMessage {
            external_id: piece_id(id, number),
            conversation_id: comment.from_id.to_string(),
            sent_at: comment.date.checked_mul(1000).filter(|at| *at > 0),
            body: Body {
                post: Some(about.clone()),
                reply_to: reply_to.clone().filter(|_| number == 1),
                ..Body::new(sender.clone(), content)
            },
            room: None,
        };
        contents.map(one).collect()
    }
}
