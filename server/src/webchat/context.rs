//! The state that this module needs.

use domain::identity::IdentityContext;
use domain::intake::IntakeContext;
use domain::media::MediaContext;
use domain::platform::{PlatformContext, stands_on};
use domain::tenant::TenantContext;
use domain::usage::UsageContext;
use std::sync::Arc;

use super::Guests;

/// The context of the web chat.
pub struct WebchatContext {
    pub platform: Arc<PlatformContext>,
    pub files: Arc<MediaContext>,
    pub tenants: Arc<TenantContext>,
    pub intake: Arc<IntakeContext>,
    pub usage: Arc<UsageContext>,
    pub identity: Arc<IdentityContext>,
    /// Visitors connected to a web chat.
    pub guests: Guests,
}

stands_on!(WebchatContext);
