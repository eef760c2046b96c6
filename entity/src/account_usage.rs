//! Bytes that an account stored on one day, counted when they were stored.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "account_usage")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// Since 1970, UTC.
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: i32,
    /// Bytes of messages.
    pub messages: i64,
    /// Bytes of raw hooks and calls.
    pub hooks: i64,
}

tenant_rows!();
