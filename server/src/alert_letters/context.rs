//! The state that this module needs.

use std::sync::Arc;

use crate::delivery::DeliveryContext;
use crate::people::PeopleContext;
use crate::platform::stands_on;

/// What e-mails about alerts need.
pub struct AlertEmailContext {
    pub delivery: Arc<DeliveryContext>,
    pub people: Arc<PeopleContext>,
}

stands_on!(AlertEmailContext, delivery: DeliveryContext);
