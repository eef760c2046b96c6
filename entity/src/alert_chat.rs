//! The chat to which the vendor's bot sends a person's alerts, or the code that will link one. Rows belong to the nil
//! tenant.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "alert_chat")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: Uuid,
    /// The account in which the person asked for it; its audit log has the link.
    pub asked_in_id: Uuid,
    /// 0: none is linked.
    pub chat_id: i64,
    /// The chat's name, as its owner wrote it.
    #[sea_orm(column_type = "Text")]
    pub title: String,
    /// The bot's name, without the @.
    #[sea_orm(column_type = "Text")]
    pub bot: String,
    /// SHA-256 of the code that links a chat, in hex; empty: none waits.
    #[sea_orm(column_type = "Text")]
    pub code: String,
    pub code_until: i64,
    pub linked_at: i64,
    /// Why nothing is sent there any more, as a key of texts; empty: all is well.
    #[sea_orm(column_type = "Text")]
    pub trouble: String,
}

tenant_rows!();
