//! The bytes of a request as received, kept for 7 days.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "raw_hook")]
pub struct Model {
    /// Nil if the tenant could not be determined.
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The entrance that received it.
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    /// Scope or source, as in the path.
    #[sea_orm(column_type = "Text")]
    pub target: String,
    pub received_at: i64,
    /// JSON of the relevant headers, without secrets: `content-length` if the body is not stored.
    #[sea_orm(column_type = "Text")]
    pub headers: String,
    /// Empty if the call belongs to no account here.
    pub body: Vec<u8>,
    /// Why it was not processed; empty if it was.
    #[sea_orm(column_type = "Text")]
    pub quarantine: String,
}

tenant_rows!();
