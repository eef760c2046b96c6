//! The state that this module and those above it share.

use std::sync::Arc;

use base::rate_limit::RateLimiter;
use uuid::Uuid;

use super::crm::LostHooks;
use super::crm::account::Acts;
use crate::delivery::DeliveryContext;
use crate::media::MediaContext;
use crate::platform::{PlatformContext, stands_on};
use crate::source::SourceContext;
use crate::tenant::TenantContext;

/// The context of incoming messages and hooks.
pub struct IntakeContext {
    pub platform: Arc<PlatformContext>,
    pub files: Arc<MediaContext>,
    pub tenants: Arc<TenantContext>,
    pub sources: Arc<SourceContext>,
    pub delivery: Arc<DeliveryContext>,
    /// Pending actions for amoCRM hooks.
    pub crm_acts: Acts,
    /// Hooks that could not be stored, until their accounts can be recorded.
    pub lost: LostHooks,
    /// Rate limits for reading histories, by account and channel.
    pub histories: RateLimiter<(Uuid, Uuid)>,
}

stands_on!(IntakeContext);
