//! The picture in the header of a site's chat.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "chat_logo")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub source_id: Uuid,
    pub picture: Vec<u8>,
    /// Detected from the picture's first bytes.
    #[sea_orm(column_type = "Text")]
    pub mime_type: String,
    pub created_at: i64,
}

tenant_rows!();
