//! A history import: what was asked, how far it is, and when something is to be done about it next.

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
    /// The channel whose rate it shares: one import a channel runs at a time.
    pub target: Uuid,
    /// See `parom::import::ImportState`.
    pub state: i16,
    /// Only counted so far.
    pub dry_run: bool,
    /// The newest message of each chat notifies; else all are silent.
    pub newest_loud: bool,
    /// Its new chats are hung on contacts that are there, whatever the source does.
    pub link_contacts: bool,
    /// What the file was called; may be empty.
    #[sea_orm(column_type = "Text")]
    pub file_name: String,
    /// Messages in the file.
    pub total: i64,
    /// Bytes of the file received so far.
    pub bytes: i64,
    pub chats: i64,
    pub leads_expected: i64,
    /// Messages that amoCRM has by now, those it had before among them.
    pub done: i64,
    /// Messages that had come before.
    pub duplicates: i64,
    /// Lines without effect.
    pub skipped: i64,
    /// Thousandths of a message that may be handed over now.
    pub tokens: i64,
    pub refilled_at: i64,
    /// Live messages wait: it stands back.
    pub gives_way: bool,
    /// Counts whoever took it: what an earlier holder writes is void.
    pub epoch: i64,
    /// Also the end of the hold of whoever works on it; none: nothing is to be done.
    pub next_at: Option<i64>,
    /// Its messages come from the messenger itself, those since this time; none: from a file.
    pub history_since: Option<i64>,
    /// The page to ask the messenger for next, empty for the first one; none: nothing is left to ask for.
    #[sea_orm(column_type = "Text", nullable)]
    pub history_page: Option<String>,
    /// Why it stopped, or why it waits, JSON by language; empty: it does neither.
    #[sea_orm(column_type = "Text")]
    pub failure: String,
    pub created_at: i64,
    pub finished_at: Option<i64>,
}

tenant_rows!();
