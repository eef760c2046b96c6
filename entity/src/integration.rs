//! An integration of the vendor that is not in the configuration file. All rows are the nil tenant's.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "integration")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub name: String,
    /// Its `[[integration]]` as in the configuration file, sealed.
    pub body: Vec<u8>,
    /// What counts, whatever the body says.
    pub paused: bool,
    pub updated_at: i64,
    /// Kind and name of who changed it last, as in the audit log.
    #[sea_orm(column_type = "Text")]
    pub updated_by: String,
}

tenant_rows!();
