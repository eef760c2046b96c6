//! A skipped line of an import.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "import_skip")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub import_id: Uuid,
    /// Line number in the file, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub line: i64,
    /// Why, JSON by language.
    #[sea_orm(column_type = "Text")]
    pub reason: String,
}

tenant_rows!();
