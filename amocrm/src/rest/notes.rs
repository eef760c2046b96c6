//! The notes of a lead (crm-api §5.6).

use reqwest::Method;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::read::{Page, fits, made_ids, numbered};
use super::{Request, Rest};
use crate::error::Error;
use crate::lenient;

/// Notes per page: amoCRM's maximum.
const PAGE: u32 = 250;

/// A message from a service to be written, e.g. "the number is disconnected".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The name of the service.
    pub service: String,
    /// Its text.
    pub text: String,
}

/// A note on a lead, as far as texts are concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
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
        json!({"note_type": "extended_service_message", "params": {"service": self.service, "text": self.text},
            "is_need_to_trigger_digital_pipeline": false, "request_id": place.to_string()})
    }
}

impl Rest {
    /// Adds 1 to [`WRITE_BATCH`](super::WRITE_BATCH) notes to a lead and returns their ids in the same order.
    /// **Not** idempotent. They start no bots.
    pub async fn add_notes(&self, token: &SecretString, lead_id: i64, notes: &[Note]) -> Result<Vec<i64>, Error> {
        const CALL: &str = "add_notes";
        fits(CALL, notes.len())?;
        let items: Vec<Value> = notes.iter().enumerate().map(|(place, note)| note.body(place)).collect();
        let id = lead_id.to_string();
        let request = Request::with_body(CALL, Method::POST, vec!["leads", &id, "notes"], &items)?;
        made_ids(&self.call(token, request).await?, "notes", notes.len())
    }

    /// A page of up to 250 notes of a lead; `page` counts from 1.
    pub async fn notes(&self, token: &SecretString, lead_id: i64, page: u32) -> Result<Page<WrittenNote>, Error> {
        const CALL: &str = "notes";
        let id = lead_id.to_string();
        let request = Request::get(CALL, vec!["leads", &id, CALL], numbered(page, PAGE));
        Page::read(&self.call(token, request).await?, page, CALL, WrittenNote::read)
    }
}
