//! A chat whose contact has still to be found, made or linked.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "contact_task")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub conversation_id: Uuid,
    /// Tries that did not succeed.
    pub tries: i32,
    /// Making a contact was begun: it may be there though no answer said so.
    pub making: bool,
    /// An existing contact is linked though the source leaves contacts to amoCRM: an import wants it.
    pub linking: bool,
    /// Also the end of the claim of whoever works on it.
    pub next_try_at: i64,
    pub created_at: i64,
}

tenant_rows!();
