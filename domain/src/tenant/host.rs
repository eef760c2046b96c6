//! The host of an account. An administrator may rename it; amoCRM's shared API host reports the new address.

use std::sync::Arc;

use amocrm::oauth::OAuthError;
use amocrm::{Error as CrmError, Host};
use entity::tenant;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};
use secrecy::SecretString;
use uuid::Uuid;

use super::token::{self, TokenError};
use super::{grant, host_rules, rest_rate_limit};
use crate::tenant::TenantContext;

/// Asks amoCRM for the account's current host and stores it. True if it differs from the known one. Uses up no token.
///
/// `hint`: the allow-listed host of a verified token of the widget, asked if the shared host does not answer this.
pub async fn find(app: &Arc<TenantContext>, tenant_id: Uuid, hint: Option<&Host>) -> Result<bool, TokenError> {
    let Some(tenant) = super::load(app.store.read(), tenant_id).await? else { return Err(TokenError::NoGrant) };
    if hint.is_some_and(|hint| hint.as_str() == tenant.host) {
        return Ok(false);
    }
    let Some(used) = grant::in_use(app.store.read(), tenant_id).await? else { return Err(TokenError::NoGrant) };
    if used.dead {
        return Err(TokenError::NeedsReauth);
    }
    let refresh = grant::open_refresh(&app.vault, &used, &used.refresh_token)?;
    if let Some(host) = reported_host(app, &tenant, &refresh).await? {
        return Ok(moved(app, &tenant, &host).await?);
    }
    let Some(hint) = hint else { return Ok(false) };
    let integration = super::integration(app, &tenant)?;
    let token = token::access_token(app, tenant_id).await;
    let Ok(token) = token else { return Ok(false) };
    let rest = super::rest_at(app, &integration, hint)?;
    match rest.account(&token, &[]).await {
        Ok(account) if account.id == tenant.account_id => Ok(moved(app, &tenant, hint).await?),
        Ok(_) | Err(CrmError::Refused { .. }) => Ok(false),
        Err(error) => Err(TokenError::Unavailable { words: error.to_string(), after: None }),
    }
}

/// The account's address as the shared API host reports it to the holder of a refresh token. None if it reports none,
/// or a forbidden host or another account.
pub(super) async fn reported_host(
    app: &TenantContext,
    tenant: &tenant::Model,
    refresh: &SecretString,
) -> Result<Option<Host>, TokenError> {
    let integration = super::integration(app, tenant)?;
    let rules = host_rules(&integration);
    let Some(api_host) = tenant.api_domain.as_ref().and_then(|domain| rules.parse(domain).ok()) else {
        return Ok(None);
    };
    let address = super::account_base(&integration, &api_host)?;
    match super::oauth(app, &integration).subdomain(address.as_str(), refresh).await {
        Ok(found) if found.id == tenant.account_id => Ok(rules.parse(&found.domain).ok()),
        Ok(_) | Err(OAuthError::Rejected { .. } | OAuthError::HostChanged { .. }) => Ok(None),
        Err(error) => Err(TokenError::Unavailable { words: error.to_string(), after: None }),
    }
}

/// Stores an account's host. True if it changed.
pub(super) async fn moved(app: &TenantContext, tenant: &tenant::Model, host: &Host) -> Result<bool, DbErr> {
    let done = tenant::Entity::update_many()
        .col_expr(tenant::Column::Host, Expr::value(host.as_str()))
        .col_expr(tenant::Column::UpdatedAt, Expr::value(app.clock.millis()))
        .filter(tenant::Column::TenantId.eq(tenant.tenant_id))
        .filter(tenant::Column::Host.ne(host.as_str()))
        .exec(app.store.write())
        .await?;
    if done.rows_affected > 0 {
        rest_rate_limit::forget(&app.store, &tenant.host).await?;
        app.lookup.forget();
        tracing::info!(tenant.id = %tenant.tenant_id, account.id = tenant.account_id, remote.host = %host, "the account was renamed");
    }
    Ok(done.rows_affected > 0)
}
