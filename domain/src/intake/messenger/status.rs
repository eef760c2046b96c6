//! Statuses from the messenger for messages from amoCRM: delivered, read, failed.

use std::collections::BTreeSet;

use anyhow::Context;
use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::json::checked_id;
use base::message::{Direction, Failure, FailureCode, LetterKind, State, StatusReport};
use connectors::incoming::{StatusReport as MessengerReport, StatusUpTo};
use entity::{attempt, message, source};
use queue::accept_batch::{AcceptBatch, AcceptItem, Conversation, DedupeKey, EventKind, Priority, StateChange};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use uuid::Uuid;

use super::early;
use super::message::conversation_identity;
use crate::delivery::late_report;
use crate::delivery::letters::status_letter;
use crate::intake::door::store;
use crate::intake::{IntakeContext, clean};
use crate::lookup::{MessageKey, known_message};

/// The result of storing a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusOutcome {
    /// None if the messenger's id is not known yet; the status is then parked for 24 hours.
    pub message_id: Option<Uuid>,
    /// The message already had a higher state; nothing is sent.
    pub ignored: bool,
}

/// Stores a status: upwards only, and failed only while the message was not delivered.
pub async fn accept(
    app: &IntakeContext,
    source: &source::Model,
    about: MessageKey,
    report: StatusReport,
) -> Result<StatusOutcome> {
    let message_id = match &about {
        MessageKey::Ours(id) => Some(*id),
        MessageKey::Theirs(id) => find_theirs(app, source, id).await?,
        // An unknown UUID is taken for ours and not kept: it is not found.
        MessageKey::Either(id, theirs) => match about.find(&app.store, source).await? {
            Some(found) if found.id == *id => Some(*id),
            _ => find_theirs(app, source, theirs).await?.or(Some(*id)),
        },
    };
    if let Some(message_id) = message_id {
        return apply(app, source, message_id, &report).await;
    }
    let MessageKey::Theirs(external_id) = about else { return Err(Error::NotFound) };
    let payload = serde_json::to_string(&report).context("a status report as JSON")?;
    let parked = early::park(app, source, std::slice::from_ref(&external_id), LetterKind::Status, &payload).await?;
    // The message may have learned its id between the lookup and the parking.
    if let Some(message_id) = find_theirs(app, source, &external_id).await? {
        early::unpark(app, source, &external_id, parked).await?;
        return apply(app, source, message_id, &report).await;
    }
    Ok(StatusOutcome { message_id: None, ignored: false })
}

/// Stores an unsolicited report of a messenger. If it names the letter before its id of the message is known, the
/// letter's lost answer is replaced by it.
pub(super) async fn reported(app: &IntakeContext, source: &source::Model, report: MessengerReport) -> Result<()> {
    let external_id = checked_id("/message", clean(&report.message))?;
    let state = report.state;
    if let Some(letter_id) = report.letter_id
        && find_theirs(app, source, &external_id).await?.is_none()
        && let Some(message_id) = late_report::record(&app.delivery, source, letter_id, &external_id).await?
        && state != State::Failed
    {
        // The other copy has arrived, and that counts; that it failed says nothing about this one.
        apply(app, source, message_id, &StatusReport { state, failure: None }).await?;
        return Ok(());
    }
    let rejected = || Failure { code: FailureCode::Rejected, text: String::new() };
    let failure = (state == State::Failed).then(|| report.failure.unwrap_or_else(rejected));
    accept(app, source, MessageKey::Theirs(external_id), StatusReport { state, failure }).await?;
    Ok(())
}

async fn find_theirs(app: &IntakeContext, source: &source::Model, external_id: &str) -> Result<Option<Uuid>> {
    Ok(known_message(&app.store, source.tenant_id, source.id, external_id, &[EventKind::Sent]).await?)
}

async fn apply(
    app: &IntakeContext,
    source: &source::Model,
    message_id: Uuid,
    report: &StatusReport,
) -> Result<StatusOutcome> {
    let found = message::Entity::of_tenant(source.tenant_id)
        .filter(message::Column::Id.eq(message_id))
        .filter(message::Column::SourceId.eq(source.id))
        .one(app.store.read())
        .await?
        .ok_or(Error::NotFound)?;
    if found.direction != Direction::ToMessenger.number() {
        return Err(Error::Conflict { problem: "not_from_crm", detail: LocalizedText::new("said-not-from-crm") });
    }
    let outcome = StatusOutcome { message_id: Some(message_id), ignored: false };
    let Some(entry) = entry_of(app, source, &found, report)? else {
        return Ok(StatusOutcome { ignored: true, ..outcome });
    };
    store(app, source, None, entry).await?;
    let _ = app.changes.send(found.conversation_id);
    Ok(outcome)
}

/// The change of a message and the letter that reports it; none if the message already had a higher state.
pub(super) fn entry_of(
    app: &IntakeContext,
    source: &source::Model,
    found: &message::Model,
    report: &StatusReport,
) -> Result<Option<AcceptItem>> {
    let message_id = found.id;
    let known = State::from_number(found.state)?;
    if !is_upwards(known, report.state) && !app.faults.errs("defect.lower_a_status") {
        return Ok(None);
    }
    let mut letters = Vec::new();
    // "Sent" is what amoCRM already shows.
    if report.state > State::Sent {
        letters.push(status_letter(&app.delivery, source.channel_id, source.id, message_id, report)?);
    }
    let key =
        DedupeKey { origin: source.id, external_id: message_id.to_string(), event: EventKind::of_status(report.state) };
    let conversation = Conversation::Known(found.conversation_id);
    Ok(Some(AcceptItem {
        change: Some(StateChange { message_id, state: report.state, failure: report.failure.clone() }),
        letters,
        ..AcceptItem::bare(key, app.clock.uuid_v7(), app.clock.millis(), conversation)
    }))
}

/// Sent < delivered < read; failed only from below delivered, and final.
fn is_upwards(known: State, outcome: State) -> bool {
    match (known, outcome) {
        (State::Failed, _) | (_, State::Queued) => false,
        (_, State::Failed) => known < State::Delivered,
        _ => outcome > known,
    }
}

/// Messages changed by one report, the latest ones.
const MOST: u64 = 500;
/// The verdict of an attempt that was accepted (`entity::attempt`).
const DONE: &str = "done";

/// Raises the state of all messages that the report is about and that the messenger had accepted by then. An unknown
/// conversation is ignored; an unknown message is parked like any status, and its predecessors change now.
pub(super) async fn accept_up_to(app: &IntakeContext, source: &source::Model, report: StatusUpTo) -> Result<()> {
    let alias = conversation_identity(source, &report.conversation_id);
    let Some(known) = app.lookup.conversation(source.tenant_id, alias).await? else { return Ok(()) };
    let mut up_to = None;
    if let Some(external_id) = &report.message {
        up_to = known_message(&app.store, source.tenant_id, source.id, external_id, &[EventKind::Sent]).await?;
        if up_to.is_none() {
            let status = StatusReport { state: report.state, failure: None };
            accept(app, source, MessageKey::Theirs(external_id.clone()), status).await?;
        }
    }
    let mut found = accepted(app, source, known.conversation_id, report.state, up_to).await?;
    if let (None, Some(until)) = (up_to, report.until) {
        let sent = sent_until(app, source.tenant_id, &found, until).await?;
        found.retain(|message| sent.contains(&message.id));
    }
    let status = StatusReport { state: report.state, failure: None };
    let mut entries = Vec::with_capacity(found.len());
    // Oldest first: the order in which they are reported to amoCRM.
    for message in found.iter().rev() {
        entries.extend(entry_of(app, source, message, &status)?);
    }
    if !entries.is_empty() {
        let batch = AcceptBatch { tenant_id: source.tenant_id, priority: Priority::Normal, raw: None, entries };
        app.writer.accept(batch).await?;
        let _ = app.changes.send(known.conversation_id);
    }
    Ok(())
}

/// Messages of ours in a conversation that the messenger has and whose state is lower, the latest first. `up_to`: the
/// last of them.
async fn accepted(
    app: &IntakeContext,
    source: &source::Model,
    conversation_id: Uuid,
    state: State,
    up_to: Option<Uuid>,
) -> Result<Vec<message::Model>> {
    let found = message::Entity::of_tenant(source.tenant_id)
        .filter(message::Column::ConversationId.eq(conversation_id))
        .filter(message::Column::SourceId.eq(source.id))
        .filter(message::Column::Direction.eq(Direction::ToMessenger.number()))
        .filter(message::Column::State.gte(State::Sent.number()))
        .filter(message::Column::State.lt(state.number()))
        .filter(message::Column::AmocrmMessageId.ne(""))
        .apply_if(up_to, |found, last| found.filter(message::Column::Id.lte(last)));
    Ok(found.order_by_desc(message::Column::Id).limit(MOST).all(app.store.read()).await?)
}

/// Those of the messages that were sent by then. A message's own time is when a manager wrote it.
async fn sent_until(
    app: &IntakeContext,
    tenant_id: Uuid,
    found: &[message::Model],
    until: i64,
) -> Result<BTreeSet<Uuid>> {
    let attempts = attempt::Entity::of_tenant(tenant_id)
        .filter(attempt::Column::MessageId.is_in(found.iter().map(|message| message.id)))
        .filter(attempt::Column::Direction.eq(Direction::ToMessenger.number()))
        .filter(attempt::Column::Verdict.eq(DONE))
        .filter(attempt::Column::At.lte(until))
        .all(app.store.read())
        .await?;
    Ok(attempts.into_iter().map(|attempt| attempt.message_id).collect())
}
