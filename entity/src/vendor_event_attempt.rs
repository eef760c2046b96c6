//! One try to send an event to one of the vendor's own webhooks.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "vendor_event_attempt")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub event_id: Uuid,
    /// From 1; goes on when the event is resent.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    pub at: i64,
    pub ms: i32,
    /// HTTP status of the answer; none if there was none.
    pub status: Option<i32>,
    /// Why it failed, in English; empty if it did not.
    #[sea_orm(column_type = "Text")]
    pub error: String,
}

tenant_rows!();
