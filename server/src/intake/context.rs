//! The state that this module and those above it share.

use std::sync::Arc;

use super::crm::LostHooks;
use super::crm::account::Acts;
use crate::delivery::DeliveryContext;
use crate::platform::stands_on;

/// The context of incoming messages and hooks.
pub struct IntakeContext {
    pub delivery: Arc<DeliveryContext>,
    /// Pending actions for amoCRM hooks.
    pub crm_acts: Acts,
    /// Hooks that could not be stored, until their accounts can be recorded.
    pub lost: LostHooks,
}

stands_on!(IntakeContext, delivery: DeliveryContext);
