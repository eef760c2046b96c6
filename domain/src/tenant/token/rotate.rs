//! One renewal, by the holder of the lease: which token to try, where, and what the answer means.

use std::sync::Arc;
use std::time::Duration;

use amocrm::oauth::{OAuth, OAuthError};
use amocrm::{Host, claims};
use base::config::Integration;
use base::store::{VENDOR, in_transaction};
use entity::oauth_grant::{self, Column};
use entity::tenant;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, QueryFilter, UpdateMany};
use secrecy::SecretString;
use serde_json::json;
use uuid::Uuid;

use super::TokenError;
use crate::alert::{self, Alarm};
use crate::tenant::grant::{self, Grant};
use crate::tenant::{self as tenants, TenantContext, TenantStatus, status, token};

/// Time limit of one call to the token endpoint.
const CALL_TIME: Duration = Duration::from_secs(15);
/// Pauses between the attempts to store a pair that amoCRM issued: losing it loses the access.
const STORE_AGAIN: [Duration; 5] = [
    Duration::from_millis(50),
    Duration::from_millis(250),
    Duration::from_secs(1),
    Duration::from_secs(3),
    Duration::from_secs(10),
];

/// Renews a leased grant and ends the lease in every case but a crash.
pub(super) async fn rotate(
    app: Arc<TenantContext>,
    seen: oauth_grant::Model,
    me: Uuid,
) -> Result<oauth_grant::Model, TokenError> {
    let renewal = Renewal { app: &app, seen: &seen, me };
    let result = renewal.run().await;
    metrics::counter!("parom_refreshes_total", "outcome" => outcome(&result)).increment(1);
    if let Err(error) = &result {
        renewal.failed(error).await?;
    }
    result
}

fn outcome<T>(result: &Result<T, TokenError>) -> &'static str {
    match result {
        Ok(_) => "renewed",
        Err(TokenError::NoGrant | TokenError::NeedsReauth) => "refused",
        Err(TokenError::Unpaid | TokenError::Blocked) => "account_refused",
        Err(TokenError::Unavailable { .. }) => "later",
        Err(TokenError::Internal(_)) => "broken",
    }
}

struct Renewal<'call> {
    app: &'call TenantContext,
    seen: &'call oauth_grant::Model,
    me: Uuid,
}

/// Where an account's tokens are renewed.
struct RefreshTarget {
    integration: Arc<Integration>,
    oauth: OAuth,
    host: Host,
    tenant: tenant::Model,
}

impl Renewal<'_> {
    async fn run(&self) -> Result<oauth_grant::Model, TokenError> {
        let tenant = tenants::load(self.app.store.read(), self.seen.tenant_id).await?.ok_or(TokenError::NoGrant)?;
        let integration = tenants::integration(self.app, &tenant)?;
        let oauth = tenants::oauth(self.app, &integration).with_total_time(CALL_TIME);
        let host = tenants::allowed_host(&integration, &tenant.host)?;
        let mut place = RefreshTarget { integration, oauth, host, tenant };
        let vault = &self.app.vault;
        let newest = grant::open_refresh(vault, self.seen, &self.seen.refresh_token)?;
        let mut rejected = match self.refresh(&mut place, &newest).await? {
            Ok(fresh) => return self.keep(&fresh, &place.tenant).await,
            Err(hint) => hint,
        };
        // It may have been renewed although the lease was ours: an installation does that.
        if let Some(moved) = self.moved().await? {
            return Ok(moved);
        }
        if let Some(sealed) = &self.seen.previous_refresh_token {
            let previous = grant::open_refresh(vault, self.seen, sealed)?;
            match self.refresh(&mut place, &previous).await? {
                Ok(fresh) => return self.keep(&fresh, &place.tenant).await,
                Err(hint) => rejected = hint,
            }
        }
        if self.seen.dead {
            tracing::debug!(tenant.id = %self.seen.tenant_id, reason = rejected, "amoCRM still refuses the refresh token");
            return Err(TokenError::NeedsReauth);
        }
        tracing::warn!(
            tenant.id = %self.seen.tenant_id, account.id = place.tenant.account_id, reason = rejected,
            unsaved = self.seen.intent_at.is_some(),
            "amoCRM refused the refresh token for good; messages are still delivered, an administrator must allow access again"
        );
        Err(TokenError::NeedsReauth)
    }

    /// Tries one token at the account's address, and once more at its new one after a renaming. Inner error:
    /// rejected, with amoCRM's text.
    async fn refresh(
        &self,
        place: &mut RefreshTarget,
        token: &SecretString,
    ) -> Result<Result<Grant, String>, TokenError> {
        let mut answer = self.ask(place, token).await?;
        if matches!(answer, Err(OAuthError::HostChanged { .. })) && self.moved_host(place, token).await? {
            answer = self.ask(place, token).await?;
        }
        match answer {
            Ok(fresh) => Ok(Ok(fresh)),
            Err(OAuthError::Rejected { hint, .. }) => Ok(Err(hint)),
            Err(OAuthError::Refused { status, hint, .. }) => {
                raise_refusal(self.app, &place.tenant, status, &hint).await?;
                Err(TokenError::later(format!("amoCRM refuses the integration's calls ({status}: {hint})")))
            }
            Err(OAuthError::Unpaid { .. }) => Err(TokenError::Unpaid),
            Err(OAuthError::Blocked { .. }) => Err(TokenError::Blocked),
            Err(error @ OAuthError::Invalid { .. }) => Err(TokenError::Internal(error.to_string())),
            Err(OAuthError::Busy { retry_after, .. }) => {
                Err(TokenError::Unavailable { words: "amoCRM asks to slow down".into(), after: retry_after })
            }
            Err(error @ OAuthError::Unavailable { retry_after, .. }) => {
                Err(TokenError::Unavailable { words: error.to_string(), after: retry_after })
            }
            Err(error) => Err(TokenError::later(error)),
        }
    }

    async fn ask(&self, place: &RefreshTarget, token: &SecretString) -> Result<Result<Grant, OAuthError>, TokenError> {
        let address = tenants::account_base(&place.integration, &place.host)?;
        let asked_at = self.app.clock.millis();
        let answer = place.oauth.refresh(address.as_str(), token).await;
        Ok(answer.map(|tokens| Grant::of(tokens, asked_at)))
    }

    /// Asks the shared API host for the account's current host. True if it is a different, allowed one, which is then
    /// stored.
    async fn moved_host(&self, renewing: &mut RefreshTarget, token: &SecretString) -> Result<bool, TokenError> {
        let Some(host) = token::reported_host(self.app, &renewing.tenant, token).await? else { return Ok(false) };
        if host == renewing.host {
            return Ok(false);
        }
        token::store_host(self.app, &renewing.tenant, &host).await?;
        renewing.host = host;
        Ok(true)
    }

    async fn moved(&self) -> Result<Option<oauth_grant::Model>, DbErr> {
        let found = grant::by_key(self.app.store.read(), (self.seen.tenant_id, self.seen.crm_user_id)).await?;
        Ok(found.filter(|found| found.version != self.seen.version && !found.dead))
    }

    /// The row, if its version is still the one seen; ends the lease.
    fn unmoved(&self) -> UpdateMany<oauth_grant::Entity> {
        oauth_grant::Entity::update_of(self.seen.tenant_id)
            .col_expr(Column::LeaseOwner, Expr::value(Option::<Uuid>::None))
            .col_expr(Column::LeasedUntil, Expr::value(0_i64))
            .filter(Column::CrmUserId.eq(self.seen.crm_user_id))
            .filter(Column::Version.eq(self.seen.version))
    }

    /// Stores the new pair before it is used, and ends the lease with the same statement.
    async fn keep(&self, fresh: &Grant, tenant: &tenant::Model) -> Result<oauth_grant::Model, TokenError> {
        let key = (self.seen.tenant_id, self.seen.crm_user_id);
        let mut pauses = STORE_AGAIN.into_iter();
        let refused = self.app.faults.hit("token.before_commit");
        refused.map_err(|injected| TokenError::Internal(injected.to_string()))?;
        let stored = loop {
            match self.store(key, fresh, tenant).await {
                Ok(stored) => break stored,
                Err(error) => match pauses.next() {
                    Some(pause) => {
                        tracing::error!(tenant.id = %key.0, %error, "a renewed token pair could not be stored; it will be retried, do not stop the server now");
                        tokio::time::sleep(pause).await;
                    }
                    None => return Err(error.into()),
                },
            }
        };
        let Some(recovered) = stored else {
            // An installation stored newer tokens, so ours are not needed. Or the first attempt succeeded although
            // its answer was lost.
            return self.moved().await?.ok_or(TokenError::NoGrant);
        };
        end_refusal(self.app, &tenant.integration).await?;
        if recovered {
            self.app.lookup.forget();
            status::go_on(self.app, key.0).await?;
        }
        tracing::debug!(tenant.id = %key.0, "the access token was renewed");
        grant::by_key(self.app.store.read(), key).await?.ok_or(TokenError::NoGrant)
    }

    /// None if the version has changed. True if the account was refused before and is active now.
    async fn store(&self, key: grant::Key, fresh: &Grant, tenant: &tenant::Model) -> Result<Option<bool>, DbErr> {
        in_transaction(&self.app.store, async |tx| self.store_in(tx, key, fresh, tenant).await).await
    }

    async fn store_in(
        &self,
        tx: &DatabaseTransaction,
        key: grant::Key,
        fresh: &Grant,
        tenant: &tenant::Model,
    ) -> Result<Option<bool>, DbErr> {
        tenants::lock(tx, key.0).await?;
        let sealed = grant::seal(&self.app.vault, key, fresh);
        let done = self
            .unmoved()
            .col_expr(Column::Version, Expr::value(self.seen.version + 1))
            .col_expr(Column::AccessToken, Expr::value(sealed.access))
            .col_expr(Column::RefreshToken, Expr::value(sealed.refresh))
            .col_expr(Column::PreviousRefreshToken, Expr::value(Some(self.seen.refresh_token.clone())))
            .col_expr(Column::ExpiresAt, Expr::value(fresh.expires_at))
            .col_expr(Column::RefreshedAt, Expr::value(self.app.clock.millis()))
            .col_expr(Column::IntentAt, Expr::value(Option::<i64>::None))
            .col_expr(Column::Dead, Expr::value(false))
            .exec(tx)
            .await?;
        if done.rows_affected == 0 {
            return Ok(None);
        }
        // A renewed token ends the states that refusals had caused.
        let from = [TenantStatus::NeedsReauth, TenantStatus::Unpaid, TenantStatus::Blocked];
        let recovered = status::change_status(self.app, tx, tenant.tenant_id, &from, TenantStatus::Active).await?;
        let api_domain = claims::read(&fresh.access_token).and_then(|claims| claims.api_domain);
        if let Some(domain) = api_domain.filter(|domain| tenant.api_domain.as_ref() != Some(domain)) {
            tenant::Entity::update_of(tenant.tenant_id)
                .col_expr(tenant::Column::ApiDomain, Expr::value(Some(domain)))
                .exec(tx)
                .await?;
        }
        Ok(Some(recovered))
    }

    /// Ends the lease after a failure and updates the tenant's state by amoCRM's answer. The intent remains: whether
    /// the token is used up may be unknown.
    async fn failed(&self, error: &TokenError) -> Result<(), DbErr> {
        let status = match error {
            // A dead grant that was tried once more: it stays what it is.
            _ if self.seen.dead => {
                self.mine().exec(self.app.store.write()).await?;
                return Ok(());
            }
            TokenError::NeedsReauth => TenantStatus::NeedsReauth,
            TokenError::Unpaid => TenantStatus::Unpaid,
            TokenError::Blocked => TenantStatus::Blocked,
            TokenError::NoGrant | TokenError::Unavailable { .. } | TokenError::Internal(_) => {
                self.mine().exec(self.app.store.write()).await?;
                return Ok(());
            }
        };
        self.app.faults.pass("token.refused").await;
        let done = in_transaction(&self.app.store, async |tx| self.refused_in(tx, status).await).await?;
        if done {
            self.app.lookup.forget();
        }
        Ok(())
    }

    /// One commit under the lock of the tenant's row: access granted meanwhile comes entirely before or after it, and
    /// in the latter case wins. True if the tenant now has this state.
    async fn refused_in(&self, tx: &DatabaseTransaction, status: TenantStatus) -> Result<bool, DbErr> {
        let tenant_id = self.seen.tenant_id;
        tenants::lock(tx, tenant_id).await?;
        let mut end = self.mine();
        if status == TenantStatus::NeedsReauth {
            end = end.col_expr(Column::Dead, Expr::value(true));
        }
        if end.exec(tx).await?.rows_affected == 0 {
            return Ok(false);
        }
        self.app.faults.pass("token.marked").await;
        let used = grant::in_use(tx, tenant_id).await?;
        if used.is_some_and(|used| !used.dead && used.crm_user_id != self.seen.crm_user_id) {
            tracing::info!(tenant.id = %tenant_id, "an unused access was rejected; another user's access is in use");
            return Ok(false);
        }
        if status == TenantStatus::NeedsReauth && grant::stand_in(tx, tenant_id).await? {
            tracing::info!(tenant.id = %tenant_id, "switched to another administrator's access");
            return Ok(false);
        }
        let leaves = tenants::load(tx, tenant_id).await?.is_some_and(|tenant| status::is_uninstall_noticed(&tenant));
        if status == TenantStatus::NeedsReauth && leaves {
            tracing::info!(tenant.id = %tenant_id, "the access of an account that leaves has ended");
            return Ok(false);
        }
        let from = [TenantStatus::Active, TenantStatus::NeedsReauth, TenantStatus::Unpaid, TenantStatus::Blocked];
        status::change_status(self.app, tx, tenant_id, &from, status).await
    }

    /// The row, if its version is still the one seen and the lease is ours; ends the lease.
    fn mine(&self) -> UpdateMany<oauth_grant::Entity> {
        self.unmoved().filter(Column::LeaseOwner.eq(self.me))
    }
}

// amoCRM refuses the token calls of an integration without naming a token: the vendor has to look, once for all
// accounts, and every account keeps its grant.

const ALARM: &str = "integration_refused";

/// Alerts the vendor with amoCRM's words.
pub(super) async fn raise_refusal(
    app: &TenantContext,
    tenant: &tenant::Model,
    status: u16,
    hint: &str,
) -> Result<(), DbErr> {
    let detail = json!({
        "integration": tenant.integration,
        "account_id": tenant.account_id.to_string(),
        "host": tenant.host,
        "status": status,
        "said": hint,
    });
    let alarm = Alarm { tenant_id: VENDOR, kind: ALARM, object: &tenant.integration, source_id: None, detail };
    alert::raise(app, app.store.write(), alarm).await?;
    Ok(())
}

/// A token call of the integration succeeded: ends the alert.
pub(super) async fn end_refusal(app: &TenantContext, integration: &str) -> Result<(), DbErr> {
    alert::resolve_if_open(app, VENDOR, ALARM, integration).await
}
