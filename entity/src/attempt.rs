//! One attempt to deliver a letter.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "attempt")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub message_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub letter_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    pub kind: i16,
    pub direction: i16,
    pub at: i64,
    pub ms: i32,
    #[sea_orm(column_type = "Text")]
    pub verdict: String,
    /// HTTP status; 0: none.
    pub status: i32,
    /// At most 4 KiB, redacted.
    #[sea_orm(column_type = "Text")]
    pub answer: String,
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    /// For a webhook: its own id, and its source.
    pub id: Option<Uuid>,
    pub source_id: Option<Uuid>,
    /// The webhook's type; empty if it is not a webhook.
    #[sea_orm(column_type = "Text")]
    pub event: String,
    /// From the message's acceptance to the end of this attempt, milliseconds, if by it the other side accepted the
    /// message; else 0.
    pub took: i64,
    /// What was sent, masked, at most 4 KiB; none if it succeeded or sent nothing.
    #[sea_orm(column_type = "Text", nullable)]
    pub request: Option<String>,
}

tenant_rows!();
