//! An install call of amoCRM, stored before it is answered. `tenant_id` is nil until the account is known.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "install_call")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub integration: String,
    #[sea_orm(column_type = "Text")]
    pub host: String,
    /// Encrypted authorization code, valid for 20 minutes.
    pub code: Vec<u8>,
    /// `new`, `done` or `failed`.
    #[sea_orm(column_type = "Text")]
    pub status: String,
    pub attempts: i32,
    pub next_at: i64,
    /// Error text for the vendor, without secrets.
    #[sea_orm(column_type = "Text")]
    pub error: String,
    pub received_at: i64,
    /// How likely it is genuine: see `parom::tenant::install::Trust`.
    pub trust: i16,
    /// The hashed address of the caller; empty if it does not matter.
    #[sea_orm(column_type = "Text")]
    pub network: String,
}

tenant_rows!();
