//! One customer over one source, or one group chat.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "conversation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub source_id: Uuid,
    /// The messenger's id; empty until a conversation that a manager began is answered.
    #[sea_orm(column_type = "Text")]
    pub external_id: String,
    /// amojo's id of the chat, empty until known.
    #[sea_orm(column_type = "Text")]
    pub amocrm_chat_id: String,
    /// JSON of the customer, see `base::message::Person`.
    #[sea_orm(column_type = "Text")]
    pub contact: String,
    pub created_at: i64,
    /// amojo's id of the customer in a chat that a manager began; else empty.
    #[sea_orm(column_type = "Text")]
    pub crm_person_id: String,
    /// amoCRM does not know our ids of this chat yet: the customer's first message carries both sides'.
    pub crm_unbound: bool,
    /// The digits of the phone by which a manager began it, until the messenger has named it; else empty.
    #[sea_orm(column_type = "Text")]
    pub awaited: String,
    /// See `base::message::SharedDialogue`.
    pub shared: i16,
    /// The CRM's contact on which the chat hangs; 0: none is known.
    pub contact_id: i64,
    #[sea_orm(column_type = "Text")]
    pub contact_name: String,
    /// Why this contact, or why none: a word of `parom::contact::Why`; empty: nobody has asked yet.
    #[sea_orm(column_type = "Text")]
    pub contact_why: String,
    /// When amoCRM was last asked about the contact.
    pub contact_seen_at: i64,
    /// What brought the customer here: the payload of a link, the marks of a page; empty: nothing is known.
    #[sea_orm(column_type = "Text")]
    pub visit: String,
    /// Since when the customer does not let us write; 0: they do.
    pub shut_at: i64,
    /// When the messenger last told whether they do.
    pub reach_at: i64,
    /// The messenger's id now, where it is another one than `external_id`; else empty.
    #[sea_orm(column_type = "Text")]
    pub moved_to: String,
    /// When the customer last wrote or reacted; 0: never.
    pub heard_at: i64,
    /// Until when the messenger lets us write freely whatever the source's window says, e.g. after an advertisement;
    /// 0: it has not said so.
    pub free_until: i64,
}

tenant_rows!();
