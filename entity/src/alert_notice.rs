//! A notice about alerts that is still to be sent, to one recipient on one channel.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "alert_notice")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// `email`, `chat`, `webhook`
    #[sea_orm(column_type = "Text")]
    pub channel: String,
    /// The nil id: the account's own program.
    pub person_id: Uuid,
    /// JSON of its texts. No message of a customer or manager is in it.
    #[sea_orm(column_type = "Text")]
    pub body: String,
    pub created_at: i64,
    /// Also the claim of the process that sends it.
    pub next_try_at: i64,
    pub tries: i32,
}

tenant_rows!();
