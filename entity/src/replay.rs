//! A bulk operation on dead letters, sending again or deleting: which letters, started by whom, and its progress.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "replay")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// `retry` or `drop`.
    #[sea_orm(column_type = "Text")]
    pub action: String,
    /// Only those of this source.
    pub source_id: Option<Uuid>,
    /// Only those with this reason; empty: all.
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    /// Only those that were accepted at this time or later.
    pub since: i64,
    /// `running`, `done`, `cancelled`.
    #[sea_orm(column_type = "Text")]
    pub state: String,
    /// Counted when it began.
    pub total: i64,
    pub done: i64,
    #[sea_orm(column_type = "Text")]
    pub started_by: String,
    /// Letters that were given up later are not part of it.
    pub created_at: i64,
    pub finished_at: Option<i64>,
}

tenant_rows!();
