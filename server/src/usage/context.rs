//! The state that this module and those above it share.

use std::sync::Arc;

use super::RecentKeys;
use super::Searches;
use super::StorageSums;
use crate::announcements::Announced;
use crate::delivery::DeliveryContext;
use crate::intake::IntakeContext;
use crate::load_shedding::Load;
use crate::media::MediaContext;
use crate::platform::{PlatformContext, stands_on};
use crate::source::SourceContext;
use crate::tenant::TenantContext;

/// The context of usage and limits of accounts, and of the public API.
pub struct UsageContext {
    pub platform: Arc<PlatformContext>,
    pub files: Arc<MediaContext>,
    pub tenants: Arc<TenantContext>,
    pub sources: Arc<SourceContext>,
    pub delivery: Arc<DeliveryContext>,
    pub intake: Arc<IntakeContext>,
    /// Rate limits of API keys.
    pub keys: RecentKeys,
    /// Searches of everything that an account has stored.
    pub searches: Searches,
    /// Bytes stored per account, as last read.
    pub stored: StorageSums,
    /// Announcements that may be shown now.
    pub announced: Announced,
    /// Memory and slots in use by requests.
    pub load: Arc<Load>,
}

stands_on!(UsageContext);
