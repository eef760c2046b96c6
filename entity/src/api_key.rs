//! A key of the public API. Keys of the nil tenant are the vendor's.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "api_key")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// `read`, `write` or `admin`.
    #[sea_orm(column_type = "Text")]
    pub scope: String,
    /// Hex SHA-256 of the whole key.
    #[sea_orm(column_type = "Text")]
    pub hash: String,
    /// The last four characters, to recognise it by.
    #[sea_orm(column_type = "Text")]
    pub tail: String,
    pub created_at: i64,
    pub expires_at: Option<i64>,
    pub revoked_at: Option<i64>,
    /// `member:{person}`, `cli`, or null: unknown, in rows from before this was stored.
    #[sea_orm(column_type = "Text", nullable)]
    pub made_by: Option<String>,
}

tenant_rows!();
