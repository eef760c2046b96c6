//! Whether an amoCRM user administers the account: the token's claim, else the users' API.

use std::sync::Arc;

use entity::tenant;

use crate::app::App;
use crate::tenant::rights::{self, CrmRights, MaxAge};

/// A refusal of amoCRM's is not remembered: the next page load asks again.
const MAX_AGE: MaxAge = MaxAge { answer: 10 * 60_000, unknown: 0 };

/// Whether somebody administers an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rights {
    Administrator,
    Other,
    /// amoCRM does not answer right now. Treated as [`Rights::Other`], and said.
    Unknown,
}

/// The rights of a user whose token carries this claim. The claim is not in amoCRM's documents (crm-api §2.1), so it may
/// be missing.
pub(super) async fn of(app: &Arc<App>, tenant: &tenant::Model, user_id: i64, claim: Option<bool>) -> Rights {
    match claim {
        Some(true) => Rights::Administrator,
        Some(false) => Rights::Other,
        None => match rights::of(app, tenant.tenant_id, user_id, MAX_AGE).await.rights {
            CrmRights::Administrator => Rights::Administrator,
            CrmRights::User | CrmRights::Gone => Rights::Other,
            CrmRights::Unknown => Rights::Unknown,
        },
    }
}
