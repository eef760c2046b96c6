//! The state that this module and those above it share.

use std::sync::Arc;

use super::Media;
use crate::audit::AuditContext;
use crate::platform::stands_on;

/// What files need.
pub struct MediaContext {
    pub audit: Arc<AuditContext>,
    pub media: Media,
}

stands_on!(MediaContext, audit: AuditContext);
