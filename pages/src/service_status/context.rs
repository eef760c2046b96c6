//! The state that this module needs.

use domain::platform::{PlatformContext, stands_on};
use std::sync::Arc;

use super::Board;

/// The context of the status page.
pub struct StatusContext {
    pub platform: Arc<PlatformContext>,
    pub board: Board,
}

stands_on!(StatusContext);
