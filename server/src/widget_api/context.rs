//! The state that this module needs.

use domain::identity::IdentityContext;
use domain::platform::{PlatformContext, stands_on};
use domain::source::SourceContext;
use domain::tenant::TenantContext;
use domain::usage::UsageContext;
use std::sync::Arc;

use super::CallerMemory;

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
