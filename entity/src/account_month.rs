//! The most that an account had at one time in a month, noted while the month runs.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "account_month")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// Year and month, UTC: 202611.
    #[sea_orm(primary_key, auto_increment = false)]
    pub month: i32,
    /// The most sources.
    pub sources: i64,
    /// These sources by kind, as JSON.
    #[sea_orm(column_type = "Text")]
    pub kinds: String,
    /// The most stored bytes.
    pub stored_bytes: i64,
}

tenant_rows!();
