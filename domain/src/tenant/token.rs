//! Access tokens: always a valid one, renewed by one caller at a time over all instances.
//!
//! ```text
//! valid? ─▶ use it
//! else lease the grant row (one UPDATE decides) ─▶ token endpoint in a detached task ─▶ new pair + version + 1 in
//! one
//! UPDATE that also ends the lease ─▶ use it.            Others wait for the version to move and share the outcome.
//! ```
//!
//! A crash between amoCRM's rotation and our commit is not harmless: `intent_at` remains set, the old token is tried
//! first, and if amoCRM refuses it the account is asked to allow access again. Messages go on.

mod rotate;

use std::sync::Arc;
use std::time::Duration;

use amocrm::oauth::OAuthError;
use amocrm::rest::Rest;
use amocrm::{Error as CrmError, Host};
use base::i18n::LocalizedText;
use chrono::TimeDelta;
use entity::oauth_grant::{self, Column};
use entity::tenant;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, DbErr, QueryFilter};
use secrecy::SecretString;
use uuid::Uuid;

use super::grant::{self, IDLE, REFRESH_LIVES};
use super::{TenantContext, TenantStatus, host_rules, rest_rate_limit, status};
use crate::tenant as tenants;

/// A token that expires sooner than this is renewed first (a short-lived one: in the second half of its life).
const MARGIN: TimeDelta = TimeDelta::minutes(5);
/// Longer than a call of the token endpoint may take. A renewal that outlives it (several calls after a renaming)
/// still stores its pair: the version alone decides.
const LEASE: TimeDelta = TimeDelta::seconds(30);
/// How long a caller without the lease waits for the one who has it.
const PATIENCE: Duration = Duration::from_secs(15);
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// Why there is no token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// No access was given, or it was wiped by an uninstallation.
    #[error("the account has given no access")]
    NoGrant,
    /// amoCRM refused the refresh token permanently.
    #[error("amoCRM no longer accepts the access the account gave; an administrator must allow it again")]
    NeedsReauth,
    #[error("the amoCRM account is not paid for")]
    Unpaid,
    #[error("amoCRM blocks the account or this server")]
    Blocked,
    /// Temporarily: amoCRM did not answer as it should, or another caller is still renewing.
    #[error("no access token right now: {words}")]
    Unavailable { words: String, after: Option<Duration> },
    /// A fault of our own: the database, a sealed value, the configuration.
    #[error("{0}")]
    Internal(String),
}

impl TokenError {
    /// The text, if the account itself must repair it.
    pub fn text(&self) -> Option<LocalizedText> {
        Some(LocalizedText::new(match self {
            Self::NoGrant => "said-no-grant",
            Self::NeedsReauth => "said-needs-reauth",
            Self::Unpaid => "said-account-unpaid",
            Self::Blocked => "said-account-blocked",
            Self::Unavailable { .. } | Self::Internal(_) => return None,
        }))
    }

    /// The problem code of the API.
    pub const fn problem(&self) -> &'static str {
        match self {
            Self::Unpaid => "crm_unpaid",
            Self::Blocked => "crm_blocked",
            _ => "tenant_inactive",
        }
    }

    fn later(words: impl ToString) -> Self {
        Self::Unavailable { words: words.to_string(), after: None }
    }
}

impl From<DbErr> for TokenError {
    fn from(error: DbErr) -> Self {
        Self::Internal(format!("the database: {error}"))
    }
}

impl From<anyhow::Error> for TokenError {
    fn from(error: anyhow::Error) -> Self {
        Self::Internal(format!("{error:#}"))
    }
}

impl From<base::vault::VaultError> for TokenError {
    fn from(error: base::vault::VaultError) -> Self {
        Self::Internal(format!("a token cannot be opened: {error}"))
    }
}

/// A token of the grant in use that is valid for at least five more minutes, renewed if necessary. Any number of
/// concurrent callers cause one renewal. If renewing fails temporarily, a token that is still valid is returned.
pub async fn access_token(app: &Arc<TenantContext>, tenant_id: Uuid) -> Result<SecretString, TokenError> {
    let grant = living(app, tenant_id).await?;
    Ok(grant::open_access(&app.vault, &grant)?)
}

async fn living(app: &Arc<TenantContext>, tenant_id: Uuid) -> Result<oauth_grant::Model, TokenError> {
    let grant = in_use(app, tenant_id).await?;
    if lives(&grant, app.clock.millis()) {
        return Ok(grant);
    }
    match renewed(app, grant.clone()).await {
        Err(TokenError::Unavailable { words, .. }) if grant.expires_at > app.clock.millis() => {
            tracing::warn!(tenant.id = %tenant_id, error = words, "the access token could not be renewed yet; the old one is still valid");
            Ok(grant)
        }
        renewed => renewed,
    }
}

/// Renews the grant in use if it was unused for long enough that its three months could pass. True if it was due.
pub(super) async fn keep_alive(app: &Arc<TenantContext>, tenant_id: Uuid) -> Result<bool, TokenError> {
    let used = in_use(app, tenant_id).await?;
    if used.refreshed_at.saturating_add(IDLE.num_milliseconds()) > app.clock.millis() {
        return Ok(false);
    }
    renewed(app, used).await?;
    Ok(true)
}

/// The dead grant in use, if amoCRM may still know its refresh token.
async fn revivable(app: &TenantContext, tenant_id: Uuid) -> Result<Option<oauth_grant::Model>, DbErr> {
    let oldest = app.clock.millis() - REFRESH_LIVES.num_milliseconds();
    let used = grant::in_use(app.store.read(), tenant_id).await?;
    Ok(used.filter(|used| used.dead && used.refreshed_at > oldest && !used.refresh_token.is_empty()))
}

/// Whether [`revive`] has something to try.
pub(super) async fn may_revive(app: &TenantContext, tenant_id: Uuid) -> Result<bool, DbErr> {
    Ok(revivable(app, tenant_id).await?.is_some())
}

/// Tries the dead grant in use once more, so that a wrong verdict mends itself. True if it lives again.
pub(super) async fn revive(app: &Arc<TenantContext>, tenant_id: Uuid) -> Result<bool, DbErr> {
    let Some(dead) = revivable(app, tenant_id).await? else { return Ok(false) };
    let revived = renew(app, dead).await;
    if let Err(error) = &revived {
        tracing::debug!(tenant.id = %tenant_id, %error, "the dead access was tried once more");
    }
    Ok(revived.is_ok())
}

/// Renews the token. When the grant is refused and another has replaced it – another administrator's, or a new one –
/// that one is used. Each round rules out a dead or an older grant, so this terminates.
async fn renewed(app: &Arc<TenantContext>, used: oauth_grant::Model) -> Result<oauth_grant::Model, TokenError> {
    let (tenant_id, seen) = (used.tenant_id, (used.crm_user_id, used.version));
    match renew(app, used).await {
        Err(TokenError::NeedsReauth) => match grant::in_use(app.store.read(), tenant_id).await? {
            Some(next) if !next.dead && (next.crm_user_id, next.version) != seen => {
                Box::pin(living(app, tenant_id)).await
            }
            _ => Err(TokenError::NeedsReauth),
        },
        answer => answer,
    }
}

async fn in_use(app: &TenantContext, tenant_id: Uuid) -> Result<oauth_grant::Model, TokenError> {
    let grant = grant::in_use(app.store.read(), tenant_id).await?.ok_or(TokenError::NoGrant)?;
    if grant.dead { Err(TokenError::NeedsReauth) } else { Ok(grant) }
}

fn lives(grant: &oauth_grant::Model, now: i64) -> bool {
    let life = grant.expires_at.saturating_sub(grant.refreshed_at).max(0);
    grant.expires_at.saturating_sub(now) > MARGIN.num_milliseconds().min(life / 2)
}

/// A grant newer than `seen`: renewed by us, or by the holder of the lease.
async fn renew(app: &Arc<TenantContext>, seen: oauth_grant::Model) -> Result<oauth_grant::Model, TokenError> {
    let key = (seen.tenant_id, seen.crm_user_id);
    let me = app.clock.uuid_v7();
    if lease(app, &seen, me).await? {
        // Detached: a caller that goes away must not leave a rotated token unsaved.
        let task = base::supervisor::detach("token", rotate::rotate(app.clone(), seen, me));
        return task.await.unwrap_or_else(|error| Err(TokenError::Internal(format!("renewing the token: {error}"))));
    }
    let waited = tokio::time::timeout(PATIENCE, async {
        loop {
            let now = app.store.now().await?;
            let found = grant::by_key(app.store.read(), key).await?.ok_or(TokenError::NoGrant)?;
            if found.version != seen.version {
                return if found.dead { Err(TokenError::NoGrant) } else { Ok(found) };
            }
            if found.dead && !seen.dead {
                return Err(TokenError::NeedsReauth);
            }
            if found.lease_owner.is_none() || found.leased_until < now {
                // The renewal we waited for has failed. Its failure is shared, or fifty callers would try one by one.
                return Err(TokenError::later("renewing it failed a moment ago"));
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    });
    waited.await.unwrap_or_else(|_| Err(TokenError::later("it is being renewed for too long")))
}

/// Claims the right to renew. False if another caller renews or has renewed.
async fn lease(app: &TenantContext, seen: &oauth_grant::Model, me: Uuid) -> Result<bool, DbErr> {
    let now = app.store.now().await?;
    let done = oauth_grant::Entity::update_of(seen.tenant_id)
        .col_expr(Column::LeaseOwner, Expr::value(Some(me)))
        .col_expr(Column::LeasedUntil, Expr::value(now.saturating_add(LEASE.num_milliseconds())))
        .col_expr(Column::IntentAt, Expr::value(Some(now)))
        .filter(Column::CrmUserId.eq(seen.crm_user_id))
        .filter(Column::Version.eq(seen.version))
        .filter(Column::Dead.eq(seen.dead))
        .filter(Condition::any().add(Column::LeaseOwner.is_null()).add(Column::LeasedUntil.lt(now)))
        .exec(app.store.write())
        .await?;
    Ok(done.rows_affected == 1)
}

// Calls on behalf of an account, and what their answers mean for the account as a whole.

/// Why a call on behalf of an account failed.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    #[error(transparent)]
    Token(#[from] TokenError),
    #[error(transparent)]
    Crm(#[from] amocrm::Error),
}

impl CallError {
    /// amoCRM's words, if it refused the request for what is in it: repeating it does not help.
    pub fn refusal(&self) -> Option<String> {
        match self {
            Self::Crm(amocrm::Error::Refused { status: 400 | 403 | 404 | 422, text, .. }) => Some(text.clone()),
            _ => None,
        }
    }

    /// amoCRM could not be reached, or had trouble of its own.
    pub fn is_away(&self) -> bool {
        match self {
            Self::Crm(amocrm::Error::Invalid { .. }) => false,
            Self::Crm(error) => error.status().is_none_or(|status| status == 429 || status >= 500),
            Self::Token(error) => matches!(error, TokenError::Unavailable { .. }),
        }
    }
}

/// Makes a call with a valid token; after a 401 once more with a renewed one, after a 404 once more at the account's
/// new host if it was renamed. `call` gets a client of the account's current host.
///
/// Answers about the account as a whole change its state: 402 means `unpaid`, 403 for what every user may read means
/// `blocked`, and a successful call ends both. The caller gets a [`TokenError`] for these, as for the token endpoint.
pub async fn with_token<T, Call, Called>(app: &Arc<TenantContext>, tenant_id: Uuid, call: Call) -> Result<T, CallError>
where
    Call: Fn(Rest, SecretString) -> Called,
    Called: Future<Output = Result<T, amocrm::Error>>,
{
    let used = living(app, tenant_id).await?;
    let token = grant::open_access(&app.vault, &used).map_err(TokenError::from)?;
    let (rest, status) = client(app, tenant_id).await?;
    let token = match call(rest, token.clone()).await {
        Err(amocrm::Error::Refused { status: 401, .. }) => {
            // If another caller renewed it meanwhile, this returns that one.
            let renewed = renewed(app, used).await?;
            grant::open_access(&app.vault, &renewed).map_err(TokenError::from)?
        }
        Err(error @ amocrm::Error::Refused { status: 404, .. }) => match find_host(app, tenant_id, None).await {
            Ok(true) => token,
            _ => return Err(error.into()),
        },
        answer => return record_answer(app, tenant_id, status, answer).await,
    };
    let (rest, status) = client(app, tenant_id).await?;
    let answer = call(rest, token).await;
    record_answer(app, tenant_id, status, answer).await
}

/// Updates the account's state by an answer.
async fn record_answer<T>(
    app: &Arc<TenantContext>,
    tenant_id: Uuid,
    status: TenantStatus,
    answer: Result<T, amocrm::Error>,
) -> Result<T, CallError> {
    let error = match answer {
        Ok(value) => {
            if matches!(status, TenantStatus::Unpaid | TenantStatus::Blocked) {
                status::recover(app, tenant_id).await.map_err(TokenError::from)?;
            }
            return Ok(value);
        }
        Err(error) => error,
    };
    let (refused, meaning) = match error {
        amocrm::Error::Refused { status: 402, .. } => (TenantStatus::Unpaid, TokenError::Unpaid),
        amocrm::Error::Refused { status: 403, call, .. } if call == "account" || is_blocked(app, tenant_id).await? => {
            (TenantStatus::Blocked, TokenError::Blocked)
        }
        error => return Err(error.into()),
    };
    status::refused(app, tenant_id, refused).await.map_err(TokenError::from)?;
    tracing::debug!(tenant.id = %tenant_id, %error, "amoCRM rejects the account as a whole");
    Err(meaning.into())
}

/// A 403 may be about rights, so this reads the account itself, which every user may do.
async fn is_blocked(app: &Arc<TenantContext>, tenant_id: Uuid) -> Result<bool, TokenError> {
    let token = access_token(app, tenant_id).await?;
    let (rest, _) = client(app, tenant_id).await?;
    Ok(rest.account(&token, &[]).await.is_err_and(|error| error.status() == Some(403)))
}

async fn client(app: &TenantContext, tenant_id: Uuid) -> Result<(Rest, TenantStatus), TokenError> {
    let tenant = tenants::load(app.store.read(), tenant_id).await?.ok_or(TokenError::NoGrant)?;
    Ok((tenants::rest(app, &tenant)?, TenantStatus::stored(&tenant)))
}

// The host of an account. An administrator may rename it; amoCRM's shared API host reports the new address.

/// Asks amoCRM for the account's current host and stores it. True if it differs from the known one. Uses up no token.
///
/// `hint`: the allow-listed host of a verified token of the widget, asked if the shared host does not answer this.
pub async fn find_host(app: &Arc<TenantContext>, tenant_id: Uuid, hint: Option<&Host>) -> Result<bool, TokenError> {
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
        return Ok(store_host(app, &tenant, &host).await?);
    }
    let Some(hint) = hint else { return Ok(false) };
    let integration = super::integration(app, &tenant)?;
    let token = access_token(app, tenant_id).await;
    let Ok(token) = token else { return Ok(false) };
    let rest = super::rest_at(app, &integration, hint)?;
    match rest.account(&token, &[]).await {
        Ok(account) if account.id == tenant.account_id => Ok(store_host(app, &tenant, hint).await?),
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
pub(super) async fn store_host(app: &TenantContext, tenant: &tenant::Model, host: &Host) -> Result<bool, DbErr> {
    let done = tenant::Entity::update_of(tenant.tenant_id)
        .col_expr(tenant::Column::Host, Expr::value(host.as_str()))
        .col_expr(tenant::Column::UpdatedAt, Expr::value(app.clock.millis()))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(refreshed_at: i64, expires_at: i64) -> oauth_grant::Model {
        oauth_grant::Model { refreshed_at, expires_at, ..entity::fixture::grant() }
    }

    #[test]
    fn a_token_is_renewed_five_minutes_before_its_end() {
        let day = grant(0, 86_400_000);
        assert!(lives(&day, 86_400_000 - MARGIN.num_milliseconds() - 1));
        assert!(!lives(&day, 86_400_000 - MARGIN.num_milliseconds()));
    }

    #[test]
    fn a_short_token_is_used_for_half_of_its_life() {
        let minute = grant(1_000, 61_000);
        assert!(lives(&minute, 30_999));
        assert!(!lives(&minute, 31_000));
        assert!(!lives(&grant(5_000, 4_000), 4_500));
    }
}
