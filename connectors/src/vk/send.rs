//! Community → customer. If VK refuses a request for a known reason, it is changed and sent again, once for each
//! reason, within the same letter (vk §13).

use std::time::Duration;

use base::i18n::LocalizedText;
use base::message::{Content, Post, State};
use base::verdict::{Report, Taken, Verdict};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use super::api::{NOT_UPLOADED, Params, TEXT, VkApi};
use super::keyboard;
use super::people::Seen;
use super::setup::{self, Community, explain};
use super::wire::{MessageId, Number, PostId, Published};
use crate::call::{ApiError, Refusal};
use crate::error_catalog::{Fix, VK};
use crate::fit::lines;
use crate::sending::{self, Judged};
use crate::{Event, Message, MessageIds, Outgoing, Settings};
pub(super) use draft::Uploaded;
use draft::{FileKind, MessageDraft, SendContext, With};

mod draft;

/// Sends an event.
pub(super) async fn send(
    api: &VkApi,
    seen: &Seen,
    uploaded: &Uploaded,
    settings: &Settings,
    outgoing: &Outgoing,
) -> Report {
    let Some(community) = Community::of(settings) else {
        return Report::not_done(Verdict::Pause, LocalizedText::new("said-vk-token").to_string());
    };
    let Ok(peer) = outgoing.conversation_id.parse::<i64>() else {
        // A community cannot write first (vk §6), and every dialogue with it has a numeric id.
        let verdict = Verdict::Bury(VK.failure("901", outgoing.words));
        return Report::not_done(verdict, "there is no dialogue with this customer");
    };
    let line = SendContext { api, seen, uploaded, community, peer, outgoing };
    match &outgoing.event {
        Event::Created(message) | Event::Started(message) => match &message.post {
            Some(post) => send_comment(&line, message, post).await,
            None => {
                let report = send_message(&line, message).await;
                if matches!(report.verdict, Verdict::Done(_)) {
                    mark_read(&line).await;
                }
                report
            }
        },
        Event::Edited(message) => edit(&line, message).await,
        Event::Typing { .. } => typing(&line).await,
        Event::Reaction { message, emoji, .. } => reaction(&line, message, emoji.as_deref()).await,
    }
}

/// Sends the next request of a message, changing it for each known reason for a refusal.
async fn send_message(line: &SendContext<'_>, message: &Message) -> Report {
    let draft = MessageDraft::of(line, message);
    if draft.is_empty() {
        let failure = VK.failure("100", line.outgoing.words);
        return Report::not_done(Verdict::Bury(failure), "the message is empty");
    }
    sending::send(draft, line, line.outgoing, message).await
}

/// A file refused as a picture or a voice message is sent as a document; one refused as a document is sent as a link.
fn next(fix: Fix, draft: &MessageDraft) -> Fix {
    match (&draft.with, fix) {
        (With::File(FileKind::Doc, _), Fix::Document) => Fix::Bytes,
        _ => fix,
    }
}

// Public answers to comments (vk §10).

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
async fn send_comment(line: &SendContext<'_>, message: &Message, post: &Post) -> Report {
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

/// Edits a text. Editing a message with a file would remove the file, so it is refused.
async fn edit(line: &SendContext<'_>, message: &Message) -> Report {
    let found = message.external_id.as_deref().and_then(MessageId::parse).filter(|found| found.peer == line.peer);
    let (Some(found), Content::Text { text }) = (found, &message.content) else {
        let failure = VK.failure("920", line.outgoing.words);
        return Report::not_done(Verdict::Bury(failure), "this message cannot be changed");
    };
    if !TEXT.holds(text) {
        let failure = VK.failure("914", line.outgoing.words);
        return Report::not_done(Verdict::Bury(failure), "the new text is too long");
    }
    let buttons = message.markup.as_ref().and_then(|markup| keyboard::inline(message.id, markup));
    let mut parameters = line.to_peer();
    parameters.extend([
        match found.number {
            Number::Id(id) => ("message_id", Some(id.to_string())),
            Number::Cmid(cmid) => ("cmid", Some(cmid.to_string())),
        },
        ("message", Some(text.clone())),
        ("keep_forward_messages", Some("1".to_owned())),
        ("keep_snippets", Some("1".to_owned())),
        ("keyboard", buttons.map(|buttons| buttons.to_string())),
    ]);
    call(line, "messages.edit", parameters).await
}

/// Shows typing for ten seconds.
async fn typing(line: &SendContext<'_>) -> Report {
    let mut parameters = line.to_peer();
    parameters.push(("type", Some("typing".to_owned())));
    call(line, "messages.setActivity", parameters).await
}

/// Marks the dialogue as read after a manager's answer. The result is ignored.
async fn mark_read(line: &SendContext<'_>) {
    let last = line.outgoing.last_incoming.as_ref();
    if last.is_some_and(|last| PostId::of_comment(&last.external_id).is_some()) {
        return;
    }
    let mut parameters = line.to_peer();
    parameters.push(("mark_conversation_as_read", Some("1".to_owned())));
    let act = line.api.call::<IgnoredAny>(line.community.token, "messages.markAsRead", parameters);
    line.seen.marks.mark(&line.community.id.to_string(), line.outgoing, act).await;
}

/// Sets or removes the community's single reaction to a message. Unsupported emoji are skipped, as are reactions to
/// comments.
async fn reaction(line: &SendContext<'_>, message: &MessageIds, emoji: Option<&str>) -> Report {
    let skipped = || Report::done(0, Taken::default());
    let number = emoji.map(keyboard::number);
    let found = message.external_id.as_deref().and_then(MessageId::parse).filter(|found| found.peer == line.peer);
    let (Some(found), false) = (found, number == Some(None)) else { return skipped() };
    let Some(cmid) = line.seen.cmid_of(line.api, line.community, found).await else { return skipped() };
    let mut parameters: Params = vec![("peer_id", Some(line.peer.to_string())), ("cmid", Some(cmid.to_string()))];
    match number.flatten() {
        Some(number) => {
            parameters.push(("reaction_id", Some(number.to_string())));
            call(line, "messages.sendReaction", parameters).await
        }
        None => call(line, "messages.deleteReaction", parameters).await,
    }
}

async fn call(line: &SendContext<'_>, method: &str, parameters: Params) -> Report {
    let done: Result<Value, ApiError> = line.api.call(line.community.token, method, parameters).await;
    match done {
        Ok(_) => Report::done(200, Taken::default()),
        Err(failed) => judge(line, &failed).report,
    }
}

/// Acknowledges a press of a callback button, which ends its loading state. `press`: event, person, peer.
pub(super) async fn acknowledge(api: &VkApi, settings: &Settings, press: &str) {
    let mut parts = press.split(' ');
    let (Some(event), Some(person), Some(peer)) = (parts.next(), parts.next(), parts.next()) else { return };
    let Some(community) = Community::of(settings) else { return };
    let parameters = vec![
        ("event_id", Some(event.to_owned())),
        ("user_id", Some(person.to_owned())),
        ("peer_id", Some(peer.to_owned())),
    ];
    let done: Result<Value, ApiError> = api.call(community.token, "messages.sendMessageEventAnswer", parameters).await;
    if let Err(failed) = done {
        // A press can be acknowledged for a minute; it is already stored.
        tracing::debug!(reason = %setup::explain(&failed), "a button press could not be acknowledged");
    }
}

/// VK counts calls per second; after a daily limit of a method the next try is ten minutes later.
const A_SECOND: Duration = Duration::from_secs(1);
const TEN_MINUTES: Duration = Duration::from_secs(600);

/// Judges a failed call.
fn judge(line: &SendContext<'_>, failed: &ApiError) -> Judged {
    let refusal = match failed.judged("said-vk-unreadable") {
        Ok(judged) => return judged,
        Err(refusal) => refusal,
    };
    let Refusal { status, code, text, .. } = refusal;
    let words = line.outgoing.words;
    if refusal.is_gateways {
        let row = VK.find(*status, "");
        return Judged::refused(row, words, transient(0), explain(failed).to_string()).with_answer(*status, "");
    }
    let (row, answer) = match refusal.word.as_str() {
        NOT_UPLOADED => (VK.row(NOT_UPLOADED), json!({ "error": text })),
        _ => (VK.find(*code, text), json!({ "error_code": code, "error_msg": text })),
    };
    let said = LocalizedText::new("said-vk-answered").with("code", i64::from(*code)).with("text", text.as_str());
    Judged::refused(row, words, transient(*code), said.to_string()).with_answer(*status, &answer.to_string())
}

fn transient(code: u32) -> Verdict {
    let (after, whole_target) = match code {
        6 => (Some(A_SECOND), true),
        29 => (Some(TEN_MINUTES), true),
        _ => (None, false),
    };
    Verdict::Retry { after, whole_target }
}

#[cfg(test)]
mod tests;
