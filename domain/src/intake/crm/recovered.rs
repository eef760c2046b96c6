//! Managers' messages found in amoCRM's history without a hook: processed like a hook, under the same key, so that a
//! hook arriving later is recognised as a repeat.

use amocrm::hooks::chats::{HookMessage, PastMessage};
use anyhow::Context;
use base::i18n::Words;
use base::message::{Failure, FailureCode, LetterKind, State};
use chrono::TimeDelta;
use queue::accept_batch::{AcceptBatch, AcceptItem, HistoryMessage, ItemOutcome, NewLetter, Priority};

use super::message;
use crate::intake::IntakeContext;
use crate::lookup::ConnectedScope;
use crate::tenant;

/// Older messages are not sent automatically, because the conversation has moved on.
const LATE: TimeDelta = TimeDelta::minutes(15);

/// A chat by its ids at amoCRM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryChat {
    /// amojo's.
    pub id: String,
    /// Ours; none if amoCRM does not know it.
    pub client_id: Option<String>,
}

/// The result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TakenIn {
    /// Messages that are sent.
    pub sent: i64,
    /// Messages that wait for a person.
    pub held: i64,
}

/// Stores messages of one chat, oldest first. Durable on return; those already known are not counted.
pub async fn take_in(
    app: &IntakeContext,
    scope: &ConnectedScope,
    chat: &HistoryChat,
    messages: Vec<PastMessage>,
) -> anyhow::Result<TakenIn> {
    let words = tenant::words(&app.integrations, &scope.tenant);
    let now = app.clock.millis();
    let mut entries = Vec::with_capacity(messages.len());
    for past in messages {
        let late = past.at_milliseconds().is_none_or(|at| now - at >= LATE.num_milliseconds());
        let entry = message::entry_of(app, scope, as_hook(chat, past)).await?;
        entries.push(if late {
            held(entry, words)?
        } else {
            AcceptItem { found: Some(HistoryMessage { held: None }), ..entry }
        });
    }
    let holds: Vec<bool> =
        entries.iter().map(|entry| entry.found.as_ref().is_some_and(|found| found.held.is_some())).collect();
    let batch = AcceptBatch { tenant_id: scope.tenant.tenant_id, priority: Priority::Normal, raw: None, entries };
    let outcomes = app.writer.accept(batch).await?;
    let mut taken = TakenIn::default();
    for (outcome, held) in outcomes.into_iter().zip(holds) {
        let new = i64::from(matches!(outcome, ItemOutcome::New { .. }));
        if held {
            taken.held += new;
        } else {
            taken.sent += new;
        }
    }
    Ok(taken)
}

/// The hook that was missing.
fn as_hook(chat: &HistoryChat, message: PastMessage) -> HookMessage {
    HookMessage {
        conversation_id: chat.id.clone(),
        conversation_client_id: chat.client_id.clone(),
        source_external_id: None,
        sender: message.sender.unwrap_or_default(),
        receiver: message.receiver.unwrap_or_default(),
        timestamp: message.timestamp,
        msec_timestamp: message.msec_timestamp,
        message: message.message,
    }
}

/// The same, but held for a person. A message that cannot be sent at all is reported to its manager as usual.
fn held(mut entry: AcceptItem, words: Words) -> anyhow::Result<AcceptItem> {
    let is_message = |letter: &NewLetter| letter.kind == LetterKind::Message;
    let held = entry.letters.iter().position(is_message).map(|at| entry.letters.remove(at));
    if held.is_some() {
        let message = entry.message.as_mut().context("a manager's message is there")?;
        message.state = State::Failed;
        let text = words.text("failure-found-late").to_string();
        message.failure = Some(Failure { code: FailureCode::Other, text });
    }
    entry.found = Some(HistoryMessage { held });
    Ok(entry)
}
