//! The e-mail address at which a visitor of a site's chat gets answers that they have not read, and when the next
//! letter is due.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "chat_email")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub conversation_id: Uuid,
    pub source_id: Uuid,
    /// In the links of all its letters; a new request gets a new one, which ends the earlier links.
    pub link_id: Uuid,
    /// The address, encrypted; empty: the visitor has ended the letters.
    pub address: Vec<u8>,
    /// The visitor's language, as its code.
    #[sea_orm(column_type = "Text")]
    pub language: String,
    pub asked_at: i64,
    /// When its reader confirmed it; 0: not yet, no answers are sent.
    pub confirmed_at: i64,
    /// Answers up to this position were seen or sent.
    pub after_position: i64,
    /// When a manager last answered.
    pub answered_at: i64,
    /// When the last letter was sent; 0: none.
    pub mailed_at: i64,
    /// When the row is worked on next, also the claim of the process that does it.
    pub next_at: Option<i64>,
    /// Failed attempts to send the current letter.
    pub tries: i32,
}

tenant_rows!();
