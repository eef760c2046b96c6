//! The state that this module and those above it share.

use std::sync::Arc;

use super::Refusals;
use crate::platform::PlatformContext;
use crate::platform::stands_on;

/// The context of the audit log.
pub struct AuditContext {
    pub platform: Arc<PlatformContext>,
    /// Refused sign-ins and keys not yet written to the audit log.
    pub refusals: Refusals,
}

stands_on!(AuditContext, platform: PlatformContext);
