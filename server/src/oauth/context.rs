//! The state that this module needs.

use domain::identity::IdentityContext;
use domain::platform::{PlatformContext, stands_on};
use domain::tenant::TenantContext;
use std::sync::Arc;

/// The context of installations.
pub struct OauthContext {
    pub platform: Arc<PlatformContext>,
    pub tenants: Arc<TenantContext>,
    pub identity: Arc<IdentityContext>,
}

stands_on!(OauthContext);
