//! Connecting and disconnecting an account's channels from the widget.

use std::sync::Arc;

use base::error::{Error, Result};
use base::i18n::LocalizedText;
use entity::{tenant, tenant_channel};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::install::InstallError;
use super::{ChannelStatus, TenantStatus, channels, grant, status_change, subscription, visits};
use crate::tenant::TenantContext;

/// Reason for holding a disconnected account's turns.
const HELD_BECAUSE: &str = "disconnected";
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
        tenant::Entity::update_many()
            .col_expr(tenant::Column::CustomerId, Expr::value(Some(customer_id)))
            .filter(tenant::Column::TenantId.eq(tenant_id))
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
    hold(app, &tenant, HELD_BECAUSE).await?;
    let from = [
        TenantStatus::Provisioning,
        TenantStatus::AwaitingCredentials,
        TenantStatus::Active,
        TenantStatus::NeedsReauth,
        TenantStatus::Unpaid,
        TenantStatus::Blocked,
    ];
    if status_change::change_alone(app, tenant_id, &from, TenantStatus::Disconnected).await? {
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
    let at = app.clock.millis() + status_change::AGAIN;
    tenant_channel::Entity::update_many()
        .col_expr(Column::Status, Expr::value(ChannelStatus::Disconnected.as_str()))
        .col_expr(Column::NextTryAt, Expr::value(Some(at)))
        .col_expr(Column::Tries, Expr::value(0))
        .filter(Column::TenantId.eq(tenant_id))
        .filter(Column::Status.ne(ChannelStatus::Disconnected.as_str()))
        .exec(app.store.write())
        .await?;
    visits::visit_by(app.store.write(), tenant_id, at).await
}

fn inactive(tenant: &tenant::Model, why: LocalizedText) -> Error {
    Error::Conflict { problem: "tenant_inactive", detail: why.with("account", tenant.account_id.to_string()) }
}
