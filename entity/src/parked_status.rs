//! An event about a message that is not known yet: it waits for it.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "parked_status")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub source_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub external_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub payload: String,
    pub expires_at: i64,
    /// The kind of the letter that it becomes (`base::message::LetterKind`), with this payload: a status or a reaction,
    /// or the deletion of a message as an edit. [`NOTED`]: it becomes none.
    pub kind: i16,
}

/// The kind of a row that only notes something about the id, and waits for nothing.
pub const NOTED: i16 = 0;

tenant_rows!();
