//! Rows with their time in their key: each batch reads a range of the primary key and writes in a commit of its own.

use base::message::{Direction, LetterKind, State};
use base::store::VENDOR;
use entity::{
    account_usage, attempt, audit, dead_letter, found_message, idempotency, letter, message, raw_hook, vendor_event,
    vendor_event_attempt,
};
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::DAY;
use crate::delivery::DeliveryContext;
use crate::delivery::read::first_id_at;
use crate::tenant::{emptied, remove};

/// Rows per batch.
const BATCH: u64 = 500;

/// Raw bytes of hooks that arrived before a time.
pub(super) async fn hooks(app: &DeliveryContext, tenant_id: Uuid, before: i64) -> Result<u64, DbErr> {
    let old = Condition::all().add(raw_hook::Column::Id.lt(first_id_at(before)));
    remove::rows::<raw_hook::Entity>(&app.store, tenant_id, old).await
}

/// Sums of bytes stored on days before one.
pub(super) async fn sums(app: &DeliveryContext, tenant_id: Uuid, before: i32) -> Result<u64, DbErr> {
    let old = Condition::all().add(account_usage::Column::Day.lt(before));
    remove::rows::<account_usage::Entity>(&app.store, tenant_id, old).await
}

/// Attempts made before a time.
pub(super) async fn attempts(app: &DeliveryContext, tenant_id: Uuid, before: i64) -> Result<u64, DbErr> {
    let old =
        Condition::all().add(attempt::Column::MessageId.lt(first_id_at(before))).add(attempt::Column::At.lt(before));
    remove::rows::<attempt::Entity>(&app.store, tenant_id, old).await
}

/// Undelivered letters that were given up before a time. The messages of those whose texts are old enough are emptied
/// too.
pub(super) async fn letters(
    app: &DeliveryContext,
    tenant_id: Uuid,
    before: i64,
    texts_before: i64,
) -> anyhow::Result<u64> {
    use dead_letter::Column;
    let (mut gone, mut after) = (0, Uuid::nil());
    loop {
        let some = dead_letter::Entity::of_tenant(tenant_id)
            .filter(Column::Id.gt(after))
            .filter(Column::Id.lt(first_id_at(before)))
            .filter(Column::LastAt.lt(before))
            .order_by_asc(Column::Id)
            .limit(BATCH)
            .all(app.store.read())
            .await?;
        let Some(last) = some.last() else { return Ok(gone) };
        after = last.id;
        let ids = some.iter().map(|dead| dead.id);
        let done = dead_letter::Entity::delete_many()
            .filter(Column::TenantId.eq(tenant_id))
            .filter(Column::Id.is_in(ids))
            .filter(Column::LastAt.lt(before))
            .exec(app.store.write())
            .await?;
        gone += done.rows_affected;
        let message = LetterKind::Message.number();
        let messages = some.iter().filter(|dead| dead.kind == message).map(|dead| dead.message_id);
        let ended: Vec<Uuid> = messages.filter(|id| *id < first_id_at(texts_before)).collect();
        gone += empty(app, tenant_id, Condition::all().add(message::Column::Id.is_in(ended))).await?;
    }
}

/// Texts of messages that were accepted between two times and are settled. A message that can still be sent again
/// keeps its text.
pub(super) async fn texts(app: &DeliveryContext, tenant_id: Uuid, from: i64, before: i64) -> anyhow::Result<u64> {
    use message::Column;
    let (mut gone, mut after, end) = (0, first_id_at(from), first_id_at(before));
    loop {
        let some: Vec<Uuid> = message::Entity::of_tenant(tenant_id)
            .select_only()
            .column(Column::Id)
            .filter(Column::Id.gt(after))
            .filter(Column::Id.lt(end))
            .order_by_asc(Column::Id)
            .limit(BATCH)
            .into_tuple()
            .all(app.store.read())
            .await?;
        let Some(last) = some.last().copied() else { return Ok(gone) };
        let span = Condition::all().add(Column::Id.gt(after)).add(Column::Id.lte(last));
        gone += empty(app, tenant_id, span).await?;
        after = last;
    }
}

/// Empties those of the messages that are settled and not empty yet.
async fn empty(app: &DeliveryContext, tenant_id: Uuid, some: Condition) -> anyhow::Result<u64> {
    use message::Column;
    let mut gone = 0;
    for direction in [Direction::ToCrm, Direction::ToMessenger] {
        let body = serde_json::to_string(&emptied(direction))?;
        let done = message::Entity::update_many()
            .col_expr(Column::Body, Expr::value(body.as_str()))
            .filter(Column::TenantId.eq(tenant_id))
            .filter(some.clone())
            .filter(Column::Direction.eq(direction.number()))
            .filter(Column::State.ne(State::Queued.number()))
            .filter(Column::Body.ne(body.as_str()))
            .filter(Column::Id.not_in_subquery(waiting(tenant_id)))
            .filter(Column::Id.not_in_subquery(undelivered(tenant_id)))
            .exec(app.store.write())
            .await?;
        gone += done.rows_affected;
    }
    Ok(gone)
}

/// Messages that still wait or can be sent again.
fn waiting(tenant_id: Uuid) -> sea_orm::sea_query::SelectStatement {
    let mut some = Query::select();
    some.column(letter::Column::MessageId).from(letter::Entity);
    some.and_where(Expr::col((letter::Entity, letter::Column::TenantId)).eq(tenant_id)).to_owned()
}

fn undelivered(tenant_id: Uuid) -> sea_orm::sea_query::SelectStatement {
    let mut some = Query::select();
    some.column(dead_letter::Column::MessageId).from(dead_letter::Entity);
    some.and_where(Expr::col((dead_letter::Entity, dead_letter::Column::TenantId)).eq(tenant_id)).to_owned()
}

/// Messages accepted before a time, with their related rows.
pub(super) async fn messages(app: &DeliveryContext, tenant_id: Uuid, before: i64) -> Result<u64, DbErr> {
    let end = first_id_at(before);
    let found = Condition::all().add(found_message::Column::MessageId.lt(end));
    let noted = remove::rows::<found_message::Entity>(&app.store, tenant_id, found).await?;
    let old = Condition::all()
        .add(message::Column::Id.lt(end))
        .add(message::Column::State.ne(State::Queued.number()))
        .add(message::Column::Id.not_in_subquery(waiting(tenant_id)))
        .add(message::Column::Id.not_in_subquery(undelivered(tenant_id)));
    Ok(noted + remove::rows::<message::Entity>(&app.store, tenant_id, old).await?)
}

/// First answers to requests with an `Idempotency-Key`, a day after they expired.
pub(super) async fn answers(app: &DeliveryContext, tenant_id: Uuid) -> Result<u64, DbErr> {
    let before = app.clock.millis() - 2 * DAY;
    let old = Condition::all().add(idempotency::Column::CreatedAt.lt(before));
    remove::rows::<idempotency::Entity>(&app.store, tenant_id, old).await
}

/// Entries of the audit log older than a time.
pub(super) async fn audit(app: &DeliveryContext, tenant_id: Uuid, before: i64) -> Result<u64, DbErr> {
    let old = Condition::all().add(audit::Column::Id.lt(first_id_at(before)));
    remove::rows::<audit::Entity>(&app.store, tenant_id, old).await
}

/// Events for the vendor's own webhooks that happened before a time, with their attempts.
pub(super) async fn vendor_events(app: &DeliveryContext, before: i64) -> Result<u64, DbErr> {
    let end = first_id_at(before);
    let attempts = Condition::all().add(vendor_event_attempt::Column::EventId.lt(end));
    let gone = remove::rows::<vendor_event_attempt::Entity>(&app.store, VENDOR, attempts).await?;
    let events = Condition::all().add(vendor_event::Column::Id.lt(end));
    Ok(gone + remove::rows::<vendor_event::Entity>(&app.store, VENDOR, events).await?)
}
