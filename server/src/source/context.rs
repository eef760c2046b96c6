//! The state that this module and those above it share.

use std::sync::Arc;

use super::{ChangeLocks, Observations};
use crate::media::MediaContext;
use crate::platform::{PlatformContext, stands_on};
use crate::tenant::TenantContext;

/// The context of sources.
pub struct SourceContext {
    pub platform: Arc<PlatformContext>,
    pub files: Arc<MediaContext>,
    pub tenants: Arc<TenantContext>,
    /// Observations about sources from message traffic.
    pub source_observations: Observations,
    /// Changes of one source wait for each other.
    pub source_changes: ChangeLocks,
}

stands_on!(SourceContext);
