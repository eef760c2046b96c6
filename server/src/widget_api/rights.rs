//! Whether an amoCRM user administers the account: the token's claim, else the users' API.

use std::sync::Arc;
use std::time::Duration;

use entity::tenant;

use crate::app::App;
use crate::tenant::token::{CallError, with_token};

/// An answer of the users' API is believed so long.
const FRESH: i64 = 10 * 60_000;
/// Somebody waits in the widget; amoCRM's silence makes nobody an administrator.
const PATIENCE: Duration = Duration::from_secs(5);

/// What the users' API said of somebody.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub is_admin: bool,
    pub name: String,
    at: i64,
}

/// Whether somebody administers an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rights {
    Administrator,
    Other,
    /// amoCRM does not tell right now. Treated as [`Rights::Other`], and said.
    Unknown,
}

/// The rights of a user whose token carries this claim. The claim is not in amoCRM's documents (crm-api §2.1), so it may
/// be missing.
pub(super) async fn of(app: &Arc<App>, tenant: &tenant::Model, user_id: i64, claim: Option<bool>) -> Rights {
    match claim {
        Some(true) => Rights::Administrator,
        Some(false) => Rights::Other,
        None => asked(app, tenant, user_id).await,
    }
}

async fn asked(app: &Arc<App>, tenant: &tenant::Model, user_id: i64) -> Rights {
    let key = (tenant.tenant_id, user_id);
    let now = app.clock.millis();
    let known = app.widget.rights.get(&key).await.filter(|told| told.at + FRESH > now);
    if let Some(told) = known {
        return if told.is_admin { Rights::Administrator } else { Rights::Other };
    }
    let asking = with_token(app, tenant.tenant_id, |rest, token| async move { rest.user(&token, user_id).await });
    let user = match tokio::time::timeout(PATIENCE, asking).await {
        Ok(Ok(user)) => user,
        Ok(Err(CallError::Crm(amocrm::Error::Refused { status: 404, .. }))) => None,
        Ok(Err(error)) => {
            tracing::warn!(tenant.id = %tenant.tenant_id, user.id = user_id, %error, "amoCRM does not tell whether a user administers the account");
            return Rights::Unknown;
        }
        Err(_) => {
            tracing::warn!(tenant.id = %tenant.tenant_id, user.id = user_id, "amoCRM took too long to tell whether a user administers the account");
            return Rights::Unknown;
        }
    };
    let is_admin = user.as_ref().is_some_and(|user| user.is_admin);
    let name = user.and_then(|user| user.name).unwrap_or_default();
    app.widget.rights.insert(key, Told { is_admin, name, at: now }).await;
    if is_admin { Rights::Administrator } else { Rights::Other }
}
