//! The state that this module needs.

use std::sync::Arc;

use super::Board;
use crate::platform::{PlatformContext, stands_on};

/// The context of the status page.
pub struct StatusContext {
    pub platform: Arc<PlatformContext>,
    pub board: Board,
}

stands_on!(StatusContext);
