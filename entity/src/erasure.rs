//! Proof that a customer's data was erased.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "erasure")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The request, shortened so that it identifies no one.
    #[sea_orm(column_type = "Text")]
    pub what: String,
    /// JSON: number of rows by table.
    #[sea_orm(column_type = "Text")]
    pub counts: String,
    #[sea_orm(column_type = "Text")]
    pub by: String,
    pub created_at: i64,
    /// JSON: the lines of a forgotten account whose webhooks could not be removed yet, and what became of them. None if
    /// all were removed.
    #[sea_orm(column_type = "Text", nullable)]
    pub lines: Option<String>,
}

tenant_rows!();
