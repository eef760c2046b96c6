//! Connects the integration's channels to an account, which makes messages possible, and disconnects them.
//!
//! ```text
//! connect ─▶ connected ◀────────────┐
//!         └▶ not_allowed, misconfigured ─▶ the vendor is alerted, retried slowly (watch)
//! disconnect, uninstallation ─▶ disconnected (reported to amoCRM until it confirms)
//! ```

mod reconnect;

use std::time::Duration;

use amocrm::Error as CrmError;
use amocrm::chats::{Connect, Connected};
use base::config::{Channel, Integration};
use base::i18n::LocalizedText;
use base::store::directory::{self, IdKind};
use base::store::{VENDOR, in_transaction};
use chrono::TimeDelta;
use entity::{tenant, tenant_channel};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};
use serde_json::json;
use uuid::Uuid;

use super::status::{self, slowly};
use super::{ChannelStatus, TenantContext, TenantStatus, error_text, grant, subscription};
use crate::alert::{self, Alarm};
use crate::tenant as tenants;
use crate::vendor_events::{self, VendorEventKind};

pub(super) use reconnect::lacks_one;
pub use reconnect::{UNCONFIGURED, offer, offer_all, renew, renewed, resume_configured};

/// Connects every channel of the integration to the account (repeating is harmless), stores the scopes, resumes held
/// turns and moves the tenant to `active`, or to `needs_reauth` if its grant is dead. Its sources are compared with
/// amoCRM's soon.
///
/// [`InstallError::Later`]: amoCRM did not answer for at least one channel; connected ones stay connected and the
/// tenant's state is unchanged. The caller should retry.
pub async fn connect(app: &TenantContext, tenant_id: Uuid) -> Result<(), InstallError> {
    let Some(tenant) = super::load(app.store.read(), tenant_id).await? else {
        return Err(InstallError::Never(LocalizedText::new("said-install-gone")));
    };
    connect_all(app, &tenant).await?;
    // Other states are ended by their own causes: payment, a successful call, the vendor. An account that left
    // meanwhile stays away.
    let from = [TenantStatus::Provisioning, TenantStatus::AwaitingCredentials, TenantStatus::Disconnected];
    in_transaction(&app.store, async |tx| {
        // Access granted meanwhile waits for this lock, and then wins.
        super::lock(tx, tenant_id).await?;
        let dead = grant::in_use(tx, tenant_id).await?.is_some_and(|grant| grant.dead);
        let to = if dead { TenantStatus::NeedsReauth } else { TenantStatus::Active };
        status::change_status(app, tx, tenant_id, &from, to).await
    })
    .await?;
    compare_soon(app, tenant_id).await?;
    subscription::soon_alone(app, tenant_id).await?;
    app.lookup.forget();
    tracing::info!(tenant.id = %tenant_id, account.id = tenant.account_id, "the account is connected");
    Ok(())
}

/// Connects each channel at amoCRM and stores the outcome.
pub(super) async fn connect_all(app: &TenantContext, tenant: &tenant::Model) -> Result<(), InstallError> {
    let integration = super::integration(app, tenant)?;
    let mut later = None;
    for channel in &integration.channels {
        let channel_id = Uuid::parse_str(&channel.id).map_err(anyhow::Error::from)?;
        match connect_one(app, tenant, &integration, channel).await {
            Ok(outcome) => keep(app, tenant, channel_id, outcome).await?,
            Err(error) => later = Some(error),
        }
    }
    app.lookup.forget();
    later.map_or(Ok(()), Err)
}

async fn connect_one(
    app: &TenantContext,
    tenant: &tenant::Model,
    integration: &Integration,
    channel: &Channel,
) -> Result<ChannelOutcome, InstallError> {
    let account_id = tenant.account_id.to_string();
    if !channel.admits(&account_id, tenant.plan.as_deref()) {
        let text = LocalizedText::new("said-account-unlisted")
            .with("account", account_id)
            .with("channel", channel.id.as_str());
        let detail = text.to_string();
        return Ok(ChannelOutcome { status: ChannelStatus::NotAllowed, scope_id: None, detail });
    }
    let wanted = Connect {
        account_id: tenant.amojo_id.clone(),
        title: channel.title.clone(),
        is_time_window_disabled: tenant.window_off,
    };
    let answer = super::chats(app, integration)?.connect(&channel.secret, &channel.id, &wanted).await;
    judge(answer, channel.public)
}

/// Reports that a connected channel no longer accepts messages. If amoCRM refuses its signature (`misconfigured`),
/// the vendor is alerted; if amoCRM does not know it (`disconnected`), it is connected again at once, or slowly if it
/// was lost again soon.
pub async fn broken(
    app: &TenantContext,
    tenant_id: Uuid,
    channel_id: Uuid,
    status: ChannelStatus,
    detail: &str,
) -> Result<(), DbErr> {
    if let Some(tenant) = super::load(app.store.read(), tenant_id).await? {
        mark_broken(app, &tenant, channel_id, status, detail).await?;
    }
    app.lookup.forget();
    Ok(())
}

/// Delays the next attempt of every unconnected channel, because amoCRM did not answer.
pub(super) async fn put_off(app: &TenantContext, tenant_id: Uuid) -> Result<(), DbErr> {
    use tenant_channel::Column;
    let now = app.clock.millis();
    let waiting = tenant_channel::Entity::of_tenant(tenant_id).filter(Column::NextTryAt.lte(now));
    for row in waiting.all(app.store.read()).await? {
        tenant_channel::Entity::update_of(tenant_id)
            .col_expr(Column::NextTryAt, Expr::value(Some(now + status::AGAIN)))
            .filter(Column::ChannelId.eq(row.channel_id))
            .exec(app.store.write())
            .await?;
    }
    Ok(())
}

/// Switches amoCRM's time window off or on for an account. amoCRM learns of it with the next connect, which is due at
/// once and retried until amoCRM has answered.
pub async fn switch_window(app: &TenantContext, tenant_id: Uuid, off: bool) -> Result<(), DbErr> {
    use tenant_channel::Column;
    let now = app.clock.millis();
    in_transaction(&app.store, async |tx| {
        let done = tenant::Entity::update_of(tenant_id)
            .col_expr(tenant::Column::WindowOff, Expr::value(off))
            .col_expr(tenant::Column::UpdatedAt, Expr::value(now))
            .filter(tenant::Column::WindowOff.ne(off))
            .exec(tx)
            .await?;
        if done.rows_affected == 0 {
            return Ok(());
        }
        tenant_channel::Entity::update_of(tenant_id)
            .col_expr(Column::NextTryAt, Expr::value(Some(now)))
            .filter(Column::Status.eq(ChannelStatus::Connected.as_str()))
            .exec(tx)
            .await?;
        status::visit_by(tx, tenant_id, now).await
    })
    .await?;
    app.lookup.forget();
    Ok(())
}

/// Schedules a comparison of its sources with amoCRM's for the next round.
async fn compare_soon(app: &TenantContext, tenant_id: Uuid) -> Result<(), DbErr> {
    tenant::Entity::update_of(tenant_id)
        .col_expr(tenant::Column::ReconciledAt, Expr::value(Option::<i64>::None))
        .exec(app.store.write())
        .await?;
    Ok(())
}

// The status of a channel by amoCRM's answer to a connect.

/// The outcome for one channel.
struct ChannelOutcome {
    pub status: ChannelStatus,
    pub scope_id: Option<String>,
    /// Why it is not connected, in amoCRM's words or ours.
    pub detail: String,
}

/// A private channel refuses accounts that were not approved with the same statuses as a wrong secret (403) or id
/// (404), so for it these mean `not_allowed`; the answer's text is kept in the detail.
fn judge(answer: Result<Connected, CrmError>, public: bool) -> Result<ChannelOutcome, InstallError> {
    match answer {
        Ok(connected) => {
            let version = connected.hook_api_version.unwrap_or_else(|| "v2".into());
            let works = version == "v2";
            Ok(ChannelOutcome {
                status: if works { ChannelStatus::Connected } else { ChannelStatus::Misconfigured },
                scope_id: Some(connected.scope_id),
                detail: if works {
                    String::new()
                } else {
                    LocalizedText::new("said-hook-version").with("version", version).to_string()
                },
            })
        }
        Err(ref error @ CrmError::Refused { status: 429 | 500..=599, retry_after, .. }) => {
            Err(InstallError::Later { reason: error_text(error), after: retry_after })
        }
        Err(error @ CrmError::Refused { status, .. }) => Ok(ChannelOutcome {
            status: match status {
                403 | 404 if !public => ChannelStatus::NotAllowed,
                _ => ChannelStatus::Misconfigured,
            },
            scope_id: None,
            detail: error_text(&error).to_string(),
        }),
        Err(error @ CrmError::Invalid { .. }) => Ok(ChannelOutcome {
            status: ChannelStatus::Misconfigured,
            scope_id: None,
            detail: error_text(&error).to_string(),
        }),
        Err(error) => Err(InstallError::Later { reason: error_text(&error), after: None::<Duration> }),
    }
}

// Stores the outcome of a connect and its consequences: resumed letters, or an alert and a slow retry.

/// Spreads the restart of turns of many accounts.
const JITTER: TimeDelta = TimeDelta::milliseconds(250);

/// The vendor's alerts about an account's channel, by its status.
const ALARMS: [(ChannelStatus, &str); 2] =
    [(ChannelStatus::NotAllowed, "channel_not_allowed"), (ChannelStatus::Misconfigured, "channel_misconfigured")];

/// Stores an outcome. If connected, the scope is stored and the turn resumed. Otherwise the vendor is alerted and the
/// connection is retried slowly.
async fn keep(
    app: &TenantContext,
    tenant: &tenant::Model,
    channel_id: Uuid,
    mut outcome: ChannelOutcome,
) -> anyhow::Result<()> {
    let tenant_id = tenant.tenant_id;
    let now = app.clock.millis();
    let tx = app.store.write_tx().await?;
    let known = tenant_channel::Entity::of_tenant(tenant_id)
        .filter(tenant_channel::Column::ChannelId.eq(channel_id))
        .one(&tx)
        .await?;
    if let Some(scope_id) = &outcome.scope_id {
        let holder = directory::find(&tx, IdKind::Scope, scope_id, now).await?;
        if holder.is_some_and(|holder| holder.tenant_id != tenant_id) {
            // Another account's chats must never arrive here.
            tracing::error!(tenant.id = %tenant_id, channel.id = %channel_id, "amoCRM returned a scope that belongs to another account; it is not used");
            outcome = ChannelOutcome {
                status: ChannelStatus::Misconfigured,
                scope_id: None,
                detail: "amoCRM gave a scope that belongs to another account".into(),
            };
        }
    }
    let old_scope = known.as_ref().map(|known| known.scope_id.clone()).unwrap_or_default();
    let scope_id = outcome.scope_id.clone().unwrap_or_else(|| old_scope.clone());
    if let Some(scope_id) = &outcome.scope_id {
        if !old_scope.is_empty() && old_scope != *scope_id {
            directory::take(&tx, IdKind::Scope, &old_scope, now).await?;
        }
        let entry = directory::DirectoryEntry { tenant_id, id: channel_id, note: String::new(), expires_at: None };
        directory::set(&tx, IdKind::Scope, scope_id, entry).await?;
    }
    let connected = outcome.status == ChannelStatus::Connected;
    let tries = if connected { 0 } else { known.as_ref().map_or(0, |known| known.tries).saturating_add(1) };
    let renewed_at = known.as_ref().and_then(|known| known.renewed_at);
    let losses = known.as_ref().map_or(0, |known| known.losses);
    // A repeated refusal does not make the trouble younger.
    let same = known.as_ref().filter(|known| known.status == outcome.status.as_str());
    let since = same.map_or(now, |known| known.checked_at);
    let row = tenant_channel::Model {
        tenant_id,
        channel_id,
        scope_id,
        status: outcome.status.as_str().to_owned(),
        detail: outcome.detail.clone(),
        connected_at: if connected { now } else { known.map_or(0, |known| known.connected_at) },
        checked_at: since,
        next_try_at: (!connected).then(|| now + slowly(tries - 1)),
        tries,
        renewed_at,
        losses,
    };
    if let Some(next_try_at) = row.next_try_at {
        status::visit_by(&tx, tenant_id, next_try_at).await?;
    }
    put(&tx, row).await?;
    alarm(app, &tx, tenant, channel_id, &outcome).await?;
    tx.commit().await?;
    if connected && tenant.held().is_none() {
        app.queue.resume(tenant_id, channel_id, rand::random_range(0..=JITTER.num_milliseconds())).await?;
    }
    if !connected {
        tracing::warn!(
            tenant.id = %tenant_id, account.id = tenant.account_id, channel.id = %channel_id,
            reason = outcome.status.as_str(), detail = outcome.detail,
            "the channel is not connected; check its id and secret in integration {:?} and the account's approval with amoCRM's support",
            tenant.integration
        );
    }
    Ok(())
}

/// Records that a connected channel no longer accepts messages. One that amoCRM does not know is connected again at
/// once; slowly if it was lost again soon, or if amoCRM refuses its signature.
async fn mark_broken(
    app: &TenantContext,
    tenant: &tenant::Model,
    channel_id: Uuid,
    status: ChannelStatus,
    detail: &str,
) -> Result<(), DbErr> {
    use tenant_channel::Column;
    let (tenant_id, now) = (tenant.tenant_id, app.clock.millis());
    in_transaction(&app.store, async |tx| {
        let this = tenant_channel::Entity::of_tenant(tenant_id).filter(Column::ChannelId.eq(channel_id));
        let Some(known) = this.lock_exclusive().one(tx).await? else { return Ok(()) };
        if known.next_try_at.is_some() {
            // The first of several concurrent letters has already reported it.
            return Ok(());
        }
        let lost = status == ChannelStatus::Disconnected;
        let losses = if lost { losses_in_a_row(&known, now) } else { known.losses };
        let next_try_at = match losses {
            0 if lost => now,
            _ if lost => now + slowly(losses - 1),
            _ => now + slowly(0),
        };
        tenant_channel::Entity::update_of(tenant_id)
            .col_expr(Column::Status, Expr::value(status.as_str()))
            .col_expr(Column::Detail, Expr::value(detail))
            .col_expr(Column::CheckedAt, Expr::value(now))
            .col_expr(Column::NextTryAt, Expr::value(Some(next_try_at)))
            .col_expr(Column::Tries, Expr::value(if lost { losses } else { 1 }))
            .col_expr(Column::Losses, Expr::value(losses.saturating_add(i32::from(lost))))
            .filter(Column::ChannelId.eq(channel_id))
            .exec(tx)
            .await?;
        status::visit_by(tx, tenant_id, next_try_at).await?;
        let outcome = ChannelOutcome { status, scope_id: None, detail: detail.to_owned() };
        alarm(app, tx, tenant, channel_id, &outcome).await
    })
    .await
}

/// Losses in a row: the last connection held for less time than the next one would be delayed.
fn losses_in_a_row(known: &tenant_channel::Model, now: i64) -> i32 {
    let held = now.saturating_sub(known.connected_at);
    if known.losses > 0 && held < slowly(known.losses - 1) { known.losses } else { 0 }
}

/// Updates the alert of an account's channel; it ends when the channel is connected.
async fn alarm(
    app: &TenantContext,
    db: &impl ConnectionTrait,
    tenant: &tenant::Model,
    channel_id: Uuid,
    outcome: &ChannelOutcome,
) -> Result<(), DbErr> {
    for (status, kind) in ALARMS {
        let object = format!("{channel_id}:{}", tenant.tenant_id);
        if status == outcome.status {
            let detail = json!({
                "tenant_id": tenant.tenant_id,
                "account_id": tenant.account_id.to_string(),
                "host": tenant.host,
                "integration": tenant.integration,
                "channel_id": channel_id,
                "said": outcome.detail,
            });
            let alarm = Alarm { tenant_id: VENDOR, kind, object: &object, source_id: None, detail };
            if alert::raise(app, db, alarm).await? {
                let data = json!({ "reason": kind, "channel_id": channel_id });
                let kind = VendorEventKind::AccountNeedsAttention;
                vendor_events::record(app, db, kind, tenant.tenant_id, data).await?;
            }
        } else if outcome.status == ChannelStatus::Connected {
            let ended = alert::resolve(app, db, VENDOR, kind, &object).await?;
            // The account's own change of state is reported where it is made.
            if ended && TenantStatus::stored(tenant) == TenantStatus::Active {
                status::report(app, db, tenant.tenant_id, TenantStatus::Active).await?;
            }
        } else {
            alert::end(app, db, VENDOR, kind, &object).await?;
        }
    }
    Ok(())
}

async fn put(db: &impl ConnectionTrait, row: tenant_channel::Model) -> Result<(), DbErr> {
    use tenant_channel::Column::{
        ChannelId, CheckedAt, ConnectedAt, Detail, NextTryAt, ScopeId, Status, TenantId, Tries,
    };
    tenant_channel::Entity::insert(row.into_active_model())
        .on_conflict(
            OnConflict::columns([TenantId, ChannelId])
                .update_columns([ScopeId, Status, Detail, ConnectedAt, CheckedAt, NextTryAt, Tries])
                .to_owned(),
        )
        .exec_without_returning(db)
        .await?;
    Ok(())
}

// Disconnects an account's channels at amoCRM. Failures are retried as long as the account stays away.

/// Attempts before giving up: amoCRM disconnects channels by itself when an integration is switched off.
const TRIES: i32 = 12;

/// Disconnects all channels that amoCRM still has to be notified about; their rows already say `disconnected`. "Not
/// found" and every other refusal counts as done, because there is nothing to disconnect. Without an answer, `watch`
/// retries.
pub(super) async fn take_off(app: &TenantContext, tenant: &tenant::Model) -> anyhow::Result<()> {
    let integration = tenants::integration(app, tenant)?;
    let chats = tenants::chats(app, &integration)?;
    for row in tenant_channel::Entity::of_tenant(tenant.tenant_id).all(app.store.read()).await? {
        let Some((_, channel)) = tenants::channel_config(app, row.channel_id) else {
            note(app, &row, None).await?;
            continue;
        };
        if row.status == ChannelStatus::Disconnected.as_str() && row.next_try_at.is_none() {
            continue;
        }
        match chats.disconnect(&channel.secret, &channel.id, &tenant.amojo_id).await {
            Ok(()) => note(app, &row, None).await?,
            Err(error @ CrmError::Refused { status: 400..=428 | 430..=499, .. }) => {
                tracing::debug!(tenant.id = %tenant.tenant_id, channel.id = %row.channel_id, %error, "amoCRM has nothing to disconnect");
                note(app, &row, None).await?;
            }
            Err(error) => {
                tracing::warn!(tenant.id = %tenant.tenant_id, channel.id = %row.channel_id, %error, "amoCRM could not be notified that the channel is disconnected; it will be retried");
                note(app, &row, Some(row.tries)).await?;
            }
        }
    }
    Ok(())
}

/// `tries`: none if amoCRM knows it.
async fn note(app: &TenantContext, row: &tenant_channel::Model, tries: Option<i32>) -> Result<(), DbErr> {
    use tenant_channel::Column;
    let now = app.clock.millis();
    let tries = tries.filter(|tries| *tries < TRIES);
    let next_try_at = tries.map(|tries| now + slowly(tries));
    // A channel connected again meanwhile is left connected.
    of(row.tenant_id, row.channel_id)
        .filter(Column::Status.eq(ChannelStatus::Disconnected.as_str()))
        .col_expr(Column::Detail, Expr::value(""))
        .col_expr(Column::CheckedAt, Expr::value(now))
        .col_expr(Column::NextTryAt, Expr::value(next_try_at))
        .col_expr(Column::Tries, Expr::value(tries.map_or(0, |tries| tries + 1)))
        .exec(app.store.write())
        .await?;
    if let Some(at) = next_try_at {
        status::visit_by(app.store.write(), row.tenant_id, at).await?;
    }
    Ok(())
}

fn of(tenant_id: Uuid, channel_id: Uuid) -> sea_orm::UpdateMany<tenant_channel::Entity> {
    tenant_channel::Entity::update_of(tenant_id).filter(tenant_channel::Column::ChannelId.eq(channel_id))
}

// Why an installation is not complete yet.

/// Why an account is not installed yet. Texts are for people and contain no secret; internal causes are logged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InstallError {
    /// Retry, after the delay that amoCRM requested, if any.
    #[error("{reason}")]
    Later { reason: LocalizedText, after: Option<Duration> },
    /// Retrying with the same code is pointless.
    #[error("{0}")]
    Never(LocalizedText),
}

impl InstallError {
    pub(super) fn later(reason: LocalizedText) -> Self {
        Self::Later { reason, after: None }
    }
}

impl From<DbErr> for InstallError {
    fn from(error: DbErr) -> Self {
        anyhow::Error::from(error).into()
    }
}

/// A fault of our own database, configuration or code; stored calls wait until it is repaired.
impl From<anyhow::Error> for InstallError {
    fn from(error: anyhow::Error) -> Self {
        tracing::error!(
            cause = format!("{error:#}"),
            "an installation waits for a problem on the server to be resolved"
        );
        Self::later(LocalizedText::new("said-install-ours"))
    }
}

impl From<CrmError> for InstallError {
    fn from(error: CrmError) -> Self {
        let reason = error_text(&error);
        match error {
            CrmError::Refused { retry_after, .. } => Self::Later { reason, after: retry_after },
            CrmError::Invalid { .. } => Self::Never(reason),
            _ => Self::later(reason),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16) -> Result<Connected, CrmError> {
        Err(CrmError::Refused { call: "connect", address: String::new(), status, retry_after: None, text: "no".into() })
    }

    fn version(version: Option<&str>) -> Result<Connected, CrmError> {
        Ok(Connected {
            scope_id: "scope".into(),
            account_id: None,
            title: None,
            hook_api_version: version.map(str::to_owned),
            is_time_window_disabled: None,
        })
    }

    #[test]
    fn a_refusal_shows_whether_account_or_vendor_must_act() {
        let status = |answer, public| judge(answer, public).map(|outcome| outcome.status).ok();
        assert_eq!(status(refused(403), false), Some(ChannelStatus::NotAllowed));
        assert_eq!(status(refused(404), false), Some(ChannelStatus::NotAllowed));
        assert_eq!(status(refused(403), true), Some(ChannelStatus::Misconfigured));
        assert_eq!(status(refused(400), false), Some(ChannelStatus::Misconfigured));
        for later in [429, 500, 503] {
            assert_eq!(status(refused(later), false), None);
        }
        let unknown = CrmError::NoAnswer { call: "connect", address: String::new(), reason: "reset".into() };
        assert_eq!(status(Err(unknown), false), None);
    }

    #[test]
    fn only_hook_version_two_counts_as_connected() {
        assert_eq!(judge(version(Some("v2")), false).unwrap().status, ChannelStatus::Connected);
        assert_eq!(judge(version(None), false).unwrap().status, ChannelStatus::Connected);
        let old = judge(version(Some("v1")), false).unwrap();
        assert_eq!(old.status, ChannelStatus::Misconfigured);
        assert!(old.detail.contains("v1"));
    }
}
