//! The state that this module needs.

use std::sync::Arc;

use crate::alert_letters::AlertEmailContext;
use crate::holes::HolesContext;
use crate::people::PeopleContext;
use crate::platform::stands_on;
use crate::usage::UsageContext;

/// What the pages of panel and admin need.
pub struct PanelContext {
    pub usage: Arc<UsageContext>,
    pub people: Arc<PeopleContext>,
    pub letters: Arc<AlertEmailContext>,
    pub holes: Arc<HolesContext>,
}

stands_on!(PanelContext, usage: UsageContext);
