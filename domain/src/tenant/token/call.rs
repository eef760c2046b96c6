//! Calls on behalf of an account, and what their answers mean for the account as a whole.

use std::sync::Arc;

use amocrm::rest::Rest;
use secrecy::SecretString;
use uuid::Uuid;

use super::{TokenError, access_token, living, renewed};
use crate::tenant::TenantContext;
use crate::tenant::{self as tenants, TenantStatus, grant, host, status_change};

/// Why a call on behalf of an account failed.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    #[error(transparent)]
    Token(#[from] TokenError),
    #[error(transparent)]
    Crm(#[from] amocrm::Error),
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
        Err(error @ amocrm::Error::Refused { status: 404, .. }) => match host::find(app, tenant_id, None).await {
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
                status_change::recovered(app, tenant_id).await.map_err(TokenError::from)?;
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
    status_change::refused(app, tenant_id, refused).await.map_err(TokenError::from)?;
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
