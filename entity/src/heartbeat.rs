//! A process that accepts hooks, and its last heartbeat. Rows of the nil tenant.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "heartbeat")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// A new id for each start.
    #[sea_orm(primary_key, auto_increment = false)]
    pub instance: Uuid,
    /// Milliseconds since 1970 by the database's clock.
    pub beat_at: i64,
    /// It was stopped in order.
    pub ended: bool,
    /// Hooks in its spool.
    pub spooled: i64,
    /// Ids of the master keys that the process knows, separated by spaces, the encrypting one first. None: a process of
    /// an earlier version.
    #[sea_orm(column_type = "Text", nullable)]
    pub keys: Option<String>,
    /// The version of the process. None: a process of an earlier version.
    #[sea_orm(column_type = "Text", nullable)]
    pub version: Option<String>,
    /// What its calls of the last minutes came to, as JSON. None: a process of an earlier version.
    #[sea_orm(column_type = "Text", nullable)]
    pub calls: Option<String>,
}

tenant_rows!();
