//! The state that this module and those above it share.

use std::sync::Arc;

use base::http_client::Pace;
use base::rate_limit::{Budget, RateLimiter};
use connectors::Connector;
use uuid::Uuid;

use super::gauges::LastWaiting;
use super::read::report::KeptFacts;
use super::slots::Slots;
use crate::media::MediaContext;
use crate::platform::{PlatformContext, stands_on};
use crate::source::SourceContext;
use crate::tenant::TenantContext;

/// The context of deliveries.
pub struct DeliveryContext {
    pub platform: Arc<PlatformContext>,
    pub files: Arc<MediaContext>,
    pub tenants: Arc<TenantContext>,
    pub sources: Arc<SourceContext>,
    /// Deliveries in progress.
    pub slots: Slots,
    /// Calls to sources' messengers.
    pub calls: RateLimiter<Uuid>,
    pub waiting: LastWaiting,
    /// What reports were made of.
    pub report_facts: KeptFacts,
}

stands_on!(DeliveryContext);

impl DeliveryContext {
    /// The limit of a source's messenger for all calls, in this process: a message may need several, and names and read
    /// marks need more.
    pub fn pace(&self, source_id: Uuid, connector: &dyn Connector) -> Pace {
        let budget = Budget::within_a_second(connector.abilities().requests_per_second);
        Pace { calls: self.calls.clone(), target: source_id, budget }
    }
}
