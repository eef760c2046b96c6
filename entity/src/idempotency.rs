//! First responses to requests with an `Idempotency-Key`, kept for 24 hours.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency")]
pub struct Model {
    /// Of the key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub key_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub route: String,
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub key: String,
    #[sea_orm(column_type = "Text")]
    pub body_hash: String,
    /// 0: still running.
    pub status: i32,
    #[sea_orm(column_type = "Text")]
    pub answer: String,
    pub created_at: i64,
}

tenant_rows!();
