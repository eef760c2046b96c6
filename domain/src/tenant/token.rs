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

use std::sync::Arc;
use std::time::Duration;

use base::i18n::LocalizedText;
use chrono::TimeDelta;
use entity::oauth_grant::{self, Column};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter};
use secrecy::SecretString;
use uuid::Uuid;

use super::access::{IDLE, REFRESH_LIVES};
use super::grant;
use crate::tenant::TenantContext;

mod call;
mod refusal;
mod rotate;

pub use call::{CallError, with_token};

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
    let done = oauth_grant::Entity::update_many()
        .col_expr(Column::LeaseOwner, Expr::value(Some(me)))
        .col_expr(Column::LeasedUntil, Expr::value(now.saturating_add(LEASE.num_milliseconds())))
        .col_expr(Column::IntentAt, Expr::value(Some(now)))
        .filter(Column::TenantId.eq(seen.tenant_id))
        .filter(Column::CrmUserId.eq(seen.crm_user_id))
        .filter(Column::Version.eq(seen.version))
        .filter(Column::Dead.eq(seen.dead))
        .filter(Condition::any().add(Column::LeaseOwner.is_null()).add(Column::LeasedUntil.lt(now)))
        .exec(app.store.write())
        .await?;
    Ok(done.rows_affected == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(refreshed_at: i64, expires_at: i64) -> oauth_grant::Model {
        oauth_grant::Model {
            tenant_id: Uuid::nil(),
            crm_user_id: 1,
            is_admin: true,
            in_use: true,
            version: 1,
            access_token: vec![],
            refresh_token: vec![],
            previous_refresh_token: None,
            expires_at,
            refreshed_at,
            intent_at: None,
            dead: false,
            lease_owner: None,
            leased_until: 0,
            created_at: 0,
            user_name: String::new(),
        }
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
