//! The state that the limits of requests need.

use std::sync::Arc;

use super::Load;
use crate::platform::{PlatformContext, stands_on};

/// The context of the limits of requests.
pub struct LoadSheddingContext {
    pub platform: Arc<PlatformContext>,
    /// Memory and slots in use by requests.
    pub load: Arc<Load>,
    /// Bytes that an upload may hold in memory.
    pub upload_buffer: usize,
}

stands_on!(LoadSheddingContext);
