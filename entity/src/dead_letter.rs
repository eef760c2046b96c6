//! A letter that is no longer tried automatically.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "dead_letter")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The letter's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub lane_id: Uuid,
    pub conversation_id: Uuid,
    pub source_id: Uuid,
    pub message_id: Uuid,
    pub target: Uuid,
    pub direction: i16,
    pub stream: i16,
    pub kind: i16,
    #[sea_orm(column_type = "Text")]
    pub payload: String,
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    #[sea_orm(column_type = "Text")]
    pub detail: String,
    pub attempts: i32,
    pub first_at: i64,
    pub last_at: i64,
    pub day: i32,
}

tenant_rows!();
