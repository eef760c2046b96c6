//! All ids by which a conversation is known; several may lead to one conversation.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "conversation_alias")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// See `queue::accept_batch::Side`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub side: i16,
    /// The channel or source that defines the id space.
    #[sea_orm(primary_key, auto_increment = false)]
    pub origin: Uuid,
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub external_id: String,
    pub conversation_id: Uuid,
}

tenant_rows!();
