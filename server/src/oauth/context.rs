//! The state that this module needs.

use std::sync::Arc;

use crate::identity::IdentityContext;
use crate::platform::{PlatformContext, stands_on};
use crate::tenant::TenantContext;

/// The context of installations.
pub struct OauthContext {
    pub platform: Arc<PlatformContext>,
    pub tenants: Arc<TenantContext>,
    pub identity: Arc<IdentityContext>,
}

stands_on!(OauthContext);
