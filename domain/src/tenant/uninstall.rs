//! The integration was switched off in amoCRM. The notice can be replayed, so amoCRM itself is asked before anything
//! is removed; `watch` retries if amoCRM's answer is unclear, also after a restart.
//!
//! ```text
//! notice ─▶ noticed (uninstalled_at) ─▶ ask ─▶ still there: notice dropped
//!                                        ├──▶ gone: tokens wiped, channels disconnected, turns held
//!                                        └──▶ unclear: again, slower each time
//! ```

use std::sync::Arc;

use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::store::{VENDOR, in_transaction};
use chrono::TimeDelta;
use entity::{oauth_grant, source, tenant, tenant_channel};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, QueryFilter, QuerySelect};
use serde_json::json;
use uuid::Uuid;

use super::install::InstallError;
use super::status::{self, is_uninstall_noticed};
use super::token::{self, TokenError};
use super::{ChannelStatus, TenantContext, TenantStatus, channels, grant, subscription};
use crate::alert::{self, Alarm};
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
pub async fn note_revocation(app: &TenantContext, tenant_id: Uuid, at_once: bool) -> Result<(), DbErr> {
    let now = app.clock.millis();
    let pause = if at_once { PAUSES[0] } else { LATER };
    in_transaction(&app.store, async |tx| {
        let noted = tenant::Entity::update_of(tenant_id)
            .col_expr(tenant::Column::UninstalledAt, Expr::value(Some(now)))
            .col_expr(tenant::Column::Probes, Expr::value(0))
            .filter(tenant::Column::Status.ne(TenantStatus::Uninstalled.as_str()))
            .filter(tenant::Column::UninstalledAt.is_null())
            .exec(tx)
            .await?;
        match noted.rows_affected {
            0 => Ok(()),
            _ => status::visit_at(tx, tenant_id, now + pause.num_milliseconds()).await,
        }
    })
    .await
}

/// Asks amoCRM about a stored notice. If the access is really gone, moves the tenant to `uninstalled` and its
/// channels to `disconnected`, wipes its tokens and holds its turns towards amoCRM. Sources and waiting letters stay.
/// Idempotent; a new installation in the meantime wins.
///
/// False if it could not be determined. It is retried at the account's next visit.
pub async fn confirm(app: &Arc<TenantContext>, tenant_id: Uuid) -> anyhow::Result<bool> {
    let Some(tenant) = super::load(app.store.read(), tenant_id).await? else { return Ok(true) };
    if !is_uninstall_noticed(&tenant) {
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
    in_transaction(&app.store, async |tx| {
        let counted = tenant::Entity::update_of(tenant.tenant_id)
            .col_expr(tenant::Column::Probes, Expr::value(tenant.probes.saturating_add(1)))
            .filter(tenant::Column::UninstalledAt.is_not_null())
            .exec(tx)
            .await?;
        match counted.rows_affected {
            0 => Ok(()),
            _ => status::visit_at(tx, tenant.tenant_id, now + pause.num_milliseconds()).await,
        }
    })
    .await?;
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
            status::go_on(app, tenant_id).await?;
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
    tenant::Entity::update_of(tenant_id)
        .col_expr(tenant::Column::UninstalledAt, Expr::value(Option::<i64>::None))
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
    hold(app, tenant, HELD_BECAUSE).await?;
    let left = in_transaction(&app.store, async |tx| leave_in(app, tx, tenant, seen).await).await?;
    app.lookup.forget();
    if !left {
        status::go_on(app, tenant_id).await?;
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
    tenant_channel::Entity::update_of(tenant_id)
        .col_expr(tenant_channel::Column::Status, Expr::value(ChannelStatus::Disconnected.as_str()))
        .col_expr(tenant_channel::Column::CheckedAt, Expr::value(now))
        .col_expr(tenant_channel::Column::NextTryAt, Expr::value(Some(now)))
        .col_expr(tenant_channel::Column::Tries, Expr::value(0))
        .exec(tx)
        .await?;
    tenant::Entity::update_of(tenant_id)
        .col_expr(tenant::Column::Status, Expr::value(TenantStatus::Uninstalled.as_str()))
        .col_expr(tenant::Column::UpdatedAt, Expr::value(now))
        .col_expr(tenant::Column::UninstalledAt, Expr::value(Some(now)))
        .col_expr(tenant::Column::Probes, Expr::value(0))
        .exec(tx)
        .await?;
    status::visit_at(tx, tenant_id, now + status::AGAIN).await?;
    subscription::soon(tx, tenant_id, now).await?;
    status::alarm(app, tx, tenant_id, TenantStatus::Uninstalled).await?;
    status::report(app, tx, tenant_id, TenantStatus::Uninstalled).await?;
    Ok(true)
}

/// Erases the messengers' credentials of an account that left a day ago, and has our webhooks removed there. The signing
/// secrets of its own messengers give no access to others and stay, so that everything works on return. Sources, chats and
/// settings stay.
pub(super) async fn erase_credentials(app: &TenantContext, tenant: &tenant::Model) -> anyhow::Result<()> {
    let (tenant_id, now) = (tenant.tenant_id, app.clock.millis());
    let erased = unregister::all(app, tenant_id).await?;
    tenant::Entity::update_of(tenant_id)
        .col_expr(tenant::Column::ErasedAt, Expr::value(Some(now)))
        .filter(tenant::Column::Status.eq(TenantStatus::Uninstalled.as_str()))
        .exec(app.store.write())
        .await?;
    tracing::info!(tenant.id = %tenant_id, sources = erased, "the messenger credentials of an uninstalled account were erased");
    Ok(())
}

// Connecting and disconnecting an account's channels from the widget.

/// Reason for holding a disconnected account's turns.
const DISCONNECTED: &str = "disconnected";
/// Retry delay for the caller if amoCRM gave none.
const WAIT_SECONDS: u32 = 5;

/// Connects every channel; the caller must have checked permissions. `customer_id`: the login, which is recorded.
///
/// 409 `tenant_inactive` if the account has left or never gave access, 503 if amoCRM does not answer: the caller should
/// retry. A channel that amoCRM does not allow is not an error; its row has the reason.
pub async fn connect(app: &Arc<TenantContext>, tenant_id: Uuid, customer_id: Option<Uuid>) -> Result<()> {
    let tenant = super::load(app.store.read(), tenant_id).await?.ok_or(Error::NotFound)?;
    let left = TenantStatus::stored(&tenant) == TenantStatus::Uninstalled;
    if left || grant::in_use(app.store.read(), tenant_id).await?.is_none() {
        return Err(inactive(&tenant, LocalizedText::new("said-account-no-access")));
    }
    if let Some(customer_id) = customer_id {
        tenant::Entity::update_of(tenant_id)
            .col_expr(tenant::Column::CustomerId, Expr::value(Some(customer_id)))
            .exec(app.store.write())
            .await?;
    }
    // A caller that goes away must not leave half of the channels connected.
    let connecting = {
        let app = app.clone();
        base::supervisor::detach("connect", async move { channels::connect(&app, tenant_id).await })
    };
    let done = connecting.await.map_err(|error| anyhow::anyhow!("connecting an account broke off: {error}"))?;
    done.map_err(|error| match error {
        InstallError::Later { reason, after } => {
            tracing::warn!(tenant.id = %tenant_id, error = %reason, "an account could not be connected yet");
            Error::Unavailable {
                detail: LocalizedText::new("said-account-later").with("account", tenant.account_id.to_string()),
                retry_after: after.map_or(WAIT_SECONDS, |after| u32::try_from(after.as_secs()).unwrap_or(WAIT_SECONDS)),
            }
        }
        InstallError::Never(reason) => {
            inactive(&tenant, LocalizedText::new("said-account-never").with("reason", reason))
        }
    })
}

/// Disconnects every channel at amoCRM and holds what waits. Sources, chats and letters are kept; [`connect`]
/// resumes. Idempotent. amoCRM is notified until it confirms. 409 `tenant_inactive` if the account has left.
pub async fn disconnect(app: &Arc<TenantContext>, tenant_id: Uuid) -> Result<()> {
    let tenant = super::load(app.store.read(), tenant_id).await?.ok_or(Error::NotFound)?;
    if TenantStatus::stored(&tenant) == TenantStatus::Uninstalled {
        return Err(inactive(&tenant, LocalizedText::new("said-account-left")));
    }
    hold(app, &tenant, DISCONNECTED).await?;
    let from = [
        TenantStatus::Provisioning,
        TenantStatus::AwaitingCredentials,
        TenantStatus::Active,
        TenantStatus::NeedsReauth,
        TenantStatus::Unpaid,
        TenantStatus::Blocked,
    ];
    if status::change_alone(app, tenant_id, &from, TenantStatus::Disconnected).await? {
        tracing::info!(tenant.id = %tenant_id, account.id = tenant.account_id, "the account was disconnected; its sources and waiting messages are kept");
    }
    owe(app, tenant_id).await?;
    subscription::soon_alone(app, tenant_id).await?;
    app.lookup.forget();
    let app = app.clone();
    let telling = base::supervisor::detach("disconnect", async move {
        let given = channels::take_off(&app, &tenant).await;
        app.lookup.forget();
        given
    });
    telling.await.map_err(|error| anyhow::anyhow!("disconnecting an account broke off: {error}"))??;
    Ok(())
}

/// Holds the turns of all channels of an account towards amoCRM.
pub(super) async fn hold(app: &TenantContext, tenant: &tenant::Model, reason: &str) -> Result<(), DbErr> {
    let pool = super::pool_of(&tenant.integration);
    for channel in tenant_channel::Entity::of_tenant(tenant.tenant_id).all(app.store.read()).await? {
        app.queue.hold(tenant.tenant_id, channel.channel_id, &pool, reason).await?;
    }
    Ok(())
}

/// Records before the call that amoCRM must be notified, so that a crash does not lose it.
async fn owe(app: &TenantContext, tenant_id: Uuid) -> Result<(), DbErr> {
    use tenant_channel::Column;
    let at = app.clock.millis() + status::AGAIN;
    tenant_channel::Entity::update_of(tenant_id)
        .col_expr(Column::Status, Expr::value(ChannelStatus::Disconnected.as_str()))
        .col_expr(Column::NextTryAt, Expr::value(Some(at)))
        .col_expr(Column::Tries, Expr::value(0))
        .filter(Column::Status.ne(ChannelStatus::Disconnected.as_str()))
        .exec(app.store.write())
        .await?;
    status::visit_by(app.store.write(), tenant_id, at).await
}

fn inactive(tenant: &tenant::Model, why: LocalizedText) -> Error {
    Error::Conflict { problem: "tenant_inactive", detail: why.with("account", tenant.account_id.to_string()) }
}
