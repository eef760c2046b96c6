//! The state that this module and those above it share.

use std::sync::Arc;

use super::Keys;
use super::Stored;
use crate::intake::IntakeContext;
use crate::platform::stands_on;
use crate::shed::Load;

/// What usage and limits of accounts need, and what the public API does.
pub struct UsageContext {
    pub intake: Arc<IntakeContext>,
    /// Rate limits of API keys.
    pub keys: Keys,
    /// Bytes stored per account, as last read.
    pub stored: Stored,
    /// Memory and slots in use by requests.
    pub load: Arc<Load>,
}

stands_on!(UsageContext, intake: IntakeContext);
