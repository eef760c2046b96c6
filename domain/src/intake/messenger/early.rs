//! Events about a message that is not stored yet: they wait for it, for a day.
//!
//! ```text
//! status, reaction   ─▶ parked_status ─┬─▶ the id of a send is learned: letters (queue/src/settle/learned.rs)
//! reaction, deletion ─▶               ─┴─▶ the customer's message arrives: `release`
//! ```
//!
//! An edit does not wait: it is stored as the message, and the original is then its repeat.

use anyhow::Context;
use base::error::Error;
use base::message::{LetterKind, Reaction, day_of};
use base::store::in_transaction;
use chrono::TimeDelta;
use connectors::incoming::Reacted;
use entity::parked_status::{self, Column, NOTED};
use entity::{dedupe, source};
use queue::accept_batch::EventKind;
use queue::writer::Sums;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::edit::{self, MessageChange};
use super::message::hash;
use super::reaction;
use super::source::CalledSource;
use crate::delivery::letters::messenger_pool;
use crate::intake::door::StoreError;
use crate::intake::{IntakeContext, believed};
use crate::lookup::MessageKey;

/// How long an event waits for its message.
const PARKED: TimeDelta = TimeDelta::days(1);

/// Bytes of a row beside its texts, about.
const ROW: usize = 128;

/// Stores an event until a message of one of these ids is known; returns its id. The message may have become known between
/// the caller's look and this: a settlement that learns the id locks the same turn, so after this call either a look finds
/// the message, or the process that stores the message finds the event.
pub(super) async fn park(
    app: &IntakeContext,
    source: &source::Model,
    external_ids: &[String],
    kind: LetterKind,
    payload: &str,
) -> Result<Uuid, DbErr> {
    let id = app.clock.uuid_v7();
    let row = |external_id: &String| parked_status::ActiveModel {
        tenant_id: Set(source.tenant_id),
        source_id: Set(source.id),
        external_id: Set(external_id.clone()),
        id: Set(id),
        payload: Set(payload.to_owned()),
        expires_at: Set(app.clock.millis() + PARKED.num_milliseconds()),
        kind: Set(kind.number()),
    };
    let rows: Vec<_> = external_ids.iter().map(row).collect();
    let bytes = external_ids.iter().map(|external_id| external_id.len() + payload.len() + ROW).sum::<usize>();
    in_transaction(&app.store, async |tx| {
        app.queue.wake(tx, source.tenant_id, source.id, &messenger_pool(&app.delivery, source)).await?;
        parked_status::Entity::insert_many(rows).exec_without_returning(tx).await
    })
    .await?;
    let sums = Sums { hooks: i64::try_from(bytes).unwrap_or(i64::MAX), ..Sums::default() };
    app.writer.tally.put((source.tenant_id, day_of(app.clock.millis())), sums);
    Ok(id)
}

/// Removes an event that waits; false if it was released meanwhile.
pub(super) async fn unpark(
    app: &IntakeContext,
    source: &source::Model,
    external_id: &str,
    id: Uuid,
) -> Result<bool, DbErr> {
    let done = parked_status::Entity::delete_of(source.tenant_id)
        .filter(Column::SourceId.eq(source.id))
        .filter(Column::ExternalId.eq(external_id))
        .filter(Column::Id.eq(id))
        .exec(app.store.write())
        .await?;
    Ok(done.rows_affected > 0)
}

/// Parks a reaction or a deletion, or applies it if a message has become known meanwhile.
pub(super) async fn wait(
    line: &CalledSource,
    external_ids: &[String],
    kind: LetterKind,
    payload: &str,
) -> Result<(), StoreError> {
    let (app, source) = (&line.app, &line.source);
    let id = park(app, source, external_ids, kind, payload).await?;
    for external_id in known_of(line, external_ids).await? {
        if unpark(app, source, &external_id, id).await? {
            apply(line, &MessageKey::Theirs(external_id), (kind.number(), payload), app.clock.millis()).await?;
        }
    }
    Ok(())
}

/// Those of these ids under which a message was stored or sent.
pub(super) async fn known_of(line: &CalledSource, external_ids: &[String]) -> Result<Vec<String>, DbErr> {
    let events = [EventKind::Message, EventKind::Sent].map(EventKind::number);
    let found = dedupe::Entity::of_tenant(line.source.tenant_id)
        .filter(dedupe::Column::Origin.eq(line.source.id))
        .filter(dedupe::Column::ExternalId.is_in(external_ids))
        .filter(dedupe::Column::Event.is_in(events))
        .all(line.app.store.read())
        .await?;
    Ok(found.into_iter().map(|row| row.external_id).collect())
}

/// Applies what waited for a customer's message that has just been stored.
pub(super) async fn release(line: &CalledSource, external_id: &str) -> Result<(), StoreError> {
    let (app, source) = (&line.app, &line.source);
    let waiting = parked_status::Entity::of_tenant(source.tenant_id)
        .filter(Column::SourceId.eq(source.id))
        .filter(Column::ExternalId.eq(external_id))
        .filter(Column::Kind.ne(NOTED))
        .filter(Column::ExpiresAt.gt(app.clock.millis()))
        .order_by_asc(Column::Id)
        .all(app.store.read())
        .await?;
    let about = MessageKey::Theirs(external_id.to_owned());
    for row in waiting {
        let arrived_at = row.expires_at.saturating_sub(PARKED.num_milliseconds());
        apply(line, &about, (row.kind, &row.payload), arrived_at).await?;
        unpark(app, source, external_id, row.id).await?;
    }
    Ok(())
}

/// Applies an event to its message. A status is of a message of ours, so no customer's message has one.
async fn apply(
    line: &CalledSource,
    about: &MessageKey,
    (kind, payload): (i16, &str),
    arrived_at: i64,
) -> Result<(), StoreError> {
    let (app, source) = (&line.app, &line.source);
    let done = if kind == LetterKind::Reaction.number() {
        let Reaction { sender, emoji } = serde_json::from_str(payload).context("a reaction that waited is damaged")?;
        reaction(app, source, about, sender, emoji, Some(arrived_at)).await
    } else if kind == LetterKind::Edit.number() {
        edit::accept(app, source, about, MessageChange::Deleted).await.map(|_| ())
    } else {
        Ok(())
    };
    match done {
        // Deleted meanwhile, or a message from amoCRM, which nobody deletes here.
        Ok(()) | Err(Error::NotFound | Error::Conflict { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Whether this person's reaction to this message is the latest that was reported, if its messenger reports times.
/// Kept for a day after the reaction.
pub(super) async fn is_latest(
    app: &IntakeContext,
    source: &source::Model,
    reacted: &Reacted,
) -> Result<bool, StoreError> {
    let Some(at) = reacted.at else { return Ok(true) };
    let person = hash(&[&reacted.sender.id]);
    let row = parked_status::ActiveModel {
        tenant_id: Set(source.tenant_id),
        source_id: Set(source.id),
        external_id: Set(reacted.message.clone()),
        id: Set(Uuid::from_u64_pair(0, person.cast_unsigned())),
        payload: Set(String::new()),
        expires_at: Set(believed(Some(at), app.clock.millis()) + PARKED.num_milliseconds()),
        kind: Set(NOTED),
    };
    let later = Expr::col((parked_status::Entity, Column::ExpiresAt)).lte(Expr::cust("excluded.expires_at"));
    let known = OnConflict::columns([Column::TenantId, Column::SourceId, Column::ExternalId, Column::Id])
        .update_column(Column::ExpiresAt)
        .action_and_where(later)
        .to_owned();
    let written =
        parked_status::Entity::insert(row).on_conflict(known).exec_without_returning(app.store.write()).await?;
    Ok(written > 0)
}
