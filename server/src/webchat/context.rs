//! The state that this module needs.

use std::sync::Arc;

use super::Guests;
use crate::identity::IdentityContext;
use crate::intake::IntakeContext;
use crate::media::MediaContext;
use crate::platform::{PlatformContext, stands_on};
use crate::tenant::TenantContext;
use crate::usage::UsageContext;

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
