//! An account's subscription to the CRM's hooks.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "crm_subscription")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// Encrypted: the address, which only amoCRM and we know. None if there was none yet.
    pub destination: Option<Vec<u8>>,
    /// `on`, `off` or `refused`.
    #[sea_orm(column_type = "Text")]
    pub state: String,
    /// amoCRM's text when it refused.
    #[sea_orm(column_type = "Text")]
    pub detail: String,
    /// When amoCRM last reported the state.
    pub checked_at: i64,
    /// Checks in a row without an outcome.
    pub tries: i32,
}

tenant_rows!();
