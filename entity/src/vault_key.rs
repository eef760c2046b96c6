//! Master keys besides those of the key file: one that is being added, and replaced ones. All rows are the nil
//! tenant's.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "vault_key")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The key's id, in hex; reveals nothing of the key.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub id: String,
    /// The replaced key, encrypted. Empty: this key is to become the first of the key file.
    pub sealed: Vec<u8>,
    pub noted_at: i64,
}

tenant_rows!();
