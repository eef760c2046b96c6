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
//! A backup is one snapshot of the database, taken while processes serve. It contains neither the master key nor the
//! files, which are backed up separately; the manifest lists which of them it needs.
//!
//! Messages that were delivered after the backup are still pending in it, so `restore` marks all pending ones as
//! possibly delivered: amoCRM's history is searched before a message is sent again, and a messenger's rules for unknown
//! outcomes apply.

mod create;
mod file;
mod postgres;
mod restore;
mod sqlite;

pub use create::create;
pub use file::{BackupFile, Manifest, StoredTable, missing_media};
pub use restore::{Restored, restore, verify};

/// Progress for display: `done` of `of` parts.
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

/// Tables that the migrations use internally.
const BOOKKEEPING: [&str; 2] = ["migration_guard", "seaql_migrations"];

const WAITING: &str = "SELECT count(*) FROM letter";
/// Number of messages accepted on the busier of the last two days. Its parameter: yesterday, in days since 1970.
const ACCEPTED_A_DAY: &str = "SELECT CAST(coalesce(max(total), 0) AS bigint) FROM \
    (SELECT sum(accepted) AS total FROM ledger_delta WHERE day >= $1 GROUP BY day) days";
