//! The state that this module and those above it share.

use std::sync::Arc;

use super::MediaService;
use crate::platform::{PlatformContext, stands_on};

/// The context of files.
pub struct MediaContext {
    pub platform: Arc<PlatformContext>,
    pub media: MediaService,
}

stands_on!(MediaContext);
