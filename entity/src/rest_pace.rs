//! The rate at which all processes together call an account's REST API. Rows of the nil tenant: all integrations of the
//! vendor share amoCRM's limit for an account.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "rest_pace")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// Its host.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub account: String,
    /// When the last granted call is paid for: milliseconds since 1970 by the database's clock.
    pub next_at: i64,
}

tenant_rows!();
