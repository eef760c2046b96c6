//! Sends a message to amoCRM.

use amocrm::Error as CrmError;
use amocrm::chats::{NewChat, NewMessage, PastMessage, SourceRef};
use base::http_client::recorded;
use base::message::FailureCode;
use base::verdict::{Report, Taken, Verdict};
use queue::Claim;

use super::content::{Fitted, fit, with_caption};
use super::judge::{bury, judge_message, keep_unknown};
use super::{CrmTarget, contact, ours, people, quote};
use crate::delivery::dialogue::crm_ids;
use crate::delivery::history::Scoped;
use crate::delivery::letter_context::LetterContext;

/// Pages of history that are searched for a message whose outcome is unknown.
const HISTORY_PAGES: u32 = 20;

/// Sends a message. One that may have arrived is looked up first, so that amoCRM never gets a message twice.
pub(super) async fn attempt(line: &CrmTarget<'_>, claim: &Claim, parts: &LetterContext) -> anyhow::Result<Report> {
    let message = match build(line, parts).await? {
        Built::Message(message) => message,
        Built::Not(report) => return Ok(*report),
    };
    let chat_id = if claim.letter.unknown || claim.letter.late {
        match find_out(line, parts, &message).await {
            Ok(HistoryMatch::Yes(taken)) => return Ok(Report::done(200, taken)),
            Ok(HistoryMatch::No(id)) => Some(id),
            Err(error) => return Ok(keep_unknown(claim, &error)),
        }
    } else {
        contact::settled(line, parts, &message).await
    };
    Ok(match line.chats.send_message(&line.secret, &line.scope_id, &message).await {
        Ok(taken) => {
            let chat_id = chat_id.or_else(|| learned_chat(parts, &message, taken.conversation_id));
            let message_id = Some(taken.amojo_message_id);
            let (status, text) = (taken.status, taken.text);
            let taken = Taken { amocrm_message_id: message_id, amocrm_chat_id: chat_id, ..Taken::default() };
            Report::done(status, taken).with_answer(status, &text)
        }
        // A used id is refused without a specific error (chats-api §3.4.5), so history is checked.
        // What the attempt sent stays the message, not this look-up.
        Err(error @ CrmError::Refused { status: 400 | 409 | 422, .. }) => {
            match recorded(None, Box::pin(find_out(line, parts, &message))).await.0 {
                Ok(HistoryMatch::Yes(taken)) => Report::done(200, taken),
                Ok(HistoryMatch::No(_)) => judge_message(claim, &error),
                Err(error) => keep_unknown(claim, &error),
            }
        }
        Err(error) => judge_message(claim, &error),
    })
}

enum Built {
    Message(Box<NewMessage>),
    /// It cannot be sent, or not yet.
    Not(Box<Report>),
}

async fn build(line: &CrmTarget<'_>, parts: &LetterContext) -> anyhow::Result<Built> {
    let message = parts.message()?;
    let Some(source) = parts.source.as_ref() else {
        return Ok(Built::Not(Box::new(bury(FailureCode::SourceDisconnected, "the message has no source"))));
    };
    // The customer was erased while this came in, so the conversation can no longer be determined.
    if parts.conversation.external_id.is_empty() {
        return Ok(Built::Not(Box::new(bury(FailureCode::Internal, "the customer was erased"))));
    }
    let content = match fit(line, parts, &message.body.content).await? {
        Fitted::Content(content) => with_caption(content, message.body.caption.as_deref()),
        Fitted::Later(after) => {
            return Ok(Built::Not(Box::new(Report::not_done(
                Verdict::Wait { after: Some(after) },
                "its file is being fetched",
            ))));
        }
    };
    let (sender, receiver) = match people::of(line, parts, source.id).await? {
        Some(people) => people,
        None => {
            return Ok(Built::Not(Box::new(bury(
                FailureCode::Unsupported,
                "no_bot: the channel has no bot to write as",
            ))));
        }
    };
    let body = &message.body;
    Ok(Built::Message(Box::new(NewMessage {
        message_id: ours(source.id, "message", &message.message.external_id),
        conversation_id: crm_ids(&parts.conversation, source.id).conversation(),
        // In a chat that amoCRM does not know by our ids yet, the first message carries the ids of both sides
        // (chats-api §5.4).
        conversation_ref_id: parts.conversation.crm_unbound.then(|| parts.conversation.amocrm_chat_id.clone()),
        at_milliseconds: message.message.sent_at,
        sender,
        receiver,
        source: Some(SourceRef { external_id: source.external_id.clone() }),
        content,
        callback_data: body.callback_data.clone(),
        shared_post: body.shared_post.as_ref().map(super::content::shared_post),
        post: body.post.as_ref().map(super::content::post),
        reply_to: quote::reply_to(line.app, parts, source.id).await?,
        forwards: quote::forwards(line.app, parts, source.id).await?,
        silent: body.silent,
    })))
}

enum HistoryMatch {
    Yes(Taken),
    /// Not there; the chat's id was learned.
    No(String),
}

/// Asks amojo whether it has the message: creating the chat (idempotent) returns amojo's id of it, and the chat's
/// history contains accepted messages.
async fn find_out(line: &CrmTarget<'_>, parts: &LetterContext, message: &NewMessage) -> Result<HistoryMatch, CrmError> {
    let scoped = Scoped { chats: &line.chats, secret: &line.secret, scope_id: &line.scope_id };
    let chat = new_chat(line, parts, message).await;
    let chat_id = scoped.chat_id(&parts.conversation.amocrm_chat_id, || chat).await?;
    let ours = |row: &PastMessage| row.message.client_id.as_deref() == Some(&message.message_id);
    let Some(row) = scoped.history(&chat_id, HISTORY_PAGES).find(ours).await? else {
        return Ok(HistoryMatch::No(chat_id));
    };
    Ok(HistoryMatch::Yes(Taken {
        amocrm_message_id: Some(row.message.id),
        amocrm_chat_id: Some(chat_id),
        ..Taken::default()
    }))
}

/// The request that creates a message's chat.
pub(super) async fn new_chat(line: &CrmTarget<'_>, parts: &LetterContext, message: &NewMessage) -> NewChat {
    NewChat {
        conversation_id: message.conversation_id.clone(),
        source: message.source.clone(),
        user: people::of_chat(line, parts, message).await,
    }
}

/// amojo's id of a chat, if it was not known yet. Answers contain either their id or ours (chats-api §3.4.5): an id
/// that is not ours is theirs.
fn learned_chat(parts: &LetterContext, message: &NewMessage, current: Option<String>) -> Option<String> {
    let unknown = parts.conversation.amocrm_chat_id.is_empty();
    current.filter(|id| unknown && *id != message.conversation_id && uuid::Uuid::parse_str(id).is_ok())
}
