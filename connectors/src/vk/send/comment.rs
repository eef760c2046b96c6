//! Public answers to comments (vk §10).

use base::message::{Post, State};
use base::verdict::{Report, Taken, Verdict};
use serde::Deserialize;

use super::SendContext;
use super::draft::MessageDraft;
use super::judge::judge;
use crate::Message;
use crate::error_catalog::VK;
use crate::fit::lines;
use crate::vk::api::{ApiError, Params};
use crate::vk::ids::{PostId, Published};

#[derive(Deserialize)]
#[serde(untagged)]
enum Created {
    Object { comment_id: i64 },
    Number(i64),
}

impl PostId {
    /// The method that answers a comment on this kind, and the parameter that names the object. VK offers only the
    /// first to communities.
    const fn method(self) -> (&'static str, &'static str) {
        match self.kind {
            Published::Wall => ("wall.createComment", "post_id"),
            Published::Photo => ("photos.createComment", "photo_id"),
            Published::Video => ("video.createComment", "video_id"),
            Published::Market => ("market.createComment", "item_id"),
        }
    }
}

/// Answers a comment publicly, in the community's name. `guid` is the idempotency key.
pub(super) async fn send(line: &SendContext<'_>, message: &Message, post: &Post) -> Report {
    let found = PostId::parse(&post.id).filter(|found| found.owner == -line.community.id);
    let Some(found) = found else {
        let verdict = Verdict::Bury(VK.failure("212", line.outgoing.words));
        return Report::not_done(verdict, "the post is not one of this community");
    };
    let text = match message.content.media() {
        Some(_) => lines::content(line.outgoing.words, &message.content),
        None => MessageDraft::of(line, &Message { reply_to: None, markup: None, ..message.clone() }).whole_text(),
    };
    if text.trim().is_empty() {
        let verdict = Verdict::Bury(VK.failure("100", line.outgoing.words));
        return Report::not_done(verdict, "the answer is empty");
    }
    let (method, name) = found.method();
    let group = match found.kind {
        Published::Wall => line.community.id.to_string(),
        _ => "1".to_owned(),
    };
    let parameters: Params = vec![
        ("owner_id", Some(found.owner.to_string())),
        (name, Some(found.object.to_string())),
        ("from_group", Some(group)),
        ("reply_to_comment", answered(line, message, found).map(|id| id.to_string())),
        ("message", Some(text)),
        ("guid", Some(line.outgoing.id())),
    ];
    let created: Result<Created, ApiError> = line.api.call(line.community.token, method, parameters).await;
    match created {
        Ok(Created::Object { comment_id } | Created::Number(comment_id)) => {
            let external_id = Some(found.comment(comment_id));
            Report::done(200, Taken { external_id, state: Some(State::Delivered), ..Taken::default() })
        }
        Err(failed) => judge(line, &failed).report,
    }
}

/// The comment to answer: the quoted one, otherwise the customer's last message if it is a comment on this post.
fn answered(line: &SendContext<'_>, message: &Message, post: PostId) -> Option<i64> {
    let quoted = message.reply_to.as_ref().and_then(|quote| quote.external_id.as_deref());
    let last = line.outgoing.last_incoming.as_ref().map(|last| last.external_id.as_str());
    let comment = |id: &str| PostId::of_comment(id).filter(|(of, _)| *of == post).map(|(_, id)| id);
    quoted.and_then(comment).or_else(|| last.and_then(comment))
}
