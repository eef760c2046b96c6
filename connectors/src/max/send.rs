//! Bot → customer: one event becomes one message, or the few requests that a corrected message needs (max §6).

use std::time::Duration;

use base::i18n::LocalizedText;
use base::message::Content;
use base::verdict::{Report, Taken, Verdict};
use reqwest::Method;
use serde_json::{Value, json};

use super::api::{Call, MaxApi};
use super::keyboard;
use super::setup::{self, said};
use super::wire::{self, Place};
use crate::call::ApiError;
use crate::error_catalog::MAX;
use crate::sending::{self, Judged, ReadMarks};
use crate::{Event, Message, Outgoing, Settings, field};
use draft::{MessageDraft, SendContext, UploadedFiles};

mod draft;

/// What this process caches for its bots.
#[derive(Default)]
pub(super) struct Memory {
    uploaded: UploadedFiles,
    marks: ReadMarks,
}

/// Sends an event.
pub(super) async fn send(api: &MaxApi, memory: &Memory, settings: &Settings, outgoing: &Outgoing) -> Report {
    let Some(token) = setup::token(settings) else {
        return Report::not_done(Verdict::Pause, LocalizedText::new("said-max-token").to_string());
    };
    let Some(place) = Place::parse(&outgoing.conversation_id) else {
        let verdict = Verdict::Bury(MAX.failure("m4", outgoing.words));
        return Report::not_done(verdict, "there is no dialog with this customer");
    };
    let Memory { uploaded, marks } = memory;
    let context = SendContext { api, token, options: field::options(settings), place, outgoing, uploaded, marks };
    match &outgoing.event {
        Event::Created(message) | Event::Started(message) => {
            let report = send_message(&context, message).await;
            if matches!(report.verdict, Verdict::Done(_)) {
                mark_seen(&context).await;
            }
            report
        }
        Event::Edited(message) => edit(&context, message).await,
        Event::Typing { .. } => send_typing(&context).await,
        // Bots cannot set reactions at MAX.
        Event::Reaction { .. } => Report::done(0, Taken::default()),
    }
}

/// The code for a file that MAX is still processing (max §7).
const NOT_READY: &str = "attachment.not.ready";

/// Sends the next request of a message, changing it for each known reason for a refusal.
async fn send_message(context: &SendContext<'_>, message: &Message) -> Report {
    let draft = MessageDraft::of(context, message);
    if draft.is_empty() {
        let failure = MAX.failure("m13", context.outgoing.words);
        return Report::not_done(Verdict::Bury(failure), "the message is empty");
    }
    sending::send(draft, context, context.outgoing, message).await
}

// Edits of messages (max §6).

/// Edits a text or the text next to a file. Files, locations and contacts stay as they are; a message without a known
/// id at MAX cannot be edited.
async fn edit(context: &SendContext<'_>, message: &Message) -> Report {
    let mid = message.external_id.as_deref().map(wire::mid).filter(|mid| mid.starts_with("mid."));
    let text = match &message.content {
        Content::Text { text } => Some(text.clone()),
        content => content.media().map(|media| media.text.clone().unwrap_or_default()),
    };
    let (Some(mid), Some(text)) = (mid, text) else {
        let failure = MAX.failure("m15", context.outgoing.words);
        return Report::not_done(Verdict::Bury(failure), "this message cannot be changed");
    };
    let mut body = json!({ "text": text });
    if let Content::Text { .. } = message.content {
        // Omitted attachments stay; a keyboard would replace a file.
        let keyboard = message.markup.as_ref().and_then(|markup| keyboard::attachment(message.id, markup));
        if let Some(keyboard) = keyboard {
            body["attachments"] = Value::Array(vec![keyboard]);
        }
    }
    let post = message.post.as_ref().map(|post| post.id.as_str());
    let (comments, id) = (["messages", post.unwrap_or_default(), "comments"], [("comment_id", mid)]);
    let (path, query): (&[&str], &[(&str, &str)]) = match post {
        Some(_) => (&comments, &id),
        None => (&["messages"], &[("message_id", mid)]),
    };
    let call = Call { method: Method::PUT, path, query, body: Some(&body) };
    match context.api.done(context.token, call).await {
        Ok(_) => Report::done(200, Taken::default()),
        Err(failed) => judge(context, &failed).report,
    }
}

/// Shows typing for a few seconds. Not available for comments.
async fn send_typing(context: &SendContext<'_>) -> Report {
    let Place::Chat(chat) = context.place else { return Report::done(0, Taken::default()) };
    match act(context, chat, "typing_on").await {
        Ok(()) => Report::done(200, Taken::default()),
        Err(failed) => judge(context, &failed).report,
    }
}

/// Marks the customer's messages as seen after a manager's answer. The result is ignored.
async fn mark_seen(context: &SendContext<'_>) {
    let Place::Chat(chat) = context.place else { return };
    let source = context.outgoing.source_id.to_string();
    context.marks.mark(&source, context.outgoing, act(context, chat, "mark_seen")).await;
}

async fn act(context: &SendContext<'_>, chat: i64, action: &str) -> Result<(), ApiError> {
    let (chat, body) = (chat.to_string(), json!({ "action": action }));
    let path = ["chats", chat.as_str(), "actions"];
    let call = Call { method: Method::POST, path: &path, query: &[], body: Some(&body) };
    context.api.done(context.token, call).await
}

/// How long a bot waits after exceeding a rate limit if MAX gives no time (max §1).
const TOO_OFTEN: Duration = Duration::from_secs(1);
const TOO_MANY_REQUESTS: u16 = 429;

/// Judges a failed call.
fn judge(context: &SendContext<'_>, failed: &ApiError) -> Judged {
    let refusal = match failed.judged("said-max-unreadable") {
        Ok(judged) => return judged,
        Err(refusal) => refusal,
    };
    let (status, text) = (refusal.status, said(refusal));
    let row = MAX.find(status, &text);
    let answer = json!({ "code": refusal.word, "message": refusal.text }).to_string();
    let reason = LocalizedText::new("said-max-answered").with("status", status).with("text", text);
    let limited = status == TOO_MANY_REQUESTS;
    let after = refusal.retry_after.or(limited.then_some(TOO_OFTEN));
    let retry = Verdict::Retry { after, whole_target: limited };
    Judged::refused(row, context.outgoing.words, retry, reason.to_string()).with_answer(status, &answer)
}

#[cfg(test)]
mod tests;
