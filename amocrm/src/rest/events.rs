//! Events about chats (crm-api §5.6): sent and received messages, without their texts.

use secrecy::SecretString;
use serde_json::Value;

use super::page::{Page, numbered};
use super::{Request, Rest};
use crate::error::Error;
use crate::lenient;

/// Events per page: amoCRM's maximum.
const PAGE: u32 = 100;

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
        let mut query = numbered(page, PAGE);
        query.extend(kinds.iter().map(|kind| ("filter[type][]", kind.clone())));
        if let Some(contact_id) = filter.contact_id {
            query.extend([("filter[entity][]", "contact".to_owned()), ("filter[entity_id][]", contact_id.to_string())]);
        }
        query.extend(filter.from.map(|from| ("filter[created_at][from]", from.to_string())));
        let answer = self.call(token, Request::get(CALL, vec![CALL], query)).await?;
        Page::read(&answer, page, CALL, Event::read)
    }
}
