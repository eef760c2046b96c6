//! The notes of a card (crm-api §5.6), and talks (crm-api §5.5).

use reqwest::Method;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::read::{self, Page, fits, made_ids, numbered};
use super::{Request, Rest};
use crate::error::Error;
use crate::lenient;

/// Notes per page: amoCRM's maximum.
const PAGE: u32 = 250;

/// Entities with a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entity {
    /// A lead.
    Lead,
    /// A contact.
    Contact,
    /// A company.
    Company,
    /// A customer (amoCRM only).
    Customer,
}

impl Entity {
    pub(super) fn segment(self) -> &'static str {
        match self {
            Entity::Lead => "leads",
            Entity::Contact => "contacts",
            Entity::Company => "companies",
            Entity::Customer => "customers",
        }
    }
}

/// A note to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// Shown as if a user wrote it.
    Common {
        /// Its text.
        text: String,
    },
    /// A message from a service, e.g. "the number is disconnected".
    Service {
        /// The name of the service.
        service: String,
        /// Its text.
        text: String,
    },
    /// A file that exists on the files host, see [`Drive`](super::Drive).
    Attachment {
        /// Its uuid.
        file_uuid: String,
        /// Its name.
        file_name: String,
    },
}

/// A note on a card, as far as texts are concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenNote {
    /// CRM id.
    pub id: i64,
    /// `common`, `extended_service_message`, ….
    pub kind: String,
    /// Its text; none for kinds without one.
    pub text: Option<String>,
}

impl WrittenNote {
    fn read(note: &Value) -> Option<Self> {
        Some(Self {
            id: lenient::number(note, "id")?,
            kind: lenient::text(note, "note_type").unwrap_or_default(),
            text: note.get("params").and_then(|params| lenient::text(params, "text")),
        })
    }
}

impl Note {
    /// Notes of an integration start no bots, because two bots that answer each other would never stop.
    fn body(&self, place: usize) -> Value {
        let (kind, params) = match self {
            Note::Common { text } => ("common", json!({"text": text})),
            Note::Service { service, text } => ("extended_service_message", json!({"service": service, "text": text})),
            Note::Attachment { file_uuid, file_name } => {
                ("attachment", json!({"file_uuid": file_uuid, "file_name": file_name}))
            }
        };
        json!({"note_type": kind, "params": params, "is_need_to_trigger_digital_pipeline": false,
            "request_id": place.to_string()})
    }
}

impl Rest {
    /// Adds 1 to [`WRITE_BATCH`](super::WRITE_BATCH) notes to a card and returns their ids in the same order.
    /// **Not** idempotent. They start no bots.
    pub async fn add_notes(
        &self,
        token: &SecretString,
        entity: Entity,
        id: i64,
        notes: &[Note],
    ) -> Result<Vec<i64>, Error> {
        const CALL: &str = "add_notes";
        fits(CALL, notes.len())?;
        let items: Vec<Value> = notes.iter().enumerate().map(|(place, note)| note.body(place)).collect();
        let id = id.to_string();
        let request = Request::with_body(CALL, Method::POST, vec![entity.segment(), &id, "notes"], &items)?;
        made_ids(&self.call(token, request).await?, "notes", notes.len())
    }

    /// A page of up to 250 notes of a card; `page` counts from 1.
    pub async fn notes(
        &self,
        token: &SecretString,
        entity: Entity,
        id: i64,
        page: u32,
    ) -> Result<Page<WrittenNote>, Error> {
        const CALL: &str = "notes";
        let id = id.to_string();
        let request = Request::get(CALL, vec![entity.segment(), &id, CALL], numbered(page, PAGE));
        Page::read(&self.call(token, request).await?, page, CALL, WrittenNote::read)
    }
}

// Talks: amoCRM's name for one conversation within a chat, from the first message until it is closed (crm-api §5.5).

/// A talk, in the form of hooks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Talk {
    /// CRM id.
    pub id: i64,
    /// Id of its chat in the Chats API.
    pub chat_id: Option<String>,
    /// CRM id of the contact.
    pub contact_id: Option<i64>,
    /// CRM id of the lead or customer that it belongs to.
    pub entity_id: Option<i64>,
    /// `lead` or `customer`.
    pub entity_type: Option<String>,
    /// Being worked on; false: closed.
    pub is_in_work: bool,
    /// A user has seen the newest message.
    pub is_read: bool,
    /// Code of the channel, e.g. `amo.ext.30490163`.
    pub origin: Option<String>,
    /// The customer's rating; 0 if none yet.
    pub rate: Option<i64>,
    /// Unix seconds.
    pub created_at: Option<i64>,
    /// Unix seconds.
    pub updated_at: Option<i64>,
    /// Since when it has been waiting too long, Unix seconds.
    pub missed_at: Option<i64>,
}

impl Talk {
    pub(crate) fn read(talk: &Value) -> Option<Self> {
        let number = |key| lenient::number(talk, key);
        Some(Self {
            id: number("talk_id").or_else(|| number("id"))?,
            chat_id: lenient::text(talk, "chat_id"),
            contact_id: number("contact_id"),
            entity_id: number("entity_id"),
            entity_type: lenient::text(talk, "entity_type"),
            is_in_work: lenient::flag(talk, "is_in_work").unwrap_or(false),
            is_read: lenient::flag(talk, "is_read").unwrap_or(false),
            origin: lenient::text(talk, "origin"),
            rate: number("rate"),
            created_at: number("created_at"),
            updated_at: number("updated_at"),
            missed_at: number("missed_at"),
        })
    }
}
