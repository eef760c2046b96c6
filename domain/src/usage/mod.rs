//! The usage of each account and each API key, and its limits: `[limits]`.
//!
//! ```text
//! a request with a key ─▶ keys.rs       requests a second, bytes a day: this process's memory
//! stored bytes         ─▶ stored.rs     summed by account and day: the database, all processes
//! a request to store   ─▶ allowance.rs  507: accounts beyond their limit are refused, others not affected
//! a search of all data ─▶ searches.rs   one at a time for an account: this process's memory
//! what a month had     ─▶ peak.rs       the most sources and bytes, noted every half an hour: the database
//! a limit is near      ─▶ notices.rs    sentences above the pages, from the open alerts about limits
//! ```

mod allowance;
mod context;
mod imports;
mod keys;
mod month;
mod notices;
mod peak;
mod report;
mod searches;
mod stored;
mod view;

pub use allowance::room;
pub use context::UsageContext;
pub use imports::{ENDED, Imports, imports, imports_beside};
pub use keys::{RecentKeys, too_many_bytes};
pub use month::Month;
pub use notices::{LimitNotice, detail as limit_detail, is_about_files, is_noticed, limit_notices, open_limit_notices};
pub use peak::note_month;
pub use report::{KindUsage, MessageCounts, MonthUsage, of as usage_of};
pub use searches::Searches;
pub use stored::{StorageSums, write_down, write_sums};
pub use view::{LimitLine, LimitStage, MESSAGES, SOURCES, shown};

/// Bytes of a configured number of megabytes.
pub fn bytes_of(megabytes: u32) -> u64 {
    u64::from(megabytes) * 1024 * 1024
}
