//! What a developer's messenger has still to be told of its source: at most one thing, the last.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "source_notice")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub source_id: Uuid,
    /// `webhook-id`; a later change makes a new one.
    pub id: Uuid,
    /// The source is gone; else it was changed.
    pub deleted: bool,
    /// Sealed: by what a source that is gone reached its messenger. Else empty.
    pub access: Vec<u8>,
    pub created_at: i64,
    /// Also the end of the claim of whoever tells it.
    pub next_try_at: i64,
    pub tries: i32,
    /// Whether an earlier try arrived is not known.
    pub unknown: bool,
}

tenant_rows!();
