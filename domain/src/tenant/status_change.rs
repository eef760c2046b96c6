//! An account's status with amoCRM, and the consequences of a change: an alert, a probe, resumed letters.

use base::millis::MINUTE;
use base::store::finish_tx;
use chrono::TimeDelta;
use entity::{tenant, tenant_channel};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;

use super::{ChannelStatus, TenantStatus, visits};
use crate::alert::{self, Alarm};
use crate::audit::By;
use crate::tenant::TenantContext;
use crate::vendor_events::{self, VendorEventKind};

/// Spreads the restart of turns of many accounts.
const JITTER: TimeDelta = TimeDelta::milliseconds(250);

/// States in which amoCRM refuses us, each with an alert for the account.
const TROUBLES: [TenantStatus; 3] = [TenantStatus::NeedsReauth, TenantStatus::Unpaid, TenantStatus::Blocked];

/// The vendor's event of lost access. amoCRM ends the access of an account that leaves before it says that it leaves, so
/// this event waits, and is withdrawn if the account has left.
const ACCESS_LOST: VendorEventKind = VendorEventKind::AccountNeedsAttention;

/// Milliseconds until amoCRM is asked again after a refusal of its own: a minute, doubled up to 6 hours.
pub(super) fn slowly(tries: i32) -> i64 {
    let doubled = MINUTE << tries.clamp(0, 9);
    doubled.min(360 * MINUTE)
}

/// Milliseconds until it is asked again where nothing or a gateway answered: what was no verdict is over within five
/// minutes after the trouble.
pub(super) const AGAIN: i64 = 4 * MINUTE;

/// Moves a tenant to `to` if its current state is another one of `from`. True if it was moved. The caller must drop
/// the tenant from the `lookup` cache.
pub async fn change_status(
    app: &TenantContext,
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    from: &[TenantStatus],
    to: TenantStatus,
) -> Result<bool, DbErr> {
    let now = app.clock.millis();
    let change = tenant::Entity::update_many()
        .col_expr(tenant::Column::Status, Expr::value(to.as_str()))
        .col_expr(tenant::Column::UpdatedAt, Expr::value(now))
        .col_expr(tenant::Column::Probes, Expr::value(0))
        .filter(tenant::Column::TenantId.eq(tenant_id))
        .filter(tenant::Column::Status.ne(to.as_str()))
        .filter(tenant::Column::Status.is_in(from.iter().map(|status| status.as_str())));
    if change.exec(db).await?.rows_affected == 0 {
        return Ok(false);
    }
    if matches!(to, TenantStatus::NeedsReauth | TenantStatus::Unpaid | TenantStatus::Blocked) {
        visits::visit_at(db, tenant_id, now + slowly(0)).await?;
    }
    alarm(app, db, tenant_id, to).await?;
    note(app, db, tenant_id, from, to).await?;
    report(app, db, tenant_id, to).await?;
    Ok(true)
}

/// [`change_status`] in a transaction of its own.
pub(super) async fn change_alone(
    app: &TenantContext,
    tenant_id: Uuid,
    from: &[TenantStatus],
    to: TenantStatus,
) -> Result<bool, DbErr> {
    let tx = app.store.write_tx().await?;
    let moved = change_status(app, &tx, tenant_id, from, to).await;
    finish_tx(tx, moved).await
}

/// Records the vendor's event of a new state, if there is one.
pub(super) async fn report(
    app: &TenantContext,
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    to: TenantStatus,
) -> Result<(), DbErr> {
    let (kind, data) = match to {
        TenantStatus::Active => (VendorEventKind::AccountConnected, json!({})),
        TenantStatus::NeedsReauth => {
            let data = json!({ "reason": to.as_str() });
            return vendor_events::record_tentatively(app, db, ACCESS_LOST, tenant_id, data).await;
        }
        TenantStatus::Unpaid | TenantStatus::Blocked => {
            (VendorEventKind::AccountNeedsAttention, json!({ "reason": to.as_str() }))
        }
        TenantStatus::Disconnected | TenantStatus::Uninstalled => {
            vendor_events::withdraw(app, db, ACCESS_LOST, tenant_id).await?;
            (VendorEventKind::AccountLeft, json!({ "reason": to.as_str() }))
        }
        TenantStatus::Provisioning
        | TenantStatus::AwaitingCredentials
        | TenantStatus::Suspended
        | TenantStatus::PlanEnded => return Ok(()),
    };
    vendor_events::record(app, db, kind, tenant_id, data).await
}

/// Records trouble with amoCRM and its end in the account's audit log, so that people can see when it began and ended.
async fn note(
    app: &TenantContext,
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    from: &[TenantStatus],
    to: TenantStatus,
) -> Result<(), DbErr> {
    let action = match to {
        TenantStatus::NeedsReauth => "account.access_lost",
        TenantStatus::Unpaid => "account.unpaid",
        TenantStatus::Blocked => "account.blocked",
        TenantStatus::Active if from.iter().all(|status| TROUBLES.contains(status)) => "account.served",
        _ => return Ok(()),
    };
    By::parom().did(app, db, action, (tenant_id, &tenant_id.to_string()), json!({})).await
}

/// Opens the alert of the current state and ends those of the others: as resolved if it is active.
pub(super) async fn alarm(
    app: &TenantContext,
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    now_in: TenantStatus,
) -> Result<(), DbErr> {
    for trouble in TROUBLES {
        let kind = trouble.as_str();
        if trouble == now_in {
            alert::raise(app, db, Alarm { tenant_id, kind, object: "", source_id: None, detail: json!({}) }).await?;
        } else if now_in == TenantStatus::Active {
            alert::resolve(app, db, tenant_id, kind, "").await?;
        } else {
            // Another state describes the problem now, or the account is gone.
            alert::end(app, db, tenant_id, kind, "").await?;
        }
    }
    Ok(())
}

/// amoCRM refused a call on behalf of the account: 402 means unpaid, 403 for what every user may read means blocked.
pub(super) async fn refused(app: &TenantContext, tenant_id: Uuid, to: TenantStatus) -> Result<(), DbErr> {
    let from = [TenantStatus::Active, TenantStatus::Unpaid, TenantStatus::Blocked];
    if change_alone(app, tenant_id, &from, to).await? {
        app.lookup.forget();
        tracing::warn!(tenant.id = %tenant_id, status = to.as_str(), "amoCRM rejects the account; retries are slow and messages wait");
    }
    Ok(())
}

/// Applies amojo's answer to a message to the account's state: a refusal for lack of payment sets the state at once,
/// and a success of an unpaid account makes Parom ask amoCRM now instead of at the next slow probe.
pub async fn chats_answered(app: &TenantContext, tenant_id: Uuid, is_paid: bool) -> Result<(), DbErr> {
    if !is_paid {
        return refused(app, tenant_id, TenantStatus::Unpaid).await;
    }
    let known = app.lookup.tenant(tenant_id).await.ok().flatten();
    if known.is_some_and(|tenant| TenantStatus::stored(&tenant) == TenantStatus::Unpaid) {
        visits::visit_by(app.store.write(), tenant_id, app.clock.millis()).await?;
    }
    Ok(())
}

/// A call on behalf of the account succeeded: ends a refusal and resumes letters.
pub(super) async fn recovered(app: &TenantContext, tenant_id: Uuid) -> Result<(), DbErr> {
    let from = [TenantStatus::Unpaid, TenantStatus::Blocked];
    if !change_alone(app, tenant_id, &from, TenantStatus::Active).await? {
        return Ok(());
    }
    app.lookup.forget();
    tracing::info!(tenant.id = %tenant_id, "amoCRM serves the account again");
    go_on(app, tenant_id).await
}

/// Resumes the turns towards amoCRM of every connected channel, unless the vendor holds them.
pub(super) async fn go_on(app: &TenantContext, tenant_id: Uuid) -> Result<(), DbErr> {
    let tenant = super::load(app.store.read(), tenant_id).await?;
    if tenant.is_none_or(|tenant| tenant.held().is_some()) {
        return Ok(());
    }
    let connected = tenant_channel::Entity::of_tenant(tenant_id)
        .filter(tenant_channel::Column::Status.eq(ChannelStatus::Connected.as_str()));
    for channel in connected.all(app.store.read()).await? {
        app.queue.resume(tenant_id, channel.channel_id, rand::random_range(0..=JITTER.num_milliseconds())).await?;
    }
    app.writer.stored().notify_one();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slow_tries_grow_from_a_minute_to_six_hours() {
        let minutes: Vec<_> = (0..11).map(|tries| slowly(tries) / MINUTE).collect();
        assert_eq!(minutes, [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360]);
        assert_eq!(slowly(-1), slowly(0));
        assert_eq!(slowly(i32::MAX), 360 * MINUTE);
    }
}
