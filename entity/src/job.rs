//! Work that must be done even if the process ends first.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "job")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub kind: String,
    /// What the work is about; unique in its kind.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub key: String,
    /// JSON that the kind defines, without secrets.
    #[sea_orm(column_type = "Text")]
    pub payload: String,
    /// Encrypted: what the work needs and no other row has. Erased when the work is done or given up.
    pub sealed: Option<Vec<u8>>,
    /// Failed attempts.
    pub tries: i32,
    /// Also when the claim of the current worker ends. None: it was given up.
    pub next_try_at: Option<i64>,
    pub created_at: i64,
}

tenant_rows!();
