//! What was accepted once is not accepted again. Outlives message bodies.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "dedupe")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// Channel or source, whose id space it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub origin: Uuid,
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub external_id: String,
    /// See `parom::intake::Event`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub event: i16,
    pub message_id: Uuid,
    /// Of the content that must be equal in a repeat.
    pub fingerprint: i64,
    pub day: i32,
}

tenant_rows!();
