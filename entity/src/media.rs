//! A file that a message carries, or a face: where it is, or where it shall be fetched from.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "media")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// An avatar's follows from its origin.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub source_id: Uuid,
    /// Nil: an upload that no message names yet.
    pub message_id: Uuid,
    pub direction: i16,
    pub kind: i16,
    pub state: i16,
    /// Sealed: it may carry secrets. Empty once it is not needed any more.
    pub origin: Vec<u8>,
    /// Fit to be shown and to be a file's name; empty: nobody gave one and nothing was fetched yet.
    #[sea_orm(column_type = "Text")]
    pub file_name: String,
    /// By the file's first bytes; empty while it is not here.
    #[sea_orm(column_type = "Text")]
    pub mime_type: String,
    /// Bytes.
    pub size: i64,
    /// Hex SHA-256.
    #[sea_orm(column_type = "Text")]
    pub checksum: String,
    /// Why it is not here, a word; empty: nothing went wrong.
    #[sea_orm(column_type = "Text")]
    pub failure: String,
    /// Fetches begun.
    pub tries: i32,
    /// Whose fetch counts, and the end of the stored file's name.
    pub epoch: i32,
    /// Somebody fetches; `next_try_at` is the end of the lease.
    pub leased: bool,
    /// None: nothing is to be done.
    pub next_try_at: Option<i64>,
    pub created_at: i64,
    pub kept_at: Option<i64>,
    /// The last day (since 1970) on which it is kept.
    pub day: i32,
}

tenant_rows!();
