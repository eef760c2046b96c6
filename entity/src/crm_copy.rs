//! A list that amoCRM keeps for an account, as it was last read: pages show it without waiting for amoCRM.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "crm_copy")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// `pipelines`, `templates`
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub name: String,
    /// JSON of the list; empty: it was never read.
    #[sea_orm(column_type = "Text")]
    pub body: String,
    /// When amoCRM gave it; 0: never.
    pub read_at: i64,
    /// When amoCRM was last asked on behalf of a page, with or without success.
    pub asked_at: i64,
}

tenant_rows!();
