//! The state that this module needs.

use std::sync::Arc;

use super::Guests;
use crate::identity::IdentityContext;
use crate::platform::stands_on;
use crate::usage::UsageContext;

/// The context of the web chat.
pub struct WebchatContext {
    pub usage: Arc<UsageContext>,
    pub identity: Arc<IdentityContext>,
    /// Visitors connected to a web chat.
    pub guests: Guests,
}

stands_on!(WebchatContext, usage: UsageContext);
