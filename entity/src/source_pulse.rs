//! When a source usually has messages, learned from the ledger's counts, and how far these have been looked at.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "source_pulse")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub source_id: Uuid,
    /// The first day of the two counts, from 1970.
    pub day: i32,
    /// Messages from customers since that day.
    pub came: i64,
    /// Messages of both directions that were not delivered since that day.
    pub failed: i64,
    /// The hour that is being counted, from 1970.
    pub hour: i64,
    /// Its messages so far; -1: its beginning was missed, so nothing is learned from it.
    pub in_hour: i64,
    /// The first hour that was counted.
    pub since_hour: i64,
    /// When the last message was seen; 0: never.
    pub last_at: i64,
    /// JSON: what is known of each hour of the week.
    #[sea_orm(column_type = "Text")]
    pub week: String,
}

tenant_rows!();
