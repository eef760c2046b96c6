//! The address of an account's own program that gets its alerts.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "alert_webhook")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub url: String,
    /// The secret that signs, encrypted.
    pub secret: Vec<u8>,
    /// JSON: the kinds that are not sent.
    #[sea_orm(column_type = "Text")]
    pub without: String,
    pub created_at: i64,
    /// Why the last call failed, in English; empty: it succeeded, or there was none.
    #[sea_orm(column_type = "Text")]
    pub trouble: String,
    /// When it began to fail.
    pub trouble_at: i64,
}

tenant_rows!();
