//! Handles hooks of the obsolete version 1: the channel was connected for it by another party, and connecting it for
//! version 2 again repairs that.
//!
//! ```text
//! hook of version 1 ─▶ the vendor is alerted ─▶ connect, at most once a day ─▶ hook of version 2 ─▶ the alert ends
//! ```

use base::store::VENDOR;
use chrono::TimeDelta;
use entity::tenant_channel::{self, Column};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter};
use serde_json::json;

use super::{connect_one, keep};
use crate::alert::{self, Alarm};
use crate::tenant::TenantContext;
use crate::tenant::{ChannelStatus, channel_config, load};

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
        Ok(outcome) => keep::keep(app, &tenant, channel.channel_id, outcome).await?,
        Err(error) => {
            tracing::warn!(tenant.id = %tenant.tenant_id, channel.id = %channel.channel_id, %error, "amoCRM could not be asked for version 2 hooks; a hook in an hour triggers the next attempt");
            note(app, channel, now - EVERY.num_milliseconds() + AGAIN.num_milliseconds()).await?;
        }
    }
    app.lookup.forget();
    Ok(())
}

/// A reconnected channel sent a hook of version 2: ends the vendor's alert.
pub async fn renewed(app: &TenantContext, channel: &tenant_channel::Model) {
    let ended = async {
        let object = object(channel);
        if alert::is_open(app.store.read(), VENDOR, ALARM, &object).await? {
            alert::resolve(app, app.store.write(), VENDOR, ALARM, &object).await?;
        }
        Ok::<_, DbErr>(())
    };
    if let Err(error) = ended.await {
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

async fn note(app: &TenantContext, channel: &tenant_channel::Model, renewed_at: i64) -> Result<(), DbErr> {
    this(channel).col_expr(Column::RenewedAt, Expr::value(Some(renewed_at))).exec(app.store.write()).await?;
    Ok(())
}

fn this(channel: &tenant_channel::Model) -> sea_orm::UpdateMany<tenant_channel::Entity> {
    tenant_channel::Entity::update_many()
        .filter(Column::TenantId.eq(channel.tenant_id))
        .filter(Column::ChannelId.eq(channel.channel_id))
}
