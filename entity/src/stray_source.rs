//! A source that amoCRM lists under our integration and that Parom does not know.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "stray_source")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub amocrm_source_id: i64,
    #[sea_orm(column_type = "Text")]
    pub external_id: String,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    pub pipeline_id: Option<i64>,
    pub is_default: bool,
    /// `own_default`: created by amoCRM itself, with the widget's code as external id; else `unknown`.
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    pub seen_at: i64,
}

tenant_rows!();
