//! The audit log: who did what. Rows are only added.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub at: i64,
    /// `member`, `operator`, `crm_user`, `key`, `cli` or `parom`.
    #[sea_orm(column_type = "Text")]
    pub actor_kind: String,
    #[sea_orm(column_type = "Text")]
    pub actor_id: String,
    #[sea_orm(column_type = "Text")]
    pub actor_name: String,
    /// `source.created` and the like.
    #[sea_orm(column_type = "Text")]
    pub action: String,
    /// Id or name of the object.
    #[sea_orm(column_type = "Text")]
    pub object: String,
    /// JSON, without secrets and texts.
    #[sea_orm(column_type = "Text")]
    pub detail: String,
    /// IP address, if there was one.
    #[sea_orm(column_type = "Text")]
    pub address: String,
    /// `done` or `refused`.
    #[sea_orm(column_type = "Text")]
    pub outcome: String,
}

tenant_rows!();
