//! The integration was switched off in amoCRM. The notice can be replayed, so amoCRM itself is asked before anything
//! is taken away.

use std::sync::Arc;
use std::time::Duration;

use entity::{oauth_grant, source, tenant, tenant_channel};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::token::{self, TokenError};
use super::{ChannelStatus, TenantStatus, grant};
use crate::app::App;

/// Pauses between the tries to ask amoCRM; then the notice is left to the operator.
const PAUSES: [Duration; 6] = [
    Duration::from_secs(1),
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_secs(120),
    Duration::from_secs(600),
    Duration::from_secs(1800),
];

/// What the turns of an uninstalled account are held with.
pub const HELD_BECAUSE: &str = "uninstalled";

/// What amoCRM says about our access.
enum Answer {
    Gone,
    StillThere,
    Unknown(String),
}

/// Handles a verified notice: asks amoCRM, and when the access is really gone moves the tenant to `uninstalled`, its
/// channels to `disconnected`, wipes its tokens and holds its turns towards amoCRM. Sources and waiting letters stay.
/// Doing it twice changes nothing; a new installation in the meantime wins.
pub async fn confirm(app: Arc<App>, tenant_id: Uuid) {
    for pause in PAUSES.into_iter().map(Some).chain([None]) {
        let reason = match ask_and_leave(&app, tenant_id).await {
            Ok(None) => return,
            Ok(Some(reason)) => reason,
            Err(error) => format!("{error:#}"),
        };
        match pause {
            Some(pause) => {
                tracing::info!(tenant.id = %tenant_id, reason, "a revoke notice cannot be confirmed yet; amoCRM is asked again");
                tokio::time::sleep(pause).await;
            }
            None => tracing::error!(
                tenant.id = %tenant_id, reason,
                "a revoke notice could not be confirmed; nothing was changed. Look whether the account still has the integration"
            ),
        }
    }
}

/// None: done, one way or the other. Some: nobody could tell, with the reason.
async fn ask_and_leave(app: &Arc<App>, tenant_id: Uuid) -> anyhow::Result<Option<String>> {
    let Some(tenant) = super::load(app.store.read(), tenant_id).await? else { return Ok(None) };
    if TenantStatus::stored(&tenant) == TenantStatus::Uninstalled {
        return Ok(None);
    }
    let seen = versions(app.store.read(), tenant_id).await?;
    match ask(app, &tenant).await? {
        Answer::StillThere => {
            tracing::warn!(tenant.id = %tenant_id, account.id = tenant.account_id, "a revoke notice for an account whose tokens work; nothing was changed");
            Ok(None)
        }
        Answer::Unknown(reason) => Ok(Some(reason)),
        Answer::Gone if leave(app, &tenant, &seen).await? => Ok(None),
        Answer::Gone => Ok(Some("new tokens came while amoCRM was asked".into())),
    }
}

async fn ask(app: &Arc<App>, tenant: &tenant::Model) -> anyhow::Result<Answer> {
    let called =
        token::with_token(app, tenant.tenant_id, |rest, token| async move { rest.account(&token, &[]).await }).await;
    Ok(match called {
        Ok(_) => Answer::StillThere,
        // An expired token answers 401 too: `with_token` has tried to renew it, and amoCRM refused for good.
        Err(token::CallError::Token(TokenError::NeedsReauth | TokenError::NoGrant)) => Answer::Gone,
        Err(token::CallError::Crm(error)) if error.status() == Some(401) => Answer::Gone,
        Err(error) => Answer::Unknown(error.to_string()),
    })
}

/// The grants as they stand: a new installation changes them.
async fn versions(db: &impl ConnectionTrait, tenant_id: Uuid) -> Result<Vec<(i64, i64)>, DbErr> {
    let mut grants: Vec<_> = oauth_grant::Entity::of_tenant(tenant_id)
        .all(db)
        .await?
        .into_iter()
        .map(|grant| (grant.crm_user_id, grant.version))
        .collect();
    grants.sort_unstable();
    Ok(grants)
}

/// False: the grants are not the ones that amoCRM was asked with, nothing was changed.
async fn leave(app: &App, tenant: &tenant::Model, seen: &[(i64, i64)]) -> anyhow::Result<bool> {
    let tenant_id = tenant.tenant_id;
    let pool = super::pool_of(&tenant.integration);
    let channels = tenant_channel::Entity::of_tenant(tenant_id).all(app.store.read()).await?;
    // Held first: an installation that comes after the commit below lets them go on again.
    for channel in &channels {
        app.queue.hold(tenant_id, channel.channel_id, &pool, HELD_BECAUSE).await?;
    }
    let tx = app.store.write_tx().await?;
    tenant::Entity::of_tenant(tenant_id).lock_exclusive().one(&tx).await?;
    if versions(&tx, tenant_id).await? != seen {
        tx.rollback().await?;
        for channel in channels.iter().filter(|channel| channel.status == ChannelStatus::Connected.as_str()) {
            app.queue.resume(tenant_id, channel.channel_id, 0).await?;
        }
        return Ok(false);
    }
    grant::wipe(&tx, tenant_id).await?;
    tenant_channel::Entity::update_many()
        .col_expr(tenant_channel::Column::Status, Expr::value(ChannelStatus::Disconnected.as_str()))
        .col_expr(tenant_channel::Column::CheckedAt, Expr::value(app.clock.millis()))
        .filter(tenant_channel::Column::TenantId.eq(tenant_id))
        .exec(&tx)
        .await?;
    let status = Expr::value(TenantStatus::Uninstalled.as_str());
    tenant::Entity::update_many()
        .col_expr(tenant::Column::Status, status)
        .col_expr(tenant::Column::UpdatedAt, Expr::value(app.clock.millis()))
        .filter(tenant::Column::TenantId.eq(tenant_id))
        .exec(&tx)
        .await?;
    let sources =
        source::Entity::of_tenant(tenant_id).filter(source::Column::DeletedAt.is_null()).all(&tx).await?.len();
    tx.commit().await?;
    app.lookup.forget();
    tracing::info!(tenant.id = %tenant_id, account.id = tenant.account_id, sources, "the account switched the integration off; its sources and waiting messages are kept");
    Ok(true)
}
