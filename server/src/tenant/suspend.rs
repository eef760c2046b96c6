//! The vendor's decisions about an account: whether it is served, how many sources it may have, and its share.

use base::error::{Error, Result};
use base::i18n::LocalizedText;
use chrono::TimeDelta;
use entity::{source, tenant, tenant_channel};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::{ChannelStatus, TenantStatus};
use crate::alert::{self, WEBHOOK_SUSPENDED};
use crate::tenant::TenantContext;

/// Spreads the restart of one account's turns.
const JITTER: TimeDelta = TimeDelta::seconds(1);
/// Reason for holding a suspended account's letters.
const SUSPENDED: &str = "suspended";
/// amoCRM's limit of sources of one integration in one account.
pub const MOST_SOURCES: i32 = 100;

/// The largest share.
pub const MOST_WEIGHT: i32 = 100;

/// Stops or resumes delivery for an account. Incoming messages are still stored. Idempotent.
pub async fn suspend(app: &TenantContext, tenant_id: Uuid, suspended: bool) -> Result<()> {
    let tenant = super::load(app.store.read(), tenant_id).await?.ok_or(Error::NotFound)?;
    if tenant.suspended == suspended {
        return Ok(());
    }
    // The flag is set after the turns, so that an interrupted request is repeated as a whole.
    let serves = TenantStatus::stored(&tenant).was_connected();
    let pool = super::pool_of(&tenant.integration);
    for channel in tenant_channel::Entity::of_tenant(tenant_id).all(app.store.read()).await? {
        if suspended {
            app.queue.hold(tenant_id, channel.channel_id, &pool, SUSPENDED).await?;
        } else if serves && channel.status == ChannelStatus::Connected.as_str() {
            app.queue.resume(tenant_id, channel.channel_id, rand::random_range(0..=JITTER.num_milliseconds())).await?;
        }
    }
    for source in source::Entity::of_tenant(tenant_id).all(app.store.read()).await? {
        let connector = app.connectors.get(&source.kind);
        let pool = connector.map_or(source.kind.as_str(), |connector| connector.pool());
        if suspended {
            app.queue.hold(tenant_id, source.id, pool, SUSPENDED).await?;
        } else if source.paused {
            let suspended =
                alert::is_open(app.store.read(), tenant_id, WEBHOOK_SUSPENDED, &source.id.to_string()).await?;
            app.queue.hold(tenant_id, source.id, pool, if suspended { WEBHOOK_SUSPENDED } else { "paused" }).await?;
        } else {
            app.queue.resume(tenant_id, source.id, rand::random_range(0..=JITTER.num_milliseconds())).await?;
        }
    }
    set(app, tenant_id, tenant::Column::Suspended, Expr::value(suspended)).await?;
    app.lookup.forget();
    app.writer.stored().notify_one();
    tracing::info!(tenant.id = %tenant_id, suspended, "the vendor suspended or resumed the account");
    Ok(())
}

/// Sets how many sources an account may have; none for the configured number. 422 outside of 0 to [`MOST_SOURCES`].
pub async fn limit_sources(app: &TenantContext, tenant_id: Uuid, limit: Option<i32>) -> Result<()> {
    if limit.is_some_and(|limit| !(0..=MOST_SOURCES).contains(&limit)) {
        return Err(Error::field(
            "/sources_limit",
            LocalizedText::new("said-sources-limit").with("most", MOST_SOURCES),
        ));
    }
    super::load(app.store.read(), tenant_id).await?.ok_or(Error::NotFound)?;
    set(app, tenant_id, tenant::Column::SourcesLimit, Expr::value(limit)).await?;
    app.lookup.forget();
    Ok(())
}

/// Sets an account's share of concurrent calls while others wait as well. 422 outside of 1 to [`MOST_WEIGHT`].
pub async fn weigh(app: &TenantContext, tenant_id: Uuid, weight: i32) -> Result<()> {
    if !(1..=MOST_WEIGHT).contains(&weight) {
        return Err(Error::field("/weight", LocalizedText::new("said-weight").with("most", MOST_WEIGHT)));
    }
    super::load(app.store.read(), tenant_id).await?.ok_or(Error::NotFound)?;
    set(app, tenant_id, tenant::Column::Weight, Expr::value(weight)).await?;
    app.lookup.forget();
    Ok(())
}

async fn set(app: &TenantContext, tenant_id: Uuid, column: tenant::Column, value: Expr) -> Result<()> {
    tenant::Entity::update_many()
        .col_expr(column, value)
        .col_expr(tenant::Column::UpdatedAt, Expr::value(app.clock.millis()))
        .filter(tenant::Column::TenantId.eq(tenant_id))
        .exec(app.store.write())
        .await?;
    Ok(())
}
