//! Stores the outcome of a connect and its consequences: resumed letters, or an alert and a slow retry.

use base::store::VENDOR;
use base::store::directory::{self, IdKind};
use base::store::finish_tx;
use chrono::TimeDelta;
use entity::{tenant, tenant_channel};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};
use serde_json::json;
use uuid::Uuid;

use super::judge::ChannelOutcome;
use crate::alert::{self, Alarm};
use crate::tenant::status_change::{self, slowly};
use crate::tenant::{ChannelStatus, TenantContext, TenantStatus, visits};
use crate::vendor_events::{self, VendorEventKind};

/// Spreads the restart of turns of many accounts.
const JITTER: TimeDelta = TimeDelta::milliseconds(250);

/// The vendor's alerts about an account's channel, by its status.
const ALARMS: [(ChannelStatus, &str); 2] =
    [(ChannelStatus::NotAllowed, "channel_not_allowed"), (ChannelStatus::Misconfigured, "channel_misconfigured")];

/// Stores an outcome. If connected, the scope is stored and the turn resumed. Otherwise the vendor is alerted and the
/// connection is retried slowly.
pub(super) async fn keep(
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
        visits::visit_by(&tx, tenant_id, next_try_at).await?;
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
pub(super) async fn broken(
    app: &TenantContext,
    tenant: &tenant::Model,
    channel_id: Uuid,
    status: ChannelStatus,
    detail: &str,
) -> Result<(), DbErr> {
    use tenant_channel::Column;
    let (tenant_id, now) = (tenant.tenant_id, app.clock.millis());
    let tx = app.store.write_tx().await?;
    let changed = async {
        let this = tenant_channel::Entity::of_tenant(tenant_id).filter(Column::ChannelId.eq(channel_id));
        let Some(known) = this.lock_exclusive().one(&tx).await? else { return Ok(()) };
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
        tenant_channel::Entity::update_many()
            .col_expr(Column::Status, Expr::value(status.as_str()))
            .col_expr(Column::Detail, Expr::value(detail))
            .col_expr(Column::CheckedAt, Expr::value(now))
            .col_expr(Column::NextTryAt, Expr::value(Some(next_try_at)))
            .col_expr(Column::Tries, Expr::value(if lost { losses } else { 1 }))
            .col_expr(Column::Losses, Expr::value(losses.saturating_add(i32::from(lost))))
            .filter(Column::TenantId.eq(tenant_id))
            .filter(Column::ChannelId.eq(channel_id))
            .exec(&tx)
            .await?;
        visits::visit_by(&tx, tenant_id, next_try_at).await?;
        let outcome = ChannelOutcome { status, scope_id: None, detail: detail.to_owned() };
        alarm(app, &tx, tenant, channel_id, &outcome).await
    };
    let changed = changed.await;
    finish_tx(tx, changed).await
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
                status_change::report(app, db, tenant.tenant_id, TenantStatus::Active).await?;
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
