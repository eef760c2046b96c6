//! An event for one of the vendor's own webhooks. It belongs to the vendor (the nil tenant), so that it outlives the
//! account.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "vendor_event")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// `webhook-id`: the same in every attempt.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The account that it is about.
    pub about_id: Uuid,
    /// Name of the webhook in the configuration.
    #[sea_orm(column_type = "Text")]
    pub webhook: String,
    /// `type` in the body.
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    /// What is sent: the account as it was when it happened. No message of a customer or manager is in it.
    #[sea_orm(column_type = "Text")]
    pub body: String,
    /// `waiting`, `delivered`, `failed`
    #[sea_orm(column_type = "Text")]
    pub state: String,
    pub created_at: i64,
    /// Its place among the events of its account; a resent one is the last.
    pub queued_at: i64,
    /// Also the claim of the process that sends it; none once it is settled.
    pub next_try_at: Option<i64>,
    pub tries: i32,
}

tenant_rows!();
