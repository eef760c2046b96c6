//! Whether an amoCRM user administers the account: the token's claim, else the users' API.

use domain::tenant::users;
use domain::tenant::users::{CrmRights, MaxAge};
use std::sync::Arc;

use entity::tenant;

use crate::widget_api::WidgetContext;

/// A refusal by amoCRM is not cached: the next page load asks again.
const MAX_AGE: MaxAge = MaxAge { answer: 10 * 60_000, unknown: 0 };

/// Whether a user administers an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rights {
    Administrator,
    Other,
    /// amoCRM does not answer. Treated as [`Rights::Other`], and reported to the user.
    Unknown,
}

/// The rights of a user whose token has this claim. amoCRM does not document the claim (crm-api §2.1), so it may be
/// missing.
pub(super) async fn of(app: &Arc<WidgetContext>, tenant: &tenant::Model, user_id: i64, claim: Option<bool>) -> Rights {
    match claim {
        Some(true) => Rights::Administrator,
        Some(false) => Rights::Other,
        None => match users::rights_of(&app.tenants, tenant.tenant_id, user_id, MAX_AGE).await.rights {
            CrmRights::Administrator => Rights::Administrator,
            CrmRights::User | CrmRights::Gone => Rights::Other,
            CrmRights::Unknown => Rights::Unknown,
        },
    }
}
