//! Work that one process does for all: its current owner, and when it was last completed. Rows of the nil tenant.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "chore")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub name: String,
    /// The process that has claimed it.
    pub owner: Uuid,
    /// By the database's clock; once it has passed, the work is unclaimed.
    pub leased_until: i64,
    /// 0: never.
    pub done_at: i64,
}

tenant_rows!();
