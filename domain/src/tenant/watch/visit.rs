//! One visit: does what is due for an account now, and schedules the next visit.

use std::sync::Arc;

use chrono::TimeDelta;
use entity::{job, oauth_grant, tenant, tenant_channel};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::job::NextRun;
use crate::tenant::TenantContext;
use crate::tenant::access::IDLE;
use crate::tenant::install::UNFINISHED;
use crate::tenant::status_change::{AGAIN, slowly};
use crate::tenant::token::{self, CallError, TokenError};
use crate::tenant::{self as tenants, ChannelStatus, TenantStatus, channels, install, uninstall};

/// Finished install calls of an account are kept this long.
const CALLS_LIVE: TimeDelta = TimeDelta::days(30);

/// Makes a visit, and says when the next one is due.
pub async fn visit(app: Arc<TenantContext>, job: job::Model) -> anyhow::Result<NextRun> {
    let (app, tenant_id) = (&app, job.tenant_id);
    let Some(tenant) = tenants::load(app.store.read(), tenant_id).await? else { return Ok(NextRun::Never) };
    if uninstall::is_pending(&tenant) && !uninstall::confirm(app, tenant_id).await? {
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
    super::janitor::clean_calls(app, tenant_id, app.clock.millis() - CALLS_LIVE.num_milliseconds()).await?;
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
    tenant::Entity::update_many()
        .col_expr(tenant::Column::Probes, Expr::value(tenant.probes.saturating_add(1)))
        .filter(tenant::Column::TenantId.eq(tenant.tenant_id))
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
