//! The state that this module needs.

use std::sync::Arc;

use crate::alert_notices::AlertNoticeContext;
use crate::identity::IdentityContext;
use crate::missed_hooks::MissedHooksContext;
use crate::platform::stands_on;
use crate::usage::UsageContext;

/// What the pages of panel and admin need.
pub struct PanelContext {
    pub usage: Arc<UsageContext>,
    pub identity: Arc<IdentityContext>,
    pub alert_notices: Arc<AlertNoticeContext>,
    pub missed_hooks: Arc<MissedHooksContext>,
}

stands_on!(PanelContext, usage: UsageContext);
