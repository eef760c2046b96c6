//! Disconnects an account's channels at amoCRM. Failures are retried as long as the account stays away.

use amocrm::Error as CrmError;
use entity::{tenant, tenant_channel};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::tenant::TenantContext;
use crate::tenant::status_change::slowly;
use crate::tenant::{self as tenants, ChannelStatus, visits};

/// Attempts before giving up: amoCRM disconnects channels by itself when an integration is switched off.
const TRIES: i32 = 12;

/// Disconnects all channels that amoCRM still has to be notified about; their rows already say `disconnected`. "Not
/// found" and every other refusal counts as done, because there is nothing to disconnect. Without an answer, `watch`
/// retries.
pub(in crate::tenant) async fn take_off(app: &TenantContext, tenant: &tenant::Model) -> anyhow::Result<()> {
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
        visits::visit_by(app.store.write(), row.tenant_id, at).await?;
    }
    Ok(())
}

fn of(tenant_id: Uuid, channel_id: Uuid) -> sea_orm::UpdateMany<tenant_channel::Entity> {
    tenant_channel::Entity::update_many()
        .filter(tenant_channel::Column::TenantId.eq(tenant_id))
        .filter(tenant_channel::Column::ChannelId.eq(channel_id))
}
