//! The usage of each account and each API key, and its limits: `[limits]`.
//!
//! ```text
//! a request with a key ─▶ keys.rs    requests a second, bytes a day: this process's memory
//! a search of all data ─▶ keys.rs    one at a time for an account: this process's memory
//! stored bytes         ─▶ stored.rs  summed by account and day: the database, all processes
//! a request to store   ─▶ stored.rs  507: accounts beyond their limit are refused, others not affected
//! what a month had     ─▶ report.rs  the most sources and bytes, noted every half an hour: the database
//! a limit is near      ─▶ view.rs    sentences above the pages, from the open alerts about limits
//! ```

mod keys;
mod report;
mod stored;
mod view;

use std::sync::Arc;

use crate::announcements::Announced;
use crate::delivery::DeliveryContext;
use crate::intake::IntakeContext;
use crate::load_shedding::Load;
use crate::media::MediaContext;
use crate::platform::{PlatformContext, stands_on};
use crate::source::SourceContext;
use crate::tenant::TenantContext;

pub use keys::{RecentKeys, RequestRate, Searches, Trace, too_many_bytes};
pub use report::{KindUsage, MessageCounts, Month, MonthUsage, note_month, of as usage_of};
pub use stored::{ENDED, Imports, StorageSums, imports, imports_beside, room, write_down, write_sums};
pub use view::{
    LimitLine, LimitNotice, LimitStage, MESSAGES, SOURCES, detail as limit_detail, is_about_files, is_noticed,
    limit_notices, open_limit_notices, shown,
};

/// Bytes of a configured number of megabytes.
pub fn bytes_of(megabytes: u32) -> u64 {
    u64::from(megabytes) * 1024 * 1024
}

// The state that this module and those above it share.

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
