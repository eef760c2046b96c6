//! The state that this module needs.

use std::sync::Arc;

use super::Guests;
use crate::platform::stands_on;
use crate::usage::UsageContext;

/// The context of the web chat.
pub struct WebchatContext {
    pub usage: Arc<UsageContext>,
    /// Visitors connected to a web chat.
    pub guests: Guests,
}

stands_on!(WebchatContext, usage: UsageContext);
