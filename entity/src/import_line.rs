//! A message of an import that amoCRM does not have yet.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "import_line")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub import_id: Uuid,
    /// The messenger's id of the message.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub external_id: String,
    /// Line number in the file, from 1.
    pub line: i64,
    /// The messenger's id of the chat.
    #[sea_orm(column_type = "Text")]
    pub conversation_id: String,
    /// Milliseconds since 1970.
    pub sent_at: i64,
    /// Our id, generated before the message is queued: after a crash it shows whether the message was queued by this
    /// import or had been received before.
    pub message_id: Uuid,
    /// The message in the format of the public API, JSON.
    #[sea_orm(column_type = "Text")]
    pub text: String,
    /// It is in the queue.
    pub accepted: bool,
}

tenant_rows!();
