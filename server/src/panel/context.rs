//! The state that this module needs.

use std::sync::Arc;

use crate::alert_notices::AlertNoticeContext;
use crate::delivery::DeliveryContext;
use crate::identity::IdentityContext;
use crate::intake::IntakeContext;
use crate::platform::{PlatformContext, stands_on};
use crate::source::SourceContext;
use crate::tenant::TenantContext;
use crate::usage::UsageContext;

/// What the pages of panel and admin need.
pub struct PanelContext {
    pub platform: Arc<PlatformContext>,
    pub tenants: Arc<TenantContext>,
    pub sources: Arc<SourceContext>,
    pub delivery: Arc<DeliveryContext>,
    pub intake: Arc<IntakeContext>,
    pub usage: Arc<UsageContext>,
    pub identity: Arc<IdentityContext>,
    pub alert_notices: Arc<AlertNoticeContext>,
}

stands_on!(PanelContext);
