//! The key by which push services recognise this server. One row, of the nil tenant.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "push_key")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// A secret key on P-256, encrypted.
    pub secret: Vec<u8>,
    pub created_at: i64,
}

tenant_rows!();
