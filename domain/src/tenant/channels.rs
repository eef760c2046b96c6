//! Connects the integration's channels to an account, which makes messages possible, and disconnects them.
//!
//! ```text
//! connect ─▶ connected ◀────────────┐
//!         └▶ not_allowed, misconfigured ─▶ the vendor is alerted, retried slowly (watch)
//! disconnect, uninstallation ─▶ disconnected (reported to amoCRM until it confirms)
//! ```

use amocrm::chats::Connect;
use base::config::{Channel, Integration};
use base::i18n::LocalizedText;
use base::store::finish_tx;
use entity::{tenant, tenant_channel};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::install::InstallError;
use super::{ChannelStatus, TenantStatus, grant, status_change, subscription, visits};
use crate::tenant::TenantContext;

mod judge;
mod keep;
mod leave;
mod offer;
mod renew;

use judge::{ChannelOutcome, judge};

pub(super) use leave::take_off;
pub(super) use offer::lacks_one;
pub use offer::{UNCONFIGURED, offer, offer_all, resume_configured};
pub use renew::{renew, renewed};

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
    let tx = app.store.write_tx().await?;
    let moved = async {
        // Access granted meanwhile waits for this lock, and then wins.
        super::lock(&tx, tenant_id).await?;
        let dead = grant::in_use(&tx, tenant_id).await?.is_some_and(|grant| grant.dead);
        let to = if dead { TenantStatus::NeedsReauth } else { TenantStatus::Active };
        status_change::change_status(app, &tx, tenant_id, &from, to).await
    };
    let moved = moved.await;
    finish_tx(tx, moved).await?;
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
            Ok(outcome) => keep::keep(app, tenant, channel_id, outcome).await?,
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
        keep::broken(app, &tenant, channel_id, status, detail).await?;
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
        tenant_channel::Entity::update_many()
            .col_expr(Column::NextTryAt, Expr::value(Some(now + status_change::AGAIN)))
            .filter(Column::TenantId.eq(tenant_id))
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
    let tx = app.store.write_tx().await?;
    let switched = async {
        let done = tenant::Entity::update_many()
            .col_expr(tenant::Column::WindowOff, Expr::value(off))
            .col_expr(tenant::Column::UpdatedAt, Expr::value(now))
            .filter(tenant::Column::TenantId.eq(tenant_id))
            .filter(tenant::Column::WindowOff.ne(off))
            .exec(&tx)
            .await?;
        if done.rows_affected == 0 {
            return Ok(());
        }
        tenant_channel::Entity::update_many()
            .col_expr(Column::NextTryAt, Expr::value(Some(now)))
            .filter(Column::TenantId.eq(tenant_id))
            .filter(Column::Status.eq(ChannelStatus::Connected.as_str()))
            .exec(&tx)
            .await?;
        visits::visit_by(&tx, tenant_id, now).await
    };
    let switched = switched.await;
    finish_tx(tx, switched).await?;
    app.lookup.forget();
    Ok(())
}

/// Schedules a comparison of its sources with amoCRM's for the next round.
async fn compare_soon(app: &TenantContext, tenant_id: Uuid) -> Result<(), DbErr> {
    tenant::Entity::update_many()
        .col_expr(tenant::Column::ReconciledAt, Expr::value(Option::<i64>::None))
        .filter(tenant::Column::TenantId.eq(tenant_id))
        .exec(app.store.write())
        .await?;
    Ok(())
}
