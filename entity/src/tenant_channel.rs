//! A Chats API channel connected for a tenant.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "tenant_channel")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub channel_id: Uuid,
    /// Opaque, as returned by `connect`; empty before the first connect.
    #[sea_orm(column_type = "Text")]
    pub scope_id: String,
    /// `connected`, `not_allowed`, `misconfigured` or `disconnected`.
    #[sea_orm(column_type = "Text")]
    pub status: String,
    /// amoCRM's text when it refused, for the panel.
    #[sea_orm(column_type = "Text")]
    pub detail: String,
    pub connected_at: i64,
    /// When amoCRM's answer last changed its status.
    pub checked_at: i64,
    /// When a refused connect is retried.
    pub next_try_at: Option<i64>,
    pub tries: i32,
    /// When it was last connected again because a hook of the obsolete version arrived.
    pub renewed_at: Option<i64>,
    /// How often in a row amoCRM lost the channel soon after it was connected.
    pub losses: i32,
}

tenant_rows!();
