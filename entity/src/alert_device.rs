//! A browser that shows a person's alerts. Rows belong to the nil tenant.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "alert_device")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub person_id: Uuid,
    /// JSON of the browser's subscription, encrypted.
    pub subscription: Vec<u8>,
    /// SHA-256 of the subscription's address, in hex.
    #[sea_orm(column_type = "Text")]
    pub endpoint_hash: String,
    /// The browser, as it calls itself.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    pub created_at: i64,
}

tenant_rows!();
