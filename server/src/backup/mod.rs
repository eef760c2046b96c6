//! Backups: `parom backup create`, `verify` and `restore`.
//!
//! ```text
//! PATH/
//! ├─ manifest.json     what is in the backup, with a checksum of each file; written last
//! ├─ database.sqlite   the database, on SQLite
//! ├─ tables/NAME.copy  one table each, in PostgreSQL's text format of COPY
//! └─ media.ndjson      the files that messages carry: their ids, sizes and checksums, not their bytes
//! ```
//!
//! A backup is one snapshot of the database, taken while processes serve. It holds neither the key that opens its
//! secrets nor the files themselves; both are kept beside it, and the manifest says which ones it needs.
//!
//! What was delivered after the backup is pending in it. So `restore` marks everything pending as possibly delivered:
//! amoCRM's history is searched before a message is sent again, and a messenger's rules for unknown outcomes apply.

mod create;
mod file;
mod manifest;
mod media_list;
mod postgres;
mod restore;
mod sqlite;
mod verify;

pub use create::create;
pub use manifest::{Manifest, StoredFile, StoredTable};
pub use media_list::missing_media;
pub use restore::{Restored, restore};
pub use verify::verify;

/// A completed part of the work, for people who wait: `done` of `of` parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupStep {
    /// A table, or the whole database.
    pub name: String,
    pub rows: u64,
    pub done: usize,
    pub of: usize,
}

/// Is called after each part.
pub type Progress<'a> = dyn FnMut(BackupStep) + Send + 'a;

const DATABASE: &str = "database.sqlite";
const MEDIA: &str = "media.ndjson";
const TABLES: &str = "tables";

/// Tables that migrations keep for themselves.
const BOOKKEEPING: [&str; 2] = ["migration_guard", "seaql_migrations"];

const WAITING: &str = "SELECT count(*) FROM letter";
/// The messages of the fuller of the last two days. Its parameter: yesterday, days since 1970.
const ACCEPTED_A_DAY: &str = "SELECT CAST(coalesce(max(total), 0) AS bigint) FROM \
    (SELECT sum(accepted) AS total FROM ledger_delta WHERE day >= $1 GROUP BY day) days";
