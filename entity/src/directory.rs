//! Maps ids that arrive without a tenant to their tenant. Apart from the scan of `turn` and retention, the only table
//! read without one.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "directory")]
pub struct Model {
    /// See `base::store::directory::IdKind`.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub kind: String,
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub key: String,
    pub tenant_id: Uuid,
    pub id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub note: String,
    pub expires_at: Option<i64>,
}

without_relations!();
