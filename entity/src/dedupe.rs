//! The ids of accepted events, by which repeats are recognised. Kept longer than the texts of messages.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "dedupe")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The channel or source that defines the id space.
    #[sea_orm(primary_key, auto_increment = false)]
    pub origin: Uuid,
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub external_id: String,
    /// See `queue::accept_batch::EventKind`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub event: i16,
    pub message_id: Uuid,
    /// Hash over the content that must be equal in a repeat.
    pub fingerprint: i64,
    pub day: i32,
}

tenant_rows!();
