//! Seller → buyer (avito §6).
//!
//! ```text
//! text ───────────────────────────────┐                    ┌─ judge.rs   what a refusal means
//! picture ─▶ picture.rs: upload ─▶ id ─┴▶ message ─▶ answer ┤
//!              └ not a picture for Avito: a link            └─ own_sends.rs  recognises it in the webhook
//! ```

use base::i18n::LocalizedText;
use base::message::{Content, State};
use base::verdict::{Report, Taken, Verdict};
use serde_json::{Value, json};

use super::Avito;
use super::api::{ApiError, AvitoApi, Call};
use super::setup::Account;
use super::wire::Sent;
use crate::error_catalog::AVITO;
use crate::fit::lines;
use crate::{Event, Message, Outgoing, Settings};

mod judge;
mod own_sends;
mod picture;
#[cfg(test)]
mod tests;

use judge::judge;
use own_sends::{Outcome, Said};
pub(super) use own_sends::{OwnSend, OwnSends};

/// Time limit for marking a chat as read: nothing depends on its result.
const READ_WITHIN: std::time::Duration = std::time::Duration::from_secs(2);

/// Sends an event.
pub(super) async fn send(avito: &Avito, settings: &Settings, outgoing: &Outgoing) -> Report {
    let Some(account) = Account::of(settings) else {
        return Report::not_done(Verdict::Pause, LocalizedText::new("said-avito-no-credentials").to_string());
    };
    let message = match &outgoing.event {
        Event::Created(message) | Event::Started(message) => message,
        // Avito supports none of these; its abilities refuse them.
        Event::Edited(_) | Event::Typing { .. } | Event::Reaction { .. } => return Report::done(0, Taken::default()),
    };
    if outgoing.conversation_id.is_empty() {
        let verdict = Verdict::Bury(AVITO.failure("a5", outgoing.words));
        return Report::not_done(verdict, "there is no chat with this customer");
    }
    let report = message_sent(avito, &account, outgoing, message).await;
    if matches!(report.verdict, Verdict::Done(_)) {
        mark_read(avito, &account, outgoing).await;
    }
    report
}

async fn message_sent(avito: &Avito, account: &Account<'_>, outgoing: &Outgoing, message: &Message) -> Report {
    let body = match body(&avito.api, account, outgoing, message).await {
        Ok(body) => body,
        Err(failed) => return judge(outgoing.words, &failed),
    };
    if matches!(&body, Posting::Text(text) if text.trim().is_empty()) {
        let verdict = Verdict::Bury(AVITO.failure("a8", outgoing.words));
        return Report::not_done(verdict, "the message is empty");
    }
    let flight = avito.sends.begin(account, outgoing, body.said());
    let chat = outgoing.conversation_id.as_str();
    let mut path = vec!["messenger", "v1", "accounts", account.user_id, "chats", chat, "messages"];
    let json = match &body {
        Posting::Text(text) => json!({ "type": "text", "message": { "text": text } }),
        Posting::Picture(id) => {
            path.push("image");
            json!({ "image_id": id })
        }
    };
    let answer: Result<Sent, ApiError> = avito.api.call(account, Call::post(&path, json)).await;
    let outcome = match &answer {
        Ok(sent) if !sent.id.is_empty() => Outcome::Taken(sent.id.clone()),
        Ok(_) | Err(ApiError::Unknown(_) | ApiError::Unreadable { .. }) => Outcome::Unknown,
        Err(_) => Outcome::NotTaken,
    };
    // The webhook may have reported the message before the answer arrived, or instead of it.
    match (avito.sends.end(flight, outcome).await, answer) {
        (Some(id), _) => {
            let state = Some(State::Delivered);
            Report::done(200, Taken { external_id: Some(id.to_string()), state, ..Taken::default() })
        }
        (None, Ok(_)) => judge(outgoing.words, &ApiError::Unreadable { status: 200 }),
        (None, Err(failed)) => judge(outgoing.words, &failed),
    }
}

/// What is sent.
enum Posting {
    Text(String),
    /// The id of an uploaded picture.
    Picture(String),
}

impl Posting {
    fn said(&self) -> Said {
        match self {
            Self::Text(text) => Said::text(text),
            Self::Picture(_) => Said::Picture,
        }
    }
}

/// Uploads files as needed. A file that Avito does not accept becomes text with a link.
async fn body(
    api: &AvitoApi,
    account: &Account<'_>,
    outgoing: &Outgoing,
    message: &Message,
) -> Result<Posting, ApiError> {
    let in_words = || Posting::Text(lines::content(outgoing.words, &message.content));
    let Content::Picture(media) = &message.content else { return Ok(in_words()) };
    let uploaded = picture::upload(api, account, outgoing, media).await?;
    Ok(uploaded.map_or_else(in_words, Posting::Picture))
}

/// Marks the chat as read, because a manager has answered. A failure changes nothing.
async fn mark_read(avito: &Avito, account: &Account<'_>, outgoing: &Outgoing) {
    let Some(last) = outgoing.last_incoming.as_ref().filter(|_| account.options.mark_read) else { return };
    let chat = outgoing.conversation_id.as_str();
    if !avito.sends.is_news(account, chat, &last.external_id).await {
        return;
    }
    let path = ["messenger", "v1", "accounts", account.user_id, "chats", chat, "read"];
    let call = Call { within: READ_WITHIN, ..Call::post(&path, json!({})) };
    let done: Result<Value, ApiError> = avito.api.call(account, call).await;
    if let Err(failed) = done {
        tracing::debug!(reason = ?failed, "a chat at Avito could not be marked as read");
    }
}
