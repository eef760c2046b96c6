//! The state that this module needs.

use std::sync::Arc;

use crate::delivery::DeliveryContext;
use crate::identity::IdentityContext;
use crate::platform::stands_on;

/// What e-mails about alerts need.
pub struct AlertEmailContext {
    pub delivery: Arc<DeliveryContext>,
    pub identity: Arc<IdentityContext>,
}

stands_on!(AlertEmailContext, delivery: DeliveryContext);
