//! The state that this module needs.

use std::sync::Arc;

use super::Guests;
use crate::platform::stands_on;
use crate::usage::UsageContext;

/// What the web chat needs.
pub struct WebchatContext {
    pub usage: Arc<UsageContext>,
    /// Visitors connected to a web chat.
    pub guests: Guests,
}

stands_on!(WebchatContext, usage: UsageContext);
