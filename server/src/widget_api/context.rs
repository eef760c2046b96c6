//! The state that this module needs.

use std::sync::Arc;

use super::CallerMemory;
use crate::identity::IdentityContext;
use crate::platform::stands_on;
use crate::usage::UsageContext;

/// The context of the widget's API.
pub struct WidgetContext {
    pub usage: Arc<UsageContext>,
    pub identity: Arc<IdentityContext>,
    /// In-memory state about the widget's callers.
    pub widget: CallerMemory,
}

stands_on!(WidgetContext, usage: UsageContext);
