//! A conversation whose origin still has to be written into its lead in amoCRM.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "origin_task")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub conversation_id: Uuid,
    /// Failed attempts in a row.
    pub tries: i32,
    /// Writing a note was started: it may exist even if no answer confirmed it.
    pub noting: bool,
    /// Also when the claim of the current worker ends.
    pub next_try_at: i64,
    pub created_at: i64,
}

tenant_rows!();
