//! Statuses that a messenger reports for all our messages of a conversation up to one of them, or up to a time.

use std::collections::BTreeSet;

use base::error::Result;
use base::message::{Direction, State, StatusReport};
use connectors::incoming::StatusUpTo;
use entity::{attempt, message, source};
use queue::accept_batch::{AcceptBatch, EventKind, Priority};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::route::identity;
use super::status;
use crate::intake::IntakeContext;
use crate::lookup::{MessageKey, known_message};

/// Messages changed by one report, the latest ones.
const MOST: u64 = 500;
/// The verdict of an attempt that was accepted (`entity::attempt`).
const DONE: &str = "done";

/// Raises the state of all messages that the report is about and that the messenger had accepted by then. An unknown
/// conversation is ignored; an unknown message is parked like any status, and its predecessors change now.
pub(super) async fn accept(app: &IntakeContext, source: &source::Model, report: StatusUpTo) -> Result<()> {
    let alias = identity(source, &report.conversation_id);
    let Some(known) = app.lookup.conversation(source.tenant_id, alias).await? else { return Ok(()) };
    let mut up_to = None;
    if let Some(external_id) = &report.message {
        up_to = known_message(&app.store, source.tenant_id, source.id, external_id, &[EventKind::Sent]).await?;
        if up_to.is_none() {
            let status = StatusReport { state: report.state, failure: None };
            status::accept(app, source, MessageKey::Theirs(external_id.clone()), status).await?;
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
        entries.extend(status::entry_of(app, source, message, &status)?);
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
    let mut found = message::Entity::of_tenant(source.tenant_id)
        .filter(message::Column::ConversationId.eq(conversation_id))
        .filter(message::Column::SourceId.eq(source.id))
        .filter(message::Column::Direction.eq(Direction::ToMessenger.number()))
        .filter(message::Column::State.gte(State::Sent.number()))
        .filter(message::Column::State.lt(state.number()))
        .filter(message::Column::AmocrmMessageId.ne(""));
    if let Some(last) = up_to {
        found = found.filter(message::Column::Id.lte(last));
    }
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
