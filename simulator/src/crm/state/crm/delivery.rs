//! CRM hooks on their way to subscribers.

use std::collections::VecDeque;

use chrono::{DateTime, Utc};

use crate::crm::log::CrmHookView;

/// A hook on its way to a subscriber.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub(crate) host: String,
    pub(crate) event: String,
    pub(crate) destination: String,
    pub(crate) body: String,
    pub(crate) attempt: u32,
    pub(crate) due: DateTime<Utc>,
}

/// Waiting hooks, and past attempts.
#[derive(Debug, Default)]
pub(crate) struct CrmHooks {
    pub(crate) queue: Vec<Delivery>,
    pub(crate) tried: VecDeque<CrmHookView>,
}
