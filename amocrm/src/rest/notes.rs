//! The feed of a card: notes, files, and events about chats (crm-api §5.6, §8); and talks (crm-api §5.5).

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

/// A file attached to a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntityFile {
    /// The file's uuid on the files host.
    pub file_uuid: String,
    /// CRM id of the link.
    pub id: Option<i64>,
}

impl EntityFile {
    fn read(file: &Value) -> Option<Self> {
        Some(Self { file_uuid: lenient::text(file, "file_uuid")?, id: lenient::number(file, "id") })
    }
}

impl Rest {
    /// The files of a card.
    pub async fn files_of(&self, token: &SecretString, entity: Entity, id: i64) -> Result<Vec<EntityFile>, Error> {
        let id = id.to_string();
        let path = vec![entity.segment(), id.as_str(), "files"];
        let answer = self.call(token, Request::get("files_of", path, Vec::new())).await?;
        read::embedded(&answer, "files", EntityFile::read)
    }

    /// Attaches files to a card, by their uuids on the files host. Safe to repeat.
    pub async fn link_files(
        &self,
        token: &SecretString,
        entity: Entity,
        id: i64,
        file_uuids: &[&str],
    ) -> Result<(), Error> {
        self.change_files("link_files", token, Method::PUT, entity, id, file_uuids).await
    }

    /// Detaches files from a card; they stay on the files host.
    pub async fn unlink_files(
        &self,
        token: &SecretString,
        entity: Entity,
        id: i64,
        file_uuids: &[&str],
    ) -> Result<(), Error> {
        self.change_files("unlink_files", token, Method::DELETE, entity, id, file_uuids).await
    }

    async fn change_files(
        &self,
        call: &'static str,
        token: &SecretString,
        method: Method,
        entity: Entity,
        id: i64,
        file_uuids: &[&str],
    ) -> Result<(), Error> {
        let id = id.to_string();
        let items: Vec<Value> = file_uuids.iter().map(|uuid| json!({"file_uuid": uuid})).collect();
        let request = Request::with_body(call, method, vec![entity.segment(), &id, "files"], &items)?;
        self.call(token, request).await?.nothing_expected()
    }
}

/// Events per page: amoCRM's maximum.
const EVENTS_PAGE: u32 = 100;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Id.
    pub id: String,
    /// E.g. `incoming_chat_message`, `outgoing_chat_message`.
    pub kind: String,
    /// CRM id of the card it belongs to.
    pub entity_id: Option<i64>,
    /// `contact`, `lead` or `customer`: a talk's events belong to its lead or customer.
    pub entity_type: Option<String>,
    /// CRM id of the talk's contact.
    pub contact_id: Option<i64>,
    /// The message's id in the Chats API.
    pub message_id: Option<String>,
    /// CRM id of the acting user; 0 if there is none.
    pub created_by: Option<i64>,
    /// Unix seconds.
    pub created_at: Option<i64>,
}

/// Which events are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// Kinds, e.g. `incoming_chat_message`; empty: incoming and outgoing chat messages.
    pub kinds: Vec<String>,
    /// Of this contact only.
    pub contact_id: Option<i64>,
    /// Not older than this, Unix seconds.
    pub from: Option<i64>,
}

impl Event {
    fn read(event: &Value) -> Option<Self> {
        let after = lenient::list(event, "value_after");
        let message = after.into_iter().find_map(|value| lenient::present(value, "message"));
        let linked = lenient::number(event, "linked_talk_contact_id").or_else(|| {
            let embedded = event.get("_embedded")?;
            lenient::number(lenient::present(embedded, "entity")?, "linked_talk_contact_id")
        });
        Some(Self {
            id: lenient::text(event, "id")?,
            kind: lenient::text(event, "type").unwrap_or_default(),
            entity_id: lenient::number(event, "entity_id"),
            entity_type: lenient::text(event, "entity_type"),
            contact_id: linked,
            message_id: message.and_then(|message| lenient::text(message, "id")),
            created_by: lenient::number(event, "created_by"),
            created_at: lenient::number(event, "created_at"),
        })
    }
}

impl Rest {
    /// A page of up to 100 events, the newest first; `page` counts from 1.
    pub async fn events(&self, token: &SecretString, filter: &EventFilter, page: u32) -> Result<Page<Event>, Error> {
        const CALL: &str = "events";
        let usual = ["incoming_chat_message", "outgoing_chat_message"].map(str::to_owned);
        let kinds = if filter.kinds.is_empty() { &usual[..] } else { &filter.kinds };
        let mut query = numbered(page, EVENTS_PAGE);
        query.extend(kinds.iter().map(|kind| ("filter[type][]", kind.clone())));
        if let Some(contact_id) = filter.contact_id {
            query.extend([("filter[entity][]", "contact".to_owned()), ("filter[entity_id][]", contact_id.to_string())]);
        }
        query.extend(filter.from.map(|from| ("filter[created_at][from]", from.to_string())));
        let answer = self.call(token, Request::get(CALL, vec![CALL], query)).await?;
        Page::read(&answer, page, CALL, Event::read)
    }
}

// Talks: amoCRM's name for one conversation within a chat, from the first message until it is closed (crm-api §5.5).

/// Talks per page: amoCRM's maximum.
const TALKS_PAGE: u32 = 250;

/// A talk, in the form of the API or of hooks.
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

/// Which talks are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TalkFilter {
    /// These only.
    pub ids: Vec<i64>,
    /// Of this lead only.
    pub lead_id: Option<i64>,
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

impl Rest {
    /// One talk. `None` if it does not exist (404).
    pub async fn talk(&self, token: &SecretString, id: i64) -> Result<Option<Talk>, Error> {
        let id = id.to_string();
        read::found(self.call(token, Request::get("talk", vec!["talks", &id], Vec::new())).await, Talk::read)
    }

    /// A page of up to 250 talks; `page` counts from 1. Documented by Kommo only (since July 2026): elsewhere expect
    /// 404 or 405.
    pub async fn talks(&self, token: &SecretString, filter: &TalkFilter, page: u32) -> Result<Page<Talk>, Error> {
        const CALL: &str = "talks";
        let mut query = numbered(page, TALKS_PAGE);
        query.extend(filter.ids.iter().map(|id| ("filter[id][]", id.to_string())));
        if let Some(lead_id) = filter.lead_id {
            query.extend([("filter[entity_id]", lead_id.to_string()), ("filter[entity_type]", "lead".to_owned())]);
        }
        let answer = self.call(token, Request::get(CALL, vec![CALL], query)).await?;
        Page::read(&answer, page, CALL, Talk::read)
    }

    /// Closes a talk. Without `force` the bot that asks for a rating may start instead. False: it was closed or closing
    /// already (422). Closing takes some time: the hook `update_talk` reports the end.
    pub async fn close_talk(&self, token: &SecretString, id: i64, force: bool) -> Result<bool, Error> {
        let id = id.to_string();
        let body = json!({"force_close": force});
        let request = Request::with_body("close_talk", Method::POST, vec!["talks", &id, "close"], &body)?;
        match self.call(token, request).await {
            Err(Error::Refused { status: 422, .. }) => Ok(false),
            other => other?.nothing_expected().map(|()| true),
        }
    }
}
