//! Removes expired rows, in batches that block no one.

use base::store::VENDOR;
use base::store::directory::IdKind;
use chrono::TimeDelta;
use entity::{directory, install_call, parked_status, rest_pace};
use sea_orm::sea_query::{Expr, IntoCondition};
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::alert;
use crate::tenant::TenantContext;
use crate::tenant::install::Trust;
use crate::tenant::install::call::ALARM;

/// Rows per statement.
const BATCH: u64 = 500;
/// Maximum statements of one kind in a row.
const BATCHES: usize = 40;
/// Entries are kept this long after their end, because clocks may differ.
const MARGIN: TimeDelta = TimeDelta::hours(1);
/// A code is valid for 20 minutes; an operator has an hour to inspect a stored call.
const CODE_LIVES: TimeDelta = TimeDelta::hours(1);
/// An alert about calls ends after a day without one.
const QUIET: TimeDelta = TimeDelta::days(1);
/// No call is processed for longer than a day.
const UNFINISHED: TimeDelta = TimeDelta::hours(25);
/// Calls that led to no account are kept this long.
const CALLS_LIVE: TimeDelta = TimeDelta::days(30);
/// Failed calls from addresses without genuine ones: kept long enough to be investigated.
const STRANGERS_CALLS_LIVE: TimeDelta = TimeDelta::days(1);

/// Returns how many rows were removed.
pub async fn clean(app: &TenantContext) -> Result<u64, DbErr> {
    let now = app.clock.millis();
    let mut gone = 0;
    for _ in 0..BATCHES {
        let rows = expired_entries(app, now - MARGIN.num_milliseconds()).await?;
        gone += rows;
        if rows < BATCH {
            break;
        }
    }
    for _ in 0..BATCHES {
        let rows = expired_statuses(app, now).await?;
        gone += rows;
        if rows < BATCH {
            break;
        }
    }
    forget_codes(app, now).await?;
    gone += forget_rate_limits(app, now).await?;
    end_alarm(app, now).await?;
    gone += clean_unknown_calls(app, now - STRANGERS_CALLS_LIVE.num_milliseconds()).await?;
    Ok(gone + clean_calls(app, VENDOR, now - CALLS_LIVE.num_milliseconds()).await?)
}

/// One-time entries and sessions. An expired API key stays: `parom key list` shows it.
async fn expired_entries(app: &TenantContext, before: i64) -> Result<u64, DbErr> {
    use directory::Column;
    let found: Vec<(String, String)> = directory::Entity::find()
        .select_only()
        .columns([Column::Kind, Column::Key])
        .filter(Column::ExpiresAt.lt(before))
        .filter(Column::Kind.ne(IdKind::ApiKey.name()))
        .limit(BATCH)
        .into_tuple()
        .all(app.store.read())
        .await?;
    let mut kinds: Vec<String> = found.iter().map(|(kind, _)| kind.clone()).collect();
    kinds.sort();
    kinds.dedup();
    let mut gone = 0;
    for kind in kinds {
        let keys = found.iter().filter(|(of, _)| *of == kind).map(|(_, key)| key.clone());
        let done = directory::Entity::delete_many()
            .filter(Column::Kind.eq(kind.as_str()))
            .filter(Column::Key.is_in(keys))
            .filter(Column::ExpiresAt.lt(before))
            .exec(app.store.write())
            .await?;
        gone += done.rows_affected;
    }
    Ok(gone)
}

/// Statuses for messages that never became known.
async fn expired_statuses(app: &TenantContext, now: i64) -> Result<u64, DbErr> {
    use parked_status::Column;
    let expired = parked_status::Entity::find().filter(Column::ExpiresAt.lt(now)).order_by_asc(Column::TenantId);
    let found = app.store.all_in_reach(expired.limit(BATCH)).await?;
    let mut gone = 0;
    for some in found.chunk_by(|one, next| one.tenant_id == next.tenant_id) {
        let Some(parked_status::Model { tenant_id, .. }) = some.first() else { continue };
        let done = parked_status::Entity::delete_many()
            .filter(Column::TenantId.eq(*tenant_id))
            .filter(Column::Id.is_in(some.iter().map(|one| one.id)))
            .filter(Column::ExpiresAt.lt(now))
            .exec(app.store.write())
            .await?;
        gone += done.rows_affected;
    }
    Ok(gone)
}

/// Accounts that were not called for an hour: their rate state is no longer needed.
async fn forget_rate_limits(app: &TenantContext, now: i64) -> Result<u64, DbErr> {
    use rest_pace::Column;
    let gone = rest_pace::Entity::delete_many()
        .filter(Column::TenantId.eq(VENDOR))
        .filter(Column::NextAt.lt(now - MARGIN.num_milliseconds()))
        .exec(app.store.write())
        .await?;
    Ok(gone.rows_affected)
}

/// Codes and tokens of calls that are no longer processed.
async fn forget_codes(app: &TenantContext, now: i64) -> Result<(), DbErr> {
    use install_call::Column;
    install_call::Entity::update_many()
        .col_expr(Column::Code, Expr::value(Vec::<u8>::new()))
        .col_expr(Column::Status, Expr::value("failed"))
        .col_expr(Column::Error, Expr::value("it was not finished within a day"))
        .filter(Column::TenantId.eq(VENDOR))
        .filter(Column::Status.eq("new"))
        .filter(Column::ReceivedAt.lt(now - UNFINISHED.num_milliseconds()))
        .exec(app.store.write())
        .await?;
    install_call::Entity::update_many()
        .col_expr(Column::Code, Expr::value(Vec::<u8>::new()))
        .filter(Column::TenantId.eq(VENDOR))
        .filter(Column::Status.eq("failed"))
        .filter(Column::ReceivedAt.lt(now - CODE_LIVES.num_milliseconds()))
        .filter(Column::Code.ne(Vec::<u8>::new()))
        .exec(app.store.write())
        .await?;
    Ok(())
}

/// Only their absence shows that calls without an integration have stopped.
async fn end_alarm(app: &TenantContext, now: i64) -> Result<(), DbErr> {
    let open = alert::open(app.store.read(), VENDOR).await?;
    if open.iter().any(|matter| matter.key == ALARM && now - matter.last_at > QUIET.num_milliseconds()) {
        alert::end(app, app.store.write(), VENDOR, ALARM, "").await?;
    }
    Ok(())
}

/// Failed calls of strangers that came before a time, by the index on status and time.
async fn clean_unknown_calls(app: &TenantContext, before: i64) -> Result<u64, DbErr> {
    use install_call::Column;
    let theirs = Condition::all()
        .add(Column::Status.eq("failed"))
        .add(Column::NextAt.lt(before))
        .add(Column::Trust.eq(Trust::Stranger.number()))
        .add(Column::Network.ne(""));
    delete_calls(app, VENDOR, theirs).await
}

/// Install calls that came before a time, whatever their outcome.
pub(super) async fn clean_calls(app: &TenantContext, tenant_id: Uuid, before: i64) -> Result<u64, DbErr> {
    delete_calls(app, tenant_id, install_call::Column::ReceivedAt.lt(before).into_condition()).await
}

async fn delete_calls(app: &TenantContext, tenant_id: Uuid, which: Condition) -> Result<u64, DbErr> {
    use install_call::Column;
    let mut gone = 0;
    for _ in 0..BATCHES {
        let ids: Vec<Uuid> = install_call::Entity::of_tenant(tenant_id)
            .select_only()
            .column(Column::Id)
            .filter(which.clone())
            .limit(BATCH)
            .into_tuple()
            .all(app.store.read())
            .await?;
        let found = ids.len();
        if found > 0 {
            let rows = install_call::Entity::delete_many().filter(Column::TenantId.eq(tenant_id));
            gone += rows.filter(Column::Id.is_in(ids)).exec(app.store.write()).await?.rows_affected;
        }
        if u64::try_from(found).unwrap_or(0) < BATCH {
            break;
        }
    }
    Ok(gone)
}
