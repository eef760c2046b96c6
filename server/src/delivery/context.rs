//! The state that this module and those above it share.

use std::sync::Arc;

use base::rate_limit::RateLimiter;
use uuid::Uuid;

use super::gauges::LastWaiting;
use super::read::report::KeptFacts;
use super::slots::Slots;
use crate::platform::stands_on;
use crate::source::SourceContext;

/// The context of deliveries.
pub struct DeliveryContext {
    pub sources: Arc<SourceContext>,
    /// Deliveries in progress.
    pub slots: Slots,
    /// Calls to sources' messengers.
    pub calls: RateLimiter<Uuid>,
    pub waiting: LastWaiting,
    /// What reports were made of.
    pub report_facts: KeptFacts,
}

stands_on!(DeliveryContext, sources: SourceContext);
