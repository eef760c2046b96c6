//! The state that this module and those above it share.

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::throttle::FullCounters;
use crate::audit::Refusals;
use crate::platform::{PlatformContext, stands_on};

/// The context of sign-in and sessions.
pub struct IdentityContext {
    pub platform: Arc<PlatformContext>,
    /// Refused sign-ins and keys not yet written to the audit log.
    pub refusals: Refusals,
    /// Sign-in attempt counters that have reached their limit.
    pub tries: FullCounters,
    /// Limits password hashing to one a core: each hash takes 19 MiB.
    pub hashing: Semaphore,
}

stands_on!(IdentityContext);
