//! The state that this module needs.

use std::sync::Arc;

use crate::delivery::DeliveryContext;
use crate::identity::IdentityContext;
use crate::platform::stands_on;

/// The context of e-mails about alerts.
pub struct AlertEmailContext {
    pub delivery: Arc<DeliveryContext>,
    pub identity: Arc<IdentityContext>,
}

stands_on!(AlertEmailContext, delivery: DeliveryContext);
