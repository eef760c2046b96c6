//! The state that this module needs.

use std::sync::Arc;

use base::rate_limit::RateLimiter;
use uuid::Uuid;

use crate::intake::IntakeContext;
use crate::platform::stands_on;

/// The context of the search for missed hooks.
pub struct MissedHooksContext {
    pub intake: Arc<IntakeContext>,
    /// Rate limits for reading histories, by account and channel.
    pub limits: RateLimiter<(Uuid, Uuid)>,
}

stands_on!(MissedHooksContext, intake: IntakeContext);
