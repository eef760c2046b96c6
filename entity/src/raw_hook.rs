//! The bytes that somebody sent, as they came, 7 days.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "raw_hook")]
pub struct Model {
    /// Nil when nobody could be told.
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Which door.
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    /// Scope or source as it stood in the path.
    #[sea_orm(column_type = "Text")]
    pub target: String,
    pub received_at: i64,
    /// JSON of the headers worth keeping, no secrets.
    #[sea_orm(column_type = "Text")]
    pub headers: String,
    pub body: Vec<u8>,
    /// Why it was not worked on; empty: it was.
    #[sea_orm(column_type = "Text")]
    pub quarantine: String,
}

tenant_rows!();
