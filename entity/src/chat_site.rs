//! When a page of a site last loaded a web chat.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "chat_site")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub source_id: Uuid,
    /// An origin that the source's settings allowed then.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub origin: String,
    /// Milliseconds since 1970; to the minute.
    pub seen_at: i64,
}

tenant_rows!();
