//! The state that this module needs.

use std::sync::Arc;

use super::Memory;
use crate::people::PeopleContext;
use crate::platform::stands_on;
use crate::usage::UsageContext;

/// What the widget's API needs.
pub struct WidgetContext {
    pub usage: Arc<UsageContext>,
    pub people: Arc<PeopleContext>,
    /// In-memory state about the widget's callers.
    pub widget: Memory,
}

stands_on!(WidgetContext, usage: UsageContext);
