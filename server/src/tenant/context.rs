//! The state that this module and those above it share.

use std::sync::Arc;

use super::CrmSkew;
use super::RestRateLimit;
use super::install::Overflow;
use super::rights;
use super::users::UserLists;
use crate::media::MediaContext;
use crate::platform::{PlatformContext, stands_on};

/// The context of accounts.
pub struct TenantContext {
    pub platform: Arc<PlatformContext>,
    pub files: Arc<MediaContext>,
    /// Install calls that wait in memory.
    pub installs: Overflow,
    /// Difference between this machine's clock and amojo's.
    pub crm_skew: CrmSkew,
    /// Rate limiter of each account's REST API.
    pub rest_rate_limit: RestRateLimit,
    /// Users of each account's chats.
    pub users: UserLists,
    /// Users as amoCRM described them, cached briefly.
    pub crm_users: rights::UserRights,
}

stands_on!(TenantContext);
