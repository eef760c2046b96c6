//! One entry of the queue. Deleted when it is settled.

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
    /// JSON with the data that the message's row does not have; for a message in parts, its progress.
    #[sea_orm(column_type = "Text")]
    pub payload: String,
    pub attempts: i32,
    /// Whether an earlier attempt arrived is unknown.
    pub unknown: bool,
    /// Sends after an outcome that could not be determined.
    pub resends: i32,
    /// A dead letter that was retried.
    pub late: bool,
    pub accepted_at: i64,
    pub expires_at: i64,
    /// Of the message's acceptance.
    pub day: i32,
}

tenant_rows!();
