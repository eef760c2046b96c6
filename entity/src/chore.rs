//! Work that one process does for all: who does it now, and when it was last done to its end. All are the nil tenant's.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "chore")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub name: String,
    /// The process that holds it.
    pub owner: Uuid,
    /// By the database's clock; passed: nobody holds it.
    pub leased_until: i64,
    /// 0: never.
    pub done_at: i64,
}

tenant_rows!();
