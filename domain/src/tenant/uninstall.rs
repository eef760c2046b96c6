//! The integration was switched off in amoCRM. The notice can be replayed, so amoCRM itself is asked before anything
//! is removed; `watch` retries if amoCRM's answer is unclear, also after a restart.
//!
//! ```text
//! notice ─▶ noticed (uninstalled_at) ─▶ ask ─▶ still there: notice dropped
//!                                        ├──▶ gone: tokens wiped, channels disconnected, turns held
//!                                        └──▶ unclear: again, slower each time
//! ```

use std::sync::Arc;

use base::store::VENDOR;
use base::store::finish_tx;
use chrono::TimeDelta;
use entity::{oauth_grant, source, tenant, tenant_channel};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};
use serde_json::json;
use uuid::Uuid;

use super::token::{self, TokenError};
use super::{ChannelStatus, TenantStatus, channels, connection, grant, status_change, subscription, visits};
use crate::alert::{self, Alarm};
use crate::tenant::TenantContext;
use crate::unregister;

/// Time until amoCRM is asked again; the last value is followed by half an hour each time.
const PAUSES: [TimeDelta; 5] = [
    TimeDelta::seconds(1),
    TimeDelta::seconds(5),
    TimeDelta::seconds(30),
    TimeDelta::minutes(2),
    TimeDelta::minutes(10),
];
const LAST_PAUSE: TimeDelta = TimeDelta::minutes(30);
/// Delay before amoCRM is asked about an account whose notices come too often.
const LATER: TimeDelta = TimeDelta::minutes(1);
/// The vendor is alerted about a notice that is not confirmed after this time.
const TELL_AFTER: TimeDelta = TimeDelta::hours(1);
/// The vendor's alert.
const ALARM: &str = "revoke_unconfirmed";

/// Reason for holding an uninstalled account's turns.
pub const HELD_BECAUSE: &str = "uninstalled";

/// How long the messengers' credentials of an uninstalled account are kept, so that switching the integration off and
/// on changes nothing.
pub(super) const CREDENTIALS_LIVE: TimeDelta = TimeDelta::days(1);

/// amoCRM's answer about our access.
enum AccessAnswer {
    Gone,
    StillThere,
    Unknown(String),
}

/// Stores a verified notice durably; [`confirm`] follows. A notice about an account that has left changes nothing.
/// `at_once`: the caller asks amoCRM now; else it is asked in a minute.
pub async fn noticed(app: &TenantContext, tenant_id: Uuid, at_once: bool) -> Result<(), DbErr> {
    let now = app.clock.millis();
    let pause = if at_once { PAUSES[0] } else { LATER };
    let tx = app.store.write_tx().await?;
    let done = async {
        let noted = tenant::Entity::update_many()
            .col_expr(tenant::Column::UninstalledAt, Expr::value(Some(now)))
            .col_expr(tenant::Column::Probes, Expr::value(0))
            .filter(tenant::Column::TenantId.eq(tenant_id))
            .filter(tenant::Column::Status.ne(TenantStatus::Uninstalled.as_str()))
            .filter(tenant::Column::UninstalledAt.is_null())
            .exec(&tx)
            .await?;
        match noted.rows_affected {
            0 => Ok(()),
            _ => visits::visit_at(&tx, tenant_id, now + pause.num_milliseconds()).await,
        }
    };
    let done = done.await;
    finish_tx(tx, done).await
}

/// True while a notice waits for amoCRM's confirmation.
pub(super) fn is_pending(tenant: &tenant::Model) -> bool {
    tenant.uninstalled_at.is_some() && TenantStatus::stored(tenant) != TenantStatus::Uninstalled
}

/// Asks amoCRM about a stored notice. If the access is really gone, moves the tenant to `uninstalled` and its
/// channels to `disconnected`, wipes its tokens and holds its turns towards amoCRM. Sources and waiting letters stay.
/// Idempotent; a new installation in the meantime wins.
///
/// False if it could not be determined. It is retried at the account's next visit.
pub async fn confirm(app: &Arc<TenantContext>, tenant_id: Uuid) -> anyhow::Result<bool> {
    let Some(tenant) = super::load(app.store.read(), tenant_id).await? else { return Ok(true) };
    if !is_pending(&tenant) {
        return Ok(true);
    }
    let reason = match ask_and_leave(app, &tenant).await {
        Ok(None) => {
            alert::resolve(app, app.store.write(), VENDOR, ALARM, &tenant_id.to_string()).await?;
            return Ok(true);
        }
        Ok(Some(reason)) => reason,
        Err(error) => format!("{error:#}"),
    };
    tracing::info!(tenant.id = %tenant_id, reason, "a revoke notice could not be confirmed yet; amoCRM will be asked again");
    schedule_retry(app, &tenant, &reason).await?;
    Ok(false)
}

async fn schedule_retry(app: &TenantContext, tenant: &tenant::Model, reason: &str) -> Result<(), DbErr> {
    let now = app.clock.millis();
    let pause = usize::try_from(tenant.probes).ok().and_then(|tries| PAUSES.get(tries)).unwrap_or(&LAST_PAUSE);
    let tx = app.store.write_tx().await?;
    let done = async {
        let counted = tenant::Entity::update_many()
            .col_expr(tenant::Column::Probes, Expr::value(tenant.probes.saturating_add(1)))
            .filter(tenant::Column::TenantId.eq(tenant.tenant_id))
            .filter(tenant::Column::UninstalledAt.is_not_null())
            .exec(&tx)
            .await?;
        match counted.rows_affected {
            0 => Ok(()),
            _ => visits::visit_at(&tx, tenant.tenant_id, now + pause.num_milliseconds()).await,
        }
    };
    let done = done.await;
    finish_tx(tx, done).await?;
    if tenant.uninstalled_at.is_some_and(|since| now - since > TELL_AFTER.num_milliseconds()) {
        let detail = json!({
            "tenant_id": tenant.tenant_id, "account_id": tenant.account_id.to_string(), "host": tenant.host, "said": reason,
        });
        let object = tenant.tenant_id.to_string();
        let alarm = Alarm { tenant_id: VENDOR, kind: ALARM, object: &object, source_id: None, detail };
        alert::raise(app, app.store.write(), alarm).await?;
    }
    Ok(())
}

/// None if finished, one way or the other; else the reason why it could not be determined.
async fn ask_and_leave(app: &Arc<TenantContext>, tenant: &tenant::Model) -> anyhow::Result<Option<String>> {
    let tenant_id = tenant.tenant_id;
    let seen = versions(app.store.read(), tenant_id).await?;
    match ask(app, tenant).await? {
        AccessAnswer::StillThere => {
            tracing::warn!(tenant.id = %tenant_id, account.id = tenant.account_id, "a revoke notice for an account whose tokens work; nothing was changed");
            forget_notice(app, tenant_id).await?;
            // An earlier attempt may have been interrupted after it held them.
            status_change::go_on(app, tenant_id).await?;
            Ok(None)
        }
        AccessAnswer::Unknown(reason) => Ok(Some(reason)),
        AccessAnswer::Gone if leave(app, tenant, &seen).await? => Ok(None),
        AccessAnswer::Gone => Ok(Some("new tokens came while amoCRM was asked".into())),
    }
}

async fn ask(app: &Arc<TenantContext>, tenant: &tenant::Model) -> anyhow::Result<AccessAnswer> {
    let called =
        token::with_token(app, tenant.tenant_id, |rest, token| async move { rest.account(&token, &[]).await }).await;
    Ok(match called {
        Ok(_) => AccessAnswer::StillThere,
        // An expired token gets 401 too: `with_token` has tried to renew it, and amoCRM refused permanently.
        Err(token::CallError::Token(TokenError::NeedsReauth | TokenError::NoGrant)) => AccessAnswer::Gone,
        Err(token::CallError::Crm(error)) if error.status() == Some(401) => AccessAnswer::Gone,
        Err(error) => AccessAnswer::Unknown(error.to_string()),
    })
}

async fn forget_notice(app: &TenantContext, tenant_id: Uuid) -> Result<(), DbErr> {
    tenant::Entity::update_many()
        .col_expr(tenant::Column::UninstalledAt, Expr::value(Option::<i64>::None))
        .filter(tenant::Column::TenantId.eq(tenant_id))
        .filter(tenant::Column::Status.ne(TenantStatus::Uninstalled.as_str()))
        .exec(app.store.write())
        .await?;
    Ok(())
}

/// The versions of the current grants, which a new installation changes.
async fn versions(db: &impl ConnectionTrait, tenant_id: Uuid) -> Result<Vec<(i64, i64)>, DbErr> {
    let grants = oauth_grant::Entity::of_tenant(tenant_id).all(db).await?;
    let mut versions: Vec<_> = grants.into_iter().map(|grant| (grant.crm_user_id, grant.version)).collect();
    versions.sort_unstable();
    Ok(versions)
}

/// False if the grants have changed since amoCRM was asked; then nothing was changed.
async fn leave(app: &Arc<TenantContext>, tenant: &tenant::Model, seen: &[(i64, i64)]) -> anyhow::Result<bool> {
    let tenant_id = tenant.tenant_id;
    // Held first, so that an installation after the commit below resumes them again.
    connection::hold(app, tenant, HELD_BECAUSE).await?;
    let tx = app.store.write_tx().await?;
    let done = leave_in(app, &tx, tenant, seen).await;
    let left = finish_tx(tx, done).await?;
    app.lookup.forget();
    if !left {
        status_change::go_on(app, tenant_id).await?;
        return Ok(false);
    }
    let kept = source::Entity::of_tenant(tenant_id).filter(source::Column::DeletedAt.is_null());
    let kept = kept.all(app.store.read()).await?.len();
    tracing::info!(tenant.id = %tenant_id, account.id = tenant.account_id, sources = kept, "the account switched the integration off; its sources and waiting messages are kept");
    if let Err(error) = take_off(app, tenant).await {
        tracing::warn!(tenant.id = %tenant_id, error = format!("{error:#}"), "the channels of an uninstalled account could not be disconnected yet");
    }
    Ok(true)
}

/// Disconnects the channels of an account that left. If the account came back meanwhile, they are connected again,
/// because the two calls may have crossed.
pub(super) async fn take_off(app: &Arc<TenantContext>, tenant: &tenant::Model) -> anyhow::Result<()> {
    let given = channels::take_off(app, tenant).await;
    app.lookup.forget();
    let now = super::load(app.store.read(), tenant.tenant_id).await?;
    let away = [TenantStatus::Uninstalled, TenantStatus::Disconnected];
    if now.is_some_and(|now| !away.contains(&TenantStatus::stored(&now))) {
        channels::connect(app, tenant.tenant_id).await?;
    }
    given
}

/// False if the grants have changed; then nothing was changed.
async fn leave_in(
    app: &TenantContext,
    tx: &sea_orm::DatabaseTransaction,
    tenant: &tenant::Model,
    seen: &[(i64, i64)],
) -> Result<bool, DbErr> {
    let (tenant_id, now) = (tenant.tenant_id, app.clock.millis());
    tenant::Entity::of_tenant(tenant_id).lock_exclusive().one(tx).await?;
    if versions(tx, tenant_id).await? != seen {
        return Ok(false);
    }
    grant::wipe(tx, tenant_id).await?;
    tenant_channel::Entity::update_many()
        .col_expr(tenant_channel::Column::Status, Expr::value(ChannelStatus::Disconnected.as_str()))
        .col_expr(tenant_channel::Column::CheckedAt, Expr::value(now))
        .col_expr(tenant_channel::Column::NextTryAt, Expr::value(Some(now)))
        .col_expr(tenant_channel::Column::Tries, Expr::value(0))
        .filter(tenant_channel::Column::TenantId.eq(tenant_id))
        .exec(tx)
        .await?;
    tenant::Entity::update_many()
        .col_expr(tenant::Column::Status, Expr::value(TenantStatus::Uninstalled.as_str()))
        .col_expr(tenant::Column::UpdatedAt, Expr::value(now))
        .col_expr(tenant::Column::UninstalledAt, Expr::value(Some(now)))
        .col_expr(tenant::Column::Probes, Expr::value(0))
        .filter(tenant::Column::TenantId.eq(tenant_id))
        .exec(tx)
        .await?;
    visits::visit_at(tx, tenant_id, now + status_change::AGAIN).await?;
    subscription::soon(tx, tenant_id, now).await?;
    status_change::alarm(app, tx, tenant_id, TenantStatus::Uninstalled).await?;
    status_change::report(app, tx, tenant_id, TenantStatus::Uninstalled).await?;
    Ok(true)
}

/// Erases the messengers' credentials of an account that left a day ago, and has our webhooks removed there. The signing
/// secrets of its own messengers give no access to others and stay, so that everything works on return. Sources, chats and
/// settings stay.
pub(super) async fn erase_credentials(app: &TenantContext, tenant: &tenant::Model) -> anyhow::Result<()> {
    let (tenant_id, now) = (tenant.tenant_id, app.clock.millis());
    let erased = unregister::all(app, tenant_id).await?;
    tenant::Entity::update_many()
        .col_expr(tenant::Column::ErasedAt, Expr::value(Some(now)))
        .filter(tenant::Column::TenantId.eq(tenant_id))
        .filter(tenant::Column::Status.eq(TenantStatus::Uninstalled.as_str()))
        .exec(app.store.write())
        .await?;
    tracing::info!(tenant.id = %tenant_id, sources = erased, "the messenger credentials of an uninstalled account were erased");
    Ok(())
}
