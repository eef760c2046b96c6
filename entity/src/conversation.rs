//! One customer on one source, or one group chat.

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
    /// The messenger's id; empty while a conversation started by a manager has no dialogue.
    #[sea_orm(column_type = "Text")]
    pub external_id: String,
    /// amojo's id of the chat, empty until known.
    #[sea_orm(column_type = "Text")]
    pub amocrm_chat_id: String,
    /// JSON of the customer, see `base::message::Person`.
    #[sea_orm(column_type = "Text")]
    pub contact: String,
    pub created_at: i64,
    /// amojo's id of the customer in a chat started by a manager; else empty.
    #[sea_orm(column_type = "Text")]
    pub crm_person_id: String,
    /// amoCRM does not know our ids of this chat yet: the customer's first message has the ids of both sides.
    pub crm_unbound: bool,
    /// The digits of the phone number to which a manager wrote first, until the messenger has named the dialogue; else
    /// empty.
    #[sea_orm(column_type = "Text")]
    pub awaited: String,
    /// See `base::message::SharedDialogue`.
    pub shared: i16,
    /// The CRM contact to which the chat is linked; 0 if none is known.
    pub contact_id: i64,
    #[sea_orm(column_type = "Text")]
    pub contact_name: String,
    /// Why this contact, or why none: a word of `parom::contact::LinkReason`; empty if contacts were not searched yet.
    #[sea_orm(column_type = "Text")]
    pub contact_why: String,
    /// When amoCRM was last asked about the contact.
    pub contact_seen_at: i64,
    /// Where the customer came from: the payload of a link, or the campaign parameters of a page; empty if unknown.
    #[sea_orm(column_type = "Text")]
    pub visit: String,
    /// Since when the customer has blocked messages; 0 if they have not.
    pub shut_at: i64,
    /// When the messenger last reported whether they have.
    pub reach_at: i64,
    /// The messenger's current id, if it differs from `external_id`; else empty.
    #[sea_orm(column_type = "Text")]
    pub moved_to: String,
    /// When the customer last wrote or reacted; 0: never.
    pub heard_at: i64,
    /// Until when the messenger lets us write freely whatever the source's window is, e.g. after an advertisement; 0 if
    /// it has not reported this.
    pub free_until: i64,
    /// Of the customer's phone number, see `parom::contact::phone_hash`; empty if it is unknown.
    #[sea_orm(column_type = "Text")]
    pub phone_hash: String,
}

tenant_rows!();
