//! A change of a source that a custom messenger has not been notified of yet: at most one per source, the last.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "source_notice")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub source_id: Uuid,
    /// `webhook-id`; a later change gets a new one.
    pub id: Uuid,
    /// The source was deleted; if false, it was changed.
    pub deleted: bool,
    /// Encrypted: the address and secrets of the messenger of a deleted source. Else empty.
    pub access: Vec<u8>,
    pub created_at: i64,
    /// Also when the claim of the current sender ends.
    pub next_try_at: i64,
    pub tries: i32,
    /// Whether an earlier attempt arrived is unknown.
    pub unknown: bool,
}

tenant_rows!();
