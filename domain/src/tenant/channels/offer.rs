//! After a change of an integration or of an account's plan: channels that an account may have now are connected by its
//! next visit ([`crate::tenant::watch`]), which is due at once. A connected channel stays connected.

use chrono::TimeDelta;
use entity::{tenant, tenant_channel, turn};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::platform::PlatformContext;
use crate::tenant::{self as tenants, ChannelStatus, TenantContext, visits};

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
    use tenant_channel::Column;
    let now = app.clock.millis();
    tenant_channel::Entity::update_many()
        .col_expr(Column::NextTryAt, Expr::value(Some(now)))
        .filter(Column::TenantId.eq(tenant_id))
        .filter(Column::Status.eq(ChannelStatus::NotAllowed.as_str()))
        .exec(app.store.write())
        .await?;
    visits::visit_by(app.store.write(), tenant_id, now).await
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
