//! A message in a hook of the CRM (crm-api §7.4), for information only: delivery uses the Chats API.

use serde_json::Value;

use crate::lenient;

/// A message of any channel, also of other integrations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HookCrmMessage {
    /// Its id.
    pub id: String,
    /// Its chat's id in the Chats API.
    pub chat_id: Option<String>,
    /// CRM id of its talk.
    pub talk_id: Option<i64>,
    /// CRM id of the contact.
    pub contact_id: Option<i64>,
    /// CRM id of the card it belongs to.
    pub entity_id: Option<i64>,
    /// `lead`, `customer`, `contact`, …
    pub entity_type: Option<String>,
    /// `incoming` or `outgoing`.
    pub kind: Option<String>,
    /// Its text, may be empty.
    pub text: String,
    /// Its author.
    pub author: HookAuthor,
    /// A file.
    pub attachment: Option<HookAttachment>,
    /// Code of the channel, e.g. `telegram`.
    pub origin: Option<String>,
    /// Unix seconds.
    pub created_at: Option<i64>,
}

/// The author of a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HookAuthor {
    /// Id in the Chats API.
    pub id: Option<String>,
    /// `external`: the customer.
    pub kind: Option<String>,
    /// Name.
    pub name: Option<String>,
    /// Picture.
    pub avatar_url: Option<String>,
}

/// A file of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookAttachment {
    /// `picture`, `voice`, …
    pub kind: Option<String>,
    /// Its address.
    pub link: String,
    /// Its name.
    pub file_name: Option<String>,
}

impl HookCrmMessage {
    pub(super) fn read(message: &Value) -> Option<Self> {
        let number = |key| lenient::number(message, key);
        let author = message.get("author").unwrap_or(&Value::Null);
        Some(Self {
            id: lenient::text(message, "id")?,
            chat_id: lenient::text(message, "chat_id"),
            talk_id: number("talk_id"),
            contact_id: number("contact_id"),
            entity_id: number("entity_id").or_else(|| number("element_id")),
            entity_type: lenient::text(message, "entity_type"),
            kind: lenient::text(message, "type"),
            text: lenient::text(message, "text").unwrap_or_default(),
            author: HookAuthor {
                id: lenient::text(author, "id"),
                kind: lenient::text(author, "type"),
                name: lenient::text(author, "name"),
                avatar_url: lenient::text(author, "avatar_url"),
            },
            attachment: lenient::present(message, "attachment").and_then(HookAttachment::read),
            origin: lenient::text(message, "origin"),
            created_at: number("created_at"),
        })
    }
}

impl HookAttachment {
    fn read(attachment: &Value) -> Option<Self> {
        Some(Self {
            kind: lenient::text(attachment, "type"),
            link: lenient::text(attachment, "link")?,
            file_name: lenient::text(attachment, "file_name"),
        })
    }
}
