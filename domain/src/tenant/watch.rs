//! Regular maintenance of accounts, a job of each: amoCRM is only asked what is due.
//!
//! ```text
//! due ─▶ visit: notice to confirm · channels to take off · probe of unpaid and blocked · refused channels · idle access ·
//!               credentials to erase ─▶ the next visit
//! ```

use std::sync::Arc;

use base::store::VENDOR;
use base::store::directory::IdKind;
use chrono::TimeDelta;
use entity::{directory, install_call, job, oauth_grant, parked_status, rest_pace, tenant, tenant_channel};
use sea_orm::sea_query::{Expr, IntoCondition};
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::grant::IDLE;
use super::install::call::ALARM;
use super::install::{self, Trust, UNFINISHED};
use super::status::{self, AGAIN, slowly};
use super::token::{self, CallError, TokenError};
use super::{ChannelStatus, TenantContext, TenantStatus, channels, uninstall};
use crate::job::NextRun;
use crate::{alert, tenant as tenants};

pub use super::status::KIND;

// One visit: does what is due for an account now, and schedules the next visit.

/// Finished install calls are kept this long.
const CALLS_LIVE: TimeDelta = TimeDelta::days(30);

/// Makes a visit, and says when the next one is due.
pub async fn visit(app: Arc<TenantContext>, job: job::Model) -> anyhow::Result<NextRun> {
    let (app, tenant_id) = (&app, job.tenant_id);
    let Some(tenant) = tenants::load(app.store.read(), tenant_id).await? else { return Ok(NextRun::Never) };
    if status::is_uninstall_noticed(&tenant) && !uninstall::confirm(app, tenant_id).await? {
        // It has scheduled the next visit.
        return Ok(NextRun::Scheduled);
    }
    let done = work(app, tenant_id).await;
    // Also after a failure: the work stays due, but is never retried in a busy loop.
    let next = next_visit(app, tenant_id, done.is_err()).await?;
    if let Err(error) = done {
        tracing::warn!(tenant.id = %tenant_id, error = format!("{error:#}"), "an account could not be checked; it will be checked again");
    }
    Ok(next.map_or(NextRun::Never, NextRun::At))
}

async fn work(app: &Arc<TenantContext>, tenant_id: Uuid) -> anyhow::Result<()> {
    let Some(tenant) = tenants::load(app.store.read(), tenant_id).await? else { return Ok(()) };
    clean_calls(app, tenant_id, app.clock.millis() - CALLS_LIVE.num_milliseconds()).await?;
    match TenantStatus::stored(&tenant) {
        TenantStatus::Uninstalled => {
            if owes(app, tenant_id).await? {
                uninstall::take_off(app, &tenant).await?;
            }
            let since = tenant.uninstalled_at.unwrap_or(tenant.updated_at);
            if tenant.erased_at.is_none()
                && app.clock.millis() - since >= uninstall::CREDENTIALS_LIVE.num_milliseconds()
            {
                uninstall::erase_credentials(app, &tenant).await?;
            }
        }
        TenantStatus::Disconnected => {
            if owes(app, tenant_id).await? {
                uninstall::take_off(app, &tenant).await?;
            }
            keep_alive(app, tenant_id).await?;
        }
        TenantStatus::Unpaid | TenantStatus::Blocked => probe(app, &tenant).await?,
        TenantStatus::Active => {
            keep_alive(app, tenant_id).await?;
            reconnect(app, tenant_id).await?;
        }
        TenantStatus::NeedsReauth => {
            if !token::revive(app, tenant_id).await? {
                count_probe(app, &tenant).await?;
            }
            reconnect(app, tenant_id).await?;
        }
        TenantStatus::AwaitingCredentials => keep_alive(app, tenant_id).await?,
        TenantStatus::Provisioning => {
            keep_alive(app, tenant_id).await?;
            if app.clock.millis() - tenant.updated_at >= UNFINISHED.num_milliseconds() {
                // The call that started it is processed for a day; amoCRM was unreachable for longer.
                install::finish(app, tenant_id).await?;
            }
        }
        // Never stored.
        TenantStatus::Suspended | TenantStatus::PlanEnded => {}
    }
    Ok(())
}

/// Asks whether amoCRM serves the account again: a successful call makes it active.
async fn probe(app: &Arc<TenantContext>, tenant: &tenant::Model) -> anyhow::Result<()> {
    let tenant_id = tenant.tenant_id;
    match token::with_token(app, tenant_id, |rest, token| async move { rest.account(&token, &[]).await }).await {
        Ok(_) => {}
        Err(
            error @ CallError::Token(
                TokenError::Unpaid | TokenError::Blocked | TokenError::NeedsReauth | TokenError::NoGrant,
            ),
        ) => {
            tracing::debug!(tenant.id = %tenant_id, %error, "amoCRM does not serve the account yet");
            count_probe(app, tenant).await?;
        }
        // No verdict: asked again soon.
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

/// The next probe of this state is made after a longer time.
async fn count_probe(app: &TenantContext, tenant: &tenant::Model) -> Result<(), DbErr> {
    tenant::Entity::update_of(tenant.tenant_id)
        .col_expr(tenant::Column::Probes, Expr::value(tenant.probes.saturating_add(1)))
        .filter(tenant::Column::Status.eq(tenant.status.as_str()))
        .exec(app.store.write())
        .await?;
    Ok(())
}

/// Renews access that was unused for a month. Lost access is known by the account's state.
async fn keep_alive(app: &Arc<TenantContext>, tenant_id: Uuid) -> anyhow::Result<()> {
    match token::keep_alive(app, tenant_id).await {
        Ok(true) => tracing::info!(tenant.id = %tenant_id, "an unused access was renewed"),
        Ok(false) | Err(TokenError::NoGrant | TokenError::NeedsReauth | TokenError::Unpaid | TokenError::Blocked) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

/// Connects refused channels again when they are due, and ones that the integration got.
async fn reconnect(app: &Arc<TenantContext>, tenant_id: Uuid) -> anyhow::Result<()> {
    let now = app.clock.millis();
    let due: Vec<_> = broken(app, tenant_id).await?.into_iter().filter(|row| row.next_try_at <= Some(now)).collect();
    if due.is_empty() && !channels::lacks_one(app, tenant_id).await? {
        return Ok(());
    }
    // One that amoCRM disconnected may belong to an account that left without a notice.
    if due.iter().any(|row| row.status == ChannelStatus::Disconnected.as_str()) {
        let asked =
            token::with_token(app, tenant_id, |rest, token| async move { rest.account(&token, &[]).await }).await;
        if let Err(error) = asked {
            channels::put_off(app, tenant_id).await?;
            return match error {
                CallError::Token(TokenError::NeedsReauth | TokenError::NoGrant) => Ok(()),
                error => Err(error.into()),
            };
        }
    }
    if let Err(error) = channels::connect(app, tenant_id).await {
        channels::put_off(app, tenant_id).await?;
        return Err(error.into());
    }
    Ok(())
}

/// True if amoCRM still has to be notified that a channel is disconnected.
async fn owes(app: &TenantContext, tenant_id: Uuid) -> Result<bool, DbErr> {
    let now = app.clock.millis();
    Ok(broken(app, tenant_id).await?.iter().any(|row| row.next_try_at <= Some(now)))
}

/// Channels with a pending call to amoCRM.
async fn broken(app: &TenantContext, tenant_id: Uuid) -> Result<Vec<tenant_channel::Model>, DbErr> {
    let waiting = tenant_channel::Entity::of_tenant(tenant_id);
    waiting.filter(tenant_channel::Column::NextTryAt.is_not_null()).all(app.store.read()).await
}

/// The earliest of all that will be due; none if nothing will.
async fn next_visit(app: &TenantContext, tenant_id: Uuid, failed: bool) -> Result<Option<i64>, DbErr> {
    let now = app.clock.millis();
    let Some(tenant) = tenants::load(app.store.read(), tenant_id).await? else { return Ok(None) };
    let status = TenantStatus::stored(&tenant);
    let mut times = Vec::new();
    if failed {
        times.push(now + AGAIN);
    }
    if matches!(status, TenantStatus::Unpaid | TenantStatus::Blocked)
        || status == TenantStatus::NeedsReauth && token::may_revive(app, tenant_id).await?
    {
        times.push(now + slowly(tenant.probes));
    }
    if status == TenantStatus::Uninstalled && tenant.erased_at.is_none() {
        times.push(tenant.uninstalled_at.unwrap_or(now) + uninstall::CREDENTIALS_LIVE.num_milliseconds());
    }
    if status == TenantStatus::Provisioning {
        times.push((tenant.updated_at + UNFINISHED.num_milliseconds()).max(now + slowly(i32::MAX)));
    }
    times.extend(broken(app, tenant_id).await?.iter().filter_map(|row| row.next_try_at));
    let alive = oauth_grant::Entity::of_tenant(tenant_id)
        .filter(oauth_grant::Column::InUse.eq(true))
        .filter(oauth_grant::Column::Dead.eq(false));
    if let Some(grant) = alive.one(app.store.read()).await? {
        times.push(grant.refreshed_at + IDLE.num_milliseconds());
    }
    // Work that is already due was tried just now.
    Ok(times.into_iter().map(|at| if at <= now { now + AGAIN } else { at }).min())
}

// Removes expired rows, in batches that block no one.

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
        let done = parked_status::Entity::delete_of(*tenant_id)
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
    let gone = rest_pace::Entity::delete_of(VENDOR)
        .filter(Column::NextAt.lt(now - MARGIN.num_milliseconds()))
        .exec(app.store.write())
        .await?;
    Ok(gone.rows_affected)
}

/// Codes and tokens of calls that are no longer processed.
async fn forget_codes(app: &TenantContext, now: i64) -> Result<(), DbErr> {
    use install_call::Column;
    install_call::Entity::update_of(VENDOR)
        .col_expr(Column::Code, Expr::value(Vec::<u8>::new()))
        .col_expr(Column::Status, Expr::value("failed"))
        .col_expr(Column::Error, Expr::value("it was not finished within a day"))
        .filter(Column::Status.eq("new"))
        .filter(Column::ReceivedAt.lt(now - UNFINISHED.num_milliseconds()))
        .exec(app.store.write())
        .await?;
    install_call::Entity::update_of(VENDOR)
        .col_expr(Column::Code, Expr::value(Vec::<u8>::new()))
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
async fn clean_calls(app: &TenantContext, tenant_id: Uuid, before: i64) -> Result<u64, DbErr> {
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
            let rows = install_call::Entity::delete_of(tenant_id);
            gone += rows.filter(Column::Id.is_in(ids)).exec(app.store.write()).await?.rows_affected;
        }
        if u64::try_from(found).unwrap_or(0) < BATCH {
            break;
        }
    }
    Ok(gone)
}
