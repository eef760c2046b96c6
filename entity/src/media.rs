//! A file of a message or an avatar: where it is stored, or from where it will be fetched.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "media")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// An avatar's id is derived from its origin.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub source_id: Uuid,
    /// Nil: an upload that no message refers to yet.
    pub message_id: Uuid,
    pub direction: i16,
    pub kind: i16,
    pub state: i16,
    /// Encrypted, because it may contain secrets. Empty once it is no longer needed.
    pub origin: Vec<u8>,
    /// Safe to display and as a file name; empty if no name was given and nothing was fetched yet.
    #[sea_orm(column_type = "Text")]
    pub file_name: String,
    /// Detected from the file's first bytes; empty while the file is not stored.
    #[sea_orm(column_type = "Text")]
    pub mime_type: String,
    /// Bytes.
    pub size: i64,
    /// Hex SHA-256.
    #[sea_orm(column_type = "Text")]
    pub checksum: String,
    /// Why it is not stored, as a word; empty if nothing failed.
    #[sea_orm(column_type = "Text")]
    pub failure: String,
    /// Attempts to fetch it.
    pub tries: i32,
    /// The fetch that currently holds the claim; also the suffix of the stored file's name.
    pub epoch: i32,
    /// It is being fetched; `next_try_at` is when the lease ends.
    pub leased: bool,
    /// None if nothing is to be done.
    pub next_try_at: Option<i64>,
    pub created_at: i64,
    pub kept_at: Option<i64>,
    /// The last day (since 1970) on which it is kept.
    pub day: i32,
}

tenant_rows!();
