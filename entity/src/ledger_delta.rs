//! Counts per source, direction and day of acceptance, incremented once per batch.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "ledger_delta")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub source_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub direction: i16,
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: i32,
    /// Each instance has its own rows, so that they do not wait for each other.
    #[sea_orm(primary_key, auto_increment = false)]
    pub instance: Uuid,
    pub accepted: i64,
    pub delivered: i64,
    pub failed: i64,
}

tenant_rows!();
