//! A login by which an account is connected (customers mode `password`). Rows of the nil tenant; `directory` (kind
//! `customer`) makes logins unique.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "customer")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub login: String,
    /// argon2id in PHC form.
    #[sea_orm(column_type = "Text")]
    pub password_hash: String,
    pub created_at: i64,
    pub disabled_at: Option<i64>,
}

tenant_rows!();
