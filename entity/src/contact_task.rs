//! A chat whose contact in amoCRM still has to be found, created, linked or renamed.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "contact_task")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub conversation_id: Uuid,
    /// Failed attempts.
    pub tries: i32,
    /// Creating a contact was started: it may exist even if no answer confirmed it.
    pub making: bool,
    /// An existing contact is linked even if the source leaves contacts to amoCRM, because an import requires it.
    pub linking: bool,
    /// The former title of a group whose contact still has it; else empty.
    #[sea_orm(column_type = "Text")]
    pub renamed_from: String,
    /// Also when the claim of the current worker ends.
    pub next_try_at: i64,
    pub created_at: i64,
}

tenant_rows!();
