//! A message that was found in amoCRM's history because its hook never arrived.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "found_message")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub message_id: Uuid,
    /// When it was found.
    pub at: i64,
    /// It was too old to be sent automatically.
    pub held: bool,
}

tenant_rows!();
