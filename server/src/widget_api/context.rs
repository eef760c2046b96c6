//! The state that this module needs.

use std::sync::Arc;

use super::CallerMemory;
use crate::identity::IdentityContext;
use crate::platform::{PlatformContext, stands_on};
use crate::source::SourceContext;
use crate::tenant::TenantContext;
use crate::usage::UsageContext;

/// The context of the widget's API.
pub struct WidgetContext {
    pub platform: Arc<PlatformContext>,
    pub tenants: Arc<TenantContext>,
    pub sources: Arc<SourceContext>,
    pub usage: Arc<UsageContext>,
    pub identity: Arc<IdentityContext>,
    /// In-memory state about the widget's callers.
    pub widget: CallerMemory,
}

stands_on!(WidgetContext);
