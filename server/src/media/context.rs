//! The state that this module and those above it share.

use std::sync::Arc;

use super::MediaService;
use crate::audit::AuditContext;
use crate::platform::stands_on;

/// The context of files.
pub struct MediaContext {
    pub audit: Arc<AuditContext>,
    pub media: MediaService,
}

stands_on!(MediaContext, audit: AuditContext);
