//! The state that this module and those above it share.

use std::sync::Arc;

use super::Observations;
use crate::platform::stands_on;
use crate::tenant::TenantContext;

/// What sources need.
pub struct SourceContext {
    pub tenants: Arc<TenantContext>,
    /// What message traffic reveals about sources.
    pub source_observations: Observations,
}

stands_on!(SourceContext, tenants: TenantContext);
