//! After a change of an integration or of an account's plan: channels that an account may have now are connected by its
//! next visit ([`crate::tenant::watch`]), which is due at once. A connected channel stays connected.

use base::store::VENDOR;
use chrono::TimeDelta;
use entity::tenant_channel::{self, Column};
use entity::{tenant, turn};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QuerySelect};
use serde_json::json;
use uuid::Uuid;

use super::connect_one;
use crate::alert::{self, Alarm};
use crate::platform::PlatformContext;
use crate::tenant::{self as tenants, ChannelStatus, TenantContext, channel_config, channels, load, status};

/// Spreads the restart of turns of many accounts.
const JITTER: TimeDelta = TimeDelta::milliseconds(250);

/// The reason with which messages wait whose channel this server's configuration does not list: a mistake of the start,
/// not of the channel.
pub const UNCONFIGURED: &str = "channel_unconfigured";

/// Lets go on what waited for a channel that the configuration lists now.
pub async fn resume_configured(app: &PlatformContext) -> Result<(), DbErr> {
    let reason = format!("{}{UNCONFIGURED}", queue::HELD);
    for held in app.store.all_in_reach(turn::Entity::find().filter(turn::Column::Reason.eq(reason))).await? {
        if app.integrations.channel_by_uuid(held.target).is_some() {
            app.queue.resume(held.tenant_id, held.target, rand::random_range(0..=JITTER.num_milliseconds())).await?;
            tracing::info!(tenant.id = %held.tenant_id, channel.id = %held.target, "the configuration lists the channel again; its messages go on");
        }
    }
    Ok(())
}

/// Tries channels that the account was refused, and ones that its integration got, again soon.
pub async fn offer(app: &PlatformContext, tenant_id: Uuid) -> Result<(), DbErr> {
    let now = app.clock.millis();
    tenant_channel::Entity::update_of(tenant_id)
        .col_expr(Column::NextTryAt, Expr::value(Some(now)))
        .filter(Column::Status.eq(ChannelStatus::NotAllowed.as_str()))
        .exec(app.store.write())
        .await?;
    status::visit_by(app.store.write(), tenant_id, now).await
}

/// [`offer`] to all accounts of an integration.
pub async fn offer_all(app: &PlatformContext, integration: &str) -> Result<(), DbErr> {
    let accounts = tenant::Entity::find().filter(tenant::Column::Integration.eq(integration));
    let ids: Vec<Uuid> =
        accounts.select_only().column(tenant::Column::TenantId).into_tuple().all(app.store.read()).await?;
    for tenant_id in ids {
        offer(app, tenant_id).await?;
    }
    resume_configured(app).await
}

/// Whether the integration of an account has a channel that was never tried for it.
pub(in crate::tenant) async fn lacks_one(app: &TenantContext, tenant_id: Uuid) -> Result<bool, DbErr> {
    let Some(tenant) = tenants::load(app.store.read(), tenant_id).await? else { return Ok(false) };
    let Some(integration) = app.integrations.named(&tenant.integration) else { return Ok(false) };
    let rows = tenant_channel::Entity::of_tenant(tenant_id).all(app.store.read()).await?;
    let tried = |id: &str| Uuid::parse_str(id).is_ok_and(|id| rows.iter().any(|row| row.channel_id == id));
    Ok(integration.channels.iter().any(|channel| !tried(&channel.id)))
}

// Handles hooks of the obsolete version 1: the channel was connected for it by another party, and connecting it for
// version 2 again repairs that.
//
// ```text
// hook of version 1 ─▶ the vendor is alerted ─▶ connect, at most once a day ─▶ hook of version 2 ─▶ the alert ends
// ```

const ALARM: &str = "channel_hook_version";
/// Minimum interval between such connects of one channel.
const EVERY: TimeDelta = TimeDelta::days(1);
/// Delay if amoCRM did not answer.
const AGAIN: TimeDelta = TimeDelta::hours(1);

/// Alerts the vendor and connects the channel for hooks of version 2, at most once a day over all instances.
pub async fn renew(app: &TenantContext, channel: &tenant_channel::Model) -> anyhow::Result<()> {
    let Some(tenant) = load(app.store.read(), channel.tenant_id).await? else { return Ok(()) };
    let detail = json!({
        "tenant_id": tenant.tenant_id,
        "account_id": tenant.account_id.to_string(),
        "host": tenant.host,
        "integration": tenant.integration,
        "channel_id": channel.channel_id,
    });
    let object = object(channel);
    let alarm = Alarm { tenant_id: VENDOR, kind: ALARM, object: &object, source_id: None, detail };
    alert::raise(app, app.store.write(), alarm).await?;
    let now = app.clock.millis();
    if !claim(app, channel, now).await? {
        return Ok(());
    }
    let Some((integration, configured)) = channel_config(app, channel.channel_id) else { return Ok(()) };
    match connect_one(app, &tenant, &integration, &configured).await {
        Ok(outcome) => channels::keep(app, &tenant, channel.channel_id, outcome).await?,
        Err(error) => {
            tracing::warn!(tenant.id = %tenant.tenant_id, channel.id = %channel.channel_id, %error, "amoCRM could not be asked for version 2 hooks; a hook in an hour triggers the next attempt");
            note_renewal(app, channel, now - EVERY.num_milliseconds() + AGAIN.num_milliseconds()).await?;
        }
    }
    app.lookup.forget();
    Ok(())
}

/// A reconnected channel sent a hook of version 2: ends the vendor's alert.
pub async fn renewed(app: &TenantContext, channel: &tenant_channel::Model) {
    if let Err(error) = alert::resolve_if_open(app, VENDOR, ALARM, &object(channel)).await {
        tracing::warn!(tenant.id = %channel.tenant_id, %error, "that hooks arrive again could not be stored; the next hook will store it");
    }
}

fn object(channel: &tenant_channel::Model) -> String {
    format!("{}:{}", channel.channel_id, channel.tenant_id)
}

/// True if this caller may connect now. A disconnected channel stays disconnected.
async fn claim(app: &TenantContext, channel: &tenant_channel::Model, now: i64) -> Result<bool, DbErr> {
    let due =
        Condition::any().add(Column::RenewedAt.is_null()).add(Column::RenewedAt.lte(now - EVERY.num_milliseconds()));
    let claimed = this(channel)
        .col_expr(Column::RenewedAt, Expr::value(Some(now)))
        .filter(due)
        .filter(Column::Status.ne(ChannelStatus::Disconnected.as_str()))
        .exec(app.store.write())
        .await?;
    Ok(claimed.rows_affected == 1)
}

async fn note_renewal(app: &TenantContext, channel: &tenant_channel::Model, renewed_at: i64) -> Result<(), DbErr> {
    this(channel).col_expr(Column::RenewedAt, Expr::value(Some(renewed_at))).exec(app.store.write()).await?;
    Ok(())
}

fn this(channel: &tenant_channel::Model) -> sea_orm::UpdateMany<tenant_channel::Entity> {
    tenant_channel::Entity::update_of(channel.tenant_id).filter(Column::ChannelId.eq(channel.channel_id))
}
