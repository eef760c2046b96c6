//! The state that this module needs.

use domain::alert_notices::AlertNoticeContext;
use domain::delivery::DeliveryContext;
use domain::identity::IdentityContext;
use domain::intake::IntakeContext;
use domain::platform::{PlatformContext, stands_on};
use domain::source::SourceContext;
use domain::tenant::TenantContext;
use domain::usage::UsageContext;
use std::sync::Arc;

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
