//! A history import: its parameters, its progress, and when the next step is due.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "import")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub source_id: Uuid,
    /// The channel whose rate it uses: one import per channel runs at a time.
    pub target: Uuid,
    /// See `parom::import::ImportState`.
    pub state: i16,
    /// Only counted so far.
    pub dry_run: bool,
    /// The newest message of each chat triggers a notification; if false, all are silent.
    pub newest_loud: bool,
    /// New chats are linked to existing contacts, whatever the source's rule.
    pub link_contacts: bool,
    /// Name of the file; may be empty.
    #[sea_orm(column_type = "Text")]
    pub file_name: String,
    /// Messages in the file.
    pub total: i64,
    /// Bytes of the file received so far.
    pub bytes: i64,
    pub chats: i64,
    pub leads_expected: i64,
    /// Messages that amoCRM has now, including those it had before.
    pub done: i64,
    /// Messages that had been received before.
    pub duplicates: i64,
    /// Skipped lines.
    pub skipped: i64,
    /// Thousandths of a message that may be queued now.
    pub tokens: i64,
    pub refilled_at: i64,
    /// Live messages are waiting, so the import is throttled.
    pub gives_way: bool,
    /// Incremented by each claim: a worker that lost its claim can no longer write.
    pub epoch: i64,
    /// Also when the claim of the current worker ends; none if nothing is to be done.
    pub next_at: Option<i64>,
    /// The messages come from the messenger itself, beginning at this time; none: from a file.
    pub history_since: Option<i64>,
    /// The page to request from the messenger next, empty for the first one; none if there are no more pages.
    #[sea_orm(column_type = "Text", nullable)]
    pub history_page: Option<String>,
    /// Why it stopped or waits, JSON by language; empty if it does neither.
    #[sea_orm(column_type = "Text")]
    pub failure: String,
    pub created_at: i64,
    pub finished_at: Option<i64>,
}

tenant_rows!();
