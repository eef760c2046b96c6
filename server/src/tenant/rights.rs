//! A user's rights at amoCRM, asked with the account's own access.

use std::sync::Arc;
use std::time::Duration;

use moka::future::Cache;
use uuid::Uuid;

use super::token::{CallError, with_token};
use crate::app::App;

/// The time limit of a call, because a page waits for it.
const PATIENCE: Duration = Duration::from_secs(5);
/// Milliseconds for which an answer, or its absence, is cached.
const FRESH: i64 = 60_000;

/// An answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrmRights {
    Administrator,
    User,
    /// Not a user of the account, or disabled.
    Gone,
    /// amoCRM does not answer now: it is unavailable, or the account's access has ended.
    Unknown,
}

/// Answers of the last minute, by account and user.
#[derive(Clone)]
pub struct KnownRights(Cache<(Uuid, i64), (i64, CrmRights)>);

impl Default for KnownRights {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(20_000).time_to_live(Duration::from_secs(120)).build())
    }
}

/// A user's rights at amoCRM. Any number of callers within a minute cause one call.
pub async fn of(app: &Arc<App>, tenant_id: Uuid, user_id: i64) -> CrmRights {
    let (key, now) = ((tenant_id, user_id), app.clock.millis());
    let known = &app.crm_rights.0;
    if known.get(&key).await.is_some_and(|(at, _)| at.saturating_add(FRESH) <= now) {
        known.invalidate(&key).await;
    }
    known.get_with(key, async { (now, ask(app, tenant_id, user_id).await) }).await.1
}

async fn ask(app: &Arc<App>, tenant_id: Uuid, user_id: i64) -> CrmRights {
    let asking = with_token(app, tenant_id, |rest, token| async move { rest.user(&token, user_id).await });
    match tokio::time::timeout(PATIENCE, asking).await {
        Ok(Ok(Some(user))) if user.is_active && user.is_admin => CrmRights::Administrator,
        Ok(Ok(Some(user))) if user.is_active => CrmRights::User,
        Ok(Ok(_) | Err(CallError::Crm(amocrm::Error::Refused { status: 404, .. }))) => CrmRights::Gone,
        Ok(Err(error)) => {
            tracing::warn!(tenant.id = %tenant_id, user.id = user_id, %error, "amoCRM does not return a user's rights; its last answer is used for some hours");
            CrmRights::Unknown
        }
        Err(_) => {
            tracing::warn!(tenant.id = %tenant_id, user.id = user_id, "amoCRM took too long to return a user's rights; its last answer is used for some hours");
            CrmRights::Unknown
        }
    }
}
