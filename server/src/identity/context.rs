//! The state that this module and those above it share.

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::throttle::FullCounters;
use crate::audit::AuditContext;
use crate::platform::stands_on;

/// The context of sign-in and sessions.
pub struct IdentityContext {
    pub audit: Arc<AuditContext>,
    /// Sign-in attempt counters that have reached their limit.
    pub tries: FullCounters,
    /// Limits password hashing to one a core: each hash takes 19 MiB.
    pub hashing: Semaphore,
}

stands_on!(IdentityContext, audit: AuditContext);
