//! Some messengers report later what became of a letter whose answer was lost ([`AfterUnknown::AwaitStatus`]): the report
//! contains the letter's id and the messenger's id of its message.
//!
//! ```text
//! no answer ─▶ waits, looking every ten seconds ─┬─ reported: done, with the id of the report
//!                                                └─ a minute over: sent once more, as after `ResendOnce`
//! ```
//!
//! Both facts are rows of `parked_status` under the key of the letter: until when it waits, and as what it arrived. A
//! report may come before its letter's call has ended, and after its end: it still corrects a message that was given
//! up, and shows which one was sent twice.

use anyhow::Context;
use base::message::{Direction, FailureCode, LetterKind, State};
use chrono::TimeDelta;
use connectors::AfterUnknown;
use entity::parked_status::{self, Column};
use entity::{dead_letter, message, source};
use queue::Claim;
use queue::accept_batch::EventKind;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::letters::LetterContext;
use super::{DeliveryContext, dead_letters};
use crate::lookup::known_message;

/// Delay before the single resend of a message whose arrival the messenger cannot confirm; a report is awaited as long.
pub(super) const RESEND: TimeDelta = TimeDelta::minutes(1);
/// Interval between looks for the report.
pub(super) const LOOK: TimeDelta = TimeDelta::seconds(10);
/// How long both facts are kept.
const KEPT: TimeDelta = TimeDelta::days(1);

/// The state of a letter before its attempt.
pub(super) enum Reported {
    /// Nothing to wait for: it is sent.
    Not,
    /// It may still be reported: look again after this many milliseconds.
    NotYet(i64),
    /// It arrived, and this is the messenger's id of its message.
    As(String),
}

/// Records that a letter arrived at the messenger, as the message of this id. Nothing for kinds that do not wait for
/// it. Returns the message if it was sent once more meanwhile: the report is about its other copy.
pub async fn record(
    app: &DeliveryContext,
    source: &source::Model,
    letter_id: Uuid,
    external_id: &str,
) -> anyhow::Result<Option<Uuid>> {
    let connector = app.connectors.get(&source.kind);
    if connector.is_none_or(|connector| connector.abilities().after_unknown != AfterUnknown::AwaitStatus) {
        return Ok(None);
    }
    let whose = (source.tenant_id, source.id, letter_id);
    write(app, whose, Uuid::nil(), external_id.to_owned()).await?;
    let dead = dead_letter::Entity::find_by_id((source.tenant_id, letter_id))
        .filter(dead_letter::Column::Kind.eq(LetterKind::Message.number()))
        .filter(dead_letter::Column::Reason.eq(FailureCode::Internal.word()));
    if dead.one(app.store.read()).await?.is_some() {
        // It goes back to its lane, and is settled there by what was just written instead of being sent.
        dead_letters::retry(app, source.tenant_id, letter_id).await?;
        return Ok(None);
    }
    let waited = facts(app, whose).await?.into_iter().find(|row| row.id == letter_id);
    let Some(message_id) = waited.and_then(|row| row.payload.split_once(' ')?.1.parse::<Uuid>().ok()) else {
        return Ok(None);
    };
    let sent = [State::Sent, State::Delivered, State::Read].map(State::number);
    let message =
        message::Entity::find_by_id((source.tenant_id, message_id)).filter(message::Column::State.is_in(sent));
    Ok(message.one(app.store.read()).await?.map(|message| message.id))
}

/// What is known of a letter.
async fn facts(
    app: &DeliveryContext,
    (tenant_id, source_id, letter_id): (Uuid, Uuid, Uuid),
) -> Result<Vec<parked_status::Model>, DbErr> {
    parked_status::Entity::of_tenant(tenant_id)
        .filter(Column::SourceId.eq(source_id))
        .filter(Column::ExternalId.eq(key(letter_id)))
        .all(app.store.read())
        .await
}

/// Whether the outcome of a letter is to be awaited.
pub(super) fn is_awaited(app: &DeliveryContext, claim: &Claim, context: &LetterContext) -> bool {
    let connector = context.source.as_ref().and_then(|source| app.connectors.get(&source.kind));
    claim.letter.kind == LetterKind::Message
        && claim.direction == Direction::ToMessenger
        && connector.is_some_and(|connector| connector.abilities().after_unknown == AfterUnknown::AwaitStatus)
}

/// Starts the wait after an unknown outcome.
pub(super) async fn begin(app: &DeliveryContext, claim: &Claim) -> Result<(), DbErr> {
    let whose = (claim.tenant_id, claim.source_id, claim.letter.id);
    let until = app.clock.millis() + RESEND.num_milliseconds();
    write(app, whose, claim.letter.id, format!("{until} {}", claim.letter.message_id)).await
}

/// Looks for a report of a letter with an unknown outcome, or of one that was given up before. One whose process ended
/// before it could start the wait starts it now.
pub(super) async fn look(app: &DeliveryContext, claim: &Claim, context: &LetterContext) -> anyhow::Result<Reported> {
    let is_open = claim.letter.unknown || claim.letter.late;
    if !is_open || !is_awaited(app, claim, context) {
        return Ok(Reported::Not);
    }
    let found = facts(app, (claim.tenant_id, claim.source_id, claim.letter.id)).await?;
    let fact = |id: Uuid| found.iter().find(|row| row.id == id).map(|row| row.payload.as_str());
    if let Some(external_id) = fact(Uuid::nil()) {
        // An earlier part of the message may have been reported.
        let known =
            known_message(&app.store, claim.tenant_id, claim.source_id, external_id, &[EventKind::Sent]).await?;
        if known.is_none() {
            return Ok(Reported::As(external_id.to_owned()));
        }
    }
    if !claim.letter.unknown {
        return Ok(Reported::Not);
    }
    let Some(until) = fact(claim.letter.id) else {
        begin(app, claim).await?;
        return Ok(Reported::NotYet(LOOK.num_milliseconds()));
    };
    let until = until.split_once(' ').map_or(until, |(until, _)| until);
    let left = until.parse::<i64>().context("the end of a letter's wait is damaged")? - app.clock.millis();
    Ok(if left > 0 { Reported::NotYet(left.min(LOOK.num_milliseconds())) } else { Reported::Not })
}

/// The key under which both facts of a letter are stored. No messenger uses message ids of this form.
fn key(letter_id: Uuid) -> String {
    format!("parom-letter:{letter_id}")
}

async fn write(
    app: &DeliveryContext,
    (tenant_id, source_id, letter_id): (Uuid, Uuid, Uuid),
    id: Uuid,
    payload: String,
) -> Result<(), DbErr> {
    let row = parked_status::ActiveModel {
        tenant_id: Set(tenant_id),
        source_id: Set(source_id),
        external_id: Set(key(letter_id)),
        id: Set(id),
        payload: Set(payload),
        kind: Set(parked_status::NOTED),
        expires_at: Set(app.clock.millis() + KEPT.num_milliseconds()),
    };
    let known = OnConflict::columns([Column::TenantId, Column::SourceId, Column::ExternalId, Column::Id])
        .update_columns([Column::Payload, Column::ExpiresAt])
        .to_owned();
    parked_status::Entity::insert(row).on_conflict(known).exec_without_returning(app.store.write()).await?;
    Ok(())
}
