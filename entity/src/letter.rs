//! One thing that must be delivered. Deleted when it is settled.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "letter")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub lane_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_key: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    pub id: Uuid,
    pub message_id: Uuid,
    pub source_id: Uuid,
    pub direction: i16,
    /// See `base::message::LetterKind`.
    pub kind: i16,
    /// JSON of what the message row does not hold; of a message in parts, how far it has come.
    #[sea_orm(column_type = "Text")]
    pub payload: String,
    pub attempts: i32,
    /// Whether an earlier try arrived is not known.
    pub unknown: bool,
    /// Sends after an outcome nobody could find out.
    pub resends: i32,
    /// A dead letter that was tried again.
    pub late: bool,
    pub accepted_at: i64,
    pub expires_at: i64,
    /// Of the message's acceptance.
    pub day: i32,
}

tenant_rows!();
