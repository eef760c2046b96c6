//! amoCRM's data about a user, requested with the account's own access and cached for minutes.

use std::sync::Arc;
use std::time::Duration;

use base::cache::Cache;
use uuid::Uuid;

use super::token::{CallError, with_token};
use crate::tenant::TenantContext;

/// Short, because a person is waiting for the answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// A user's rights in an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrmRights {
    Administrator,
    User,
    /// Not a user of the account, or deactivated.
    Gone,
    /// amoCRM does not answer now: it cannot be reached, or the account's access has ended.
    Unknown,
}

/// amoCRM's data about a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrmUser {
    pub rights: CrmRights,
    /// Empty if unknown.
    pub name: String,
}

/// For how many milliseconds an answer may be reused.
#[derive(Clone, Copy, Debug)]
pub struct MaxAge {
    pub answer: i64,
    /// The same for [`CrmRights::Unknown`].
    pub unknown: i64,
}

/// The last answers with their times, by account and user.
#[derive(Clone)]
pub struct UserRights(Cache<(Uuid, i64), (i64, CrmUser)>);

impl Default for UserRights {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(50_000).time_to_live(Duration::from_secs(3_600)).build())
    }
}

/// amoCRM's data about a user. Any number of concurrent callers cause one call, if the answer is within their
/// accepted age.
pub async fn of(app: &Arc<TenantContext>, tenant_id: Uuid, user_id: i64, max_age: MaxAge) -> CrmUser {
    let (key, now) = ((tenant_id, user_id), app.clock.millis());
    let known = &app.crm_users.0;
    let is_old = |(at, user): (i64, CrmUser)| {
        let age = if user.rights == CrmRights::Unknown { max_age.unknown } else { max_age.answer };
        at.saturating_add(age) <= now
    };
    if known.get(&key).await.is_some_and(is_old) {
        known.invalidate(&key).await;
    }
    known.get_with(key, async { (now, ask(app, tenant_id, user_id).await) }).await.1
}

/// The name of a user if it is cached.
pub async fn known_name(app: &TenantContext, tenant_id: Uuid, user_id: i64) -> Option<String> {
    let known = app.crm_users.0.get(&(tenant_id, user_id)).await;
    known.map(|(_, user)| user.name).filter(|name| !name.is_empty())
}

async fn ask(app: &Arc<TenantContext>, tenant_id: Uuid, user_id: i64) -> CrmUser {
    let nameless = |rights| CrmUser { rights, name: String::new() };
    let asking = with_token(app, tenant_id, |rest, token| async move { rest.user(&token, user_id).await });
    match tokio::time::timeout(PATIENCE, asking).await {
        Ok(Ok(Some(user))) => CrmUser {
            rights: match (user.is_active, user.is_admin) {
                (true, true) => CrmRights::Administrator,
                (true, false) => CrmRights::User,
                (false, _) => CrmRights::Gone,
            },
            name: user.name.unwrap_or_default(),
        },
        Ok(Ok(None) | Err(CallError::Crm(amocrm::Error::Refused { status: 404, .. }))) => nameless(CrmRights::Gone),
        Ok(Err(error)) => {
            tracing::warn!(tenant.id = %tenant_id, user.id = user_id, %error, "amoCRM did not answer a request for a user's rights");
            nameless(CrmRights::Unknown)
        }
        Err(_) => {
            tracing::warn!(tenant.id = %tenant_id, user.id = user_id, "amoCRM's answer about a user's rights timed out");
            nameless(CrmRights::Unknown)
        }
    }
}
