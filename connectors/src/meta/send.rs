//! Manager → customer (instagram-and-facebook §9 to instagram-and-facebook §13). If Meta refuses a request for a known
//! reason, it is changed and sent again, once for each reason, within the same letter.

use std::time::Duration;

use base::i18n::LocalizedText;
use base::message::State;
use base::verdict::{Report, Taken, Verdict};
use serde_json::{Value, json};

use super::Meta;
use super::graph::{COMMENT, Edge, spoken};
use super::settings::Account;
use crate::call::ApiError;
use crate::fit::lines;
use crate::sending::{self, Judged};
use crate::{Event, Message, MessageIds, Outgoing, Settings};
use draft::{MessageDraft, SendContext};

mod draft;

/// How far a message is if its next request arrived.
pub(super) fn onward(meta: &Meta, settings: &Settings, outgoing: &Outgoing) -> Option<String> {
    let (account, message) = (Account::of(meta.platform, settings)?, outgoing.message()?);
    let context = SendContext { meta, account, outgoing };
    let draft = draft::MessageDraft::of(&context, message);
    Some(draft).filter(|_| message.post.is_none()).and_then(|draft| sending::onward(draft, &context, outgoing, message))
}

/// Sends an event.
pub(super) async fn send(meta: &Meta, settings: &Settings, outgoing: &Outgoing) -> Report {
    let Some(account) = Account::of(meta.platform, settings) else {
        return Report::not_done(Verdict::Pause, LocalizedText::new("said-meta-token").to_string());
    };
    let context = SendContext { meta, account, outgoing };
    match &outgoing.event {
        Event::Created(message) if message.post.is_some() => send_comment(&context, message).await,
        Event::Created(message) => {
            let report = send_message(&context, message).await;
            if matches!(report.verdict, Verdict::Done(_)) {
                mark_seen(&context).await;
            }
            report
        }
        Event::Started(_) => unreachable(&context),
        // Neither network lets a business edit messages (instagram-and-facebook §9).
        Event::Edited(_) => Report::done(0, Default::default()),
        Event::Typing { .. } => typing(&context).await,
        Event::Reaction { message, emoji, .. } => reaction(&context, message, emoji.as_deref()).await,
    }
}

/// A comment cannot be answered privately, or already was (instagram-and-facebook §11).
const NOT_PRIVATELY: [u32; 2] = [10_900, 10_903];

/// Sends the next request of a message, changing it for each known reason for a refusal.
async fn send_message(context: &SendContext<'_>, message: &Message) -> Report {
    let draft = MessageDraft::of(context, message);
    // The author of such a comment is unknown (instagram-and-facebook §8), so a message can only answer the comment.
    let is_anonymous = context.outgoing.conversation_id.starts_with(COMMENT) && draft.comment.is_none();
    if is_anonymous || context.outgoing.conversation_id.is_empty() {
        return unreachable(context);
    }
    if draft.is_empty() {
        let failure = context.meta.platform.catalog.failure("empty", context.outgoing.words);
        return Report::not_done(Verdict::Bury(failure), "the message is empty");
    }
    sending::send(draft, context, context.outgoing, message).await
}

fn is_not_privately(failed: &ApiError) -> bool {
    matches!(failed, ApiError::Refused(refusal) if NOT_PRIVATELY.contains(&refusal.code))
}

// Public answers to comments (instagram-and-facebook §11).

/// Answers the quoted comment, otherwise the customer's last message if it was a comment, otherwise the post.
async fn send_comment(context: &SendContext<'_>, message: &Message) -> Report {
    let quoted = message.reply_to.as_ref().and_then(|quote| quote.external_id.as_deref());
    let comment = quoted.and_then(|id| id.strip_prefix(COMMENT)).or_else(|| context.last_comment());
    let post = message.post.as_ref().map(|post| post.id.as_str()).unwrap_or_default();
    let path = match comment {
        Some(comment) => format!("{comment}/{}", context.meta.platform.replies),
        None => format!("{post}/comments"),
    };
    // A comment consists of text (chats-api §4.6).
    let body = json!({ "message": lines::content(context.outgoing.words, &message.content) });
    match context.meta.graph.post(context.account.token, &path, &body).await {
        Ok(answer) => {
            let id = answer.get("id").and_then(Value::as_str).map(|id| format!("{COMMENT}{id}"));
            // There are no read receipts for comments: a posted one is public at once.
            let taken = Taken { external_id: id, state: Some(State::Delivered), ..Taken::default() };
            Report::done(200, taken)
        }
        Err(failed) => judge(context, &failed).report,
    }
}

// Typing, seen, reactions (instagram-and-facebook §12).

/// Shows the customer's messages as seen and the account as typing.
async fn typing(context: &SendContext<'_>) -> Report {
    let action = |name: &str| json!({ "recipient": context.person(), "sender_action": name });
    let seen = call(context, &action("mark_seen")).await;
    if seen.status == 200 { call(context, &action("typing_on")).await } else { seen }
}

/// Marks the customer's messages as seen after a manager's answer. The result is ignored.
async fn mark_seen(context: &SendContext<'_>) {
    if context.last_comment().is_some() {
        return;
    }
    let body = json!({ "recipient": context.person(), "sender_action": "mark_seen" });
    let act = context.meta.graph.call_edge(&context.account, Edge::post("messages", &body));
    context.meta.memory.marks.mark(context.account.id, context.outgoing, act).await;
}

/// Sets or removes the account's single reaction. Instagram supports hearts only, so other emoji are skipped; comments
/// have no reactions.
async fn reaction(context: &SendContext<'_>, message: &MessageIds, emoji: Option<&str>) -> Report {
    let id = message.external_id.as_deref().filter(|id| !id.starts_with(COMMENT) && !id.starts_with("postback:"));
    let is_instagram = context.meta.platform.is_instagram();
    let is_heart = |emoji: &str| emoji.trim_end_matches('\u{fe0f}') == "❤";
    let is_possible = emoji.is_none_or(|emoji| !is_instagram || is_heart(emoji));
    let Some(id) = id.filter(|_| is_possible) else { return Report::done(0, Taken::default()) };
    // The reaction belongs to the whole message, not to one of its pieces.
    let mid = id.split('#').next().unwrap_or(id);
    let mut payload = json!({ "message_id": mid });
    if let Some(emoji) = emoji {
        payload["reaction"] = json!(if is_instagram { "love" } else { emoji });
    }
    let action = if emoji.is_some() { "react" } else { "unreact" };
    call(context, &json!({ "recipient": context.person(), "sender_action": action, "payload": payload })).await
}

async fn call(context: &SendContext<'_>, body: &Value) -> Report {
    match context.meta.graph.call_edge(&context.account, Edge::post("messages", body)).await {
        Ok(_) => Report::done(200, Taken::default()),
        Err(failed) => judge(context, &failed).report,
    }
}

/// Limits of the account or the app, not of a single chat (instagram-and-facebook §16).
const RATES: [u32; 4] = [4, 17, 32, 613];
const RATES_OF_USE_CASES: std::ops::RangeInclusive<u32> = 80_000..=80_014;

/// There is no chat with this customer, and none can be started before they write.
fn unreachable(context: &SendContext<'_>) -> Report {
    let failure = context.meta.platform.catalog.failure("unknown_person", context.outgoing.words);
    Report::not_done(Verdict::Bury(failure), "there is no chat with this customer")
}

/// Judges a failed call.
fn judge(context: &SendContext<'_>, failed: &ApiError) -> Judged {
    let refusal = match failed.judged("said-messenger-answered") {
        Ok(judged) => return judged,
        Err(refusal) => refusal,
    };
    let (words, catalog) = (context.outgoing.words, context.meta.platform.catalog);
    let said = LocalizedText::new("said-meta-answered")
        .with("status", i64::from(refusal.code))
        .with("text", refusal.text.as_str())
        .to_string();
    // In Graph's form, with the subcode where the catalog expects it.
    let text = spoken(refusal);
    let answer = json!({ "error": { "code": refusal.code, "message": text } });
    let row = catalog.find(refusal.code, &text).or_else(|| catalog.row("other"));
    let after = refusal.retry_after.filter(|after| *after > Duration::ZERO);
    let is_rate = RATES.contains(&refusal.code) || RATES_OF_USE_CASES.contains(&refusal.code);
    let retry = Verdict::Retry { after, whole_target: is_rate };
    Judged::refused(row, words, retry, said).with_answer(refusal.status, &answer.to_string())
}

#[cfg(test)]
mod tests;
