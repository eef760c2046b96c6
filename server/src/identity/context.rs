//! The state that this module and those above it share.

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::throttle::FullCounters;
use crate::audit::AuditContext;
use crate::platform::stands_on;

/// What sign-in and sessions need.
pub struct IdentityContext {
    pub audit: Arc<AuditContext>,
    /// Sign-in attempt counters that have reached their limit.
    pub tries: FullCounters,
    /// Limits password hashing to one a core: each hash takes 19 MiB.
    pub hashing: Semaphore,
}

stands_on!(IdentityContext, audit: AuditContext);
