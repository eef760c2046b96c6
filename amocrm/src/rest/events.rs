//! Events about messages of chats (crm-api §5.6): those of every integration's channels, without their texts.

use std::ops::Range;

use secrecy::SecretString;
use serde_json::Value;

use super::read::{Page, numbered};
use super::{Request, Rest};
use crate::error::Error;
use crate::lenient;

/// Events per page: amoCRM's maximum.
const PAGE: u32 = 100;
const INCOMING: &str = "incoming_chat_message";
const OUTGOING: &str = "outgoing_chat_message";

/// A message of a chat, as the events of an account tell of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChatEvent {
    /// Id of the event.
    pub id: String,
    /// From the account to the customer, not the other way.
    pub is_outgoing: bool,
    /// Unix seconds.
    pub created_at: i64,
    /// CRM id of the contact; none if the event does not name it.
    pub contact_id: Option<i64>,
    /// Id of the message in the Chats API.
    pub message_id: Option<String>,
    /// CRM id of the talk.
    pub talk_id: Option<i64>,
    /// Kind of the channel, e.g. `waba`, `telegram`, or `amo.ext.` with a channel's number.
    pub origin: Option<String>,
}

impl ChatEvent {
    fn read(event: &Value) -> Option<Self> {
        let kind = lenient::text(event, "type").filter(|kind| kind == INCOMING || kind == OUTGOING)?;
        let entity = event.get("_embedded").and_then(|embedded| embedded.get("entity")).unwrap_or(&Value::Null);
        let is_contact = lenient::text(event, "entity_type").is_some_and(|kind| kind.starts_with("contact"));
        let own = lenient::number(event, "entity_id").filter(|_| is_contact);
        let linked = [entity, event].into_iter().find_map(|of| lenient::number(of, "linked_talk_contact_id"));
        let values = lenient::list(event, "value_after");
        let message = values.into_iter().find_map(|value| value.get("message")).unwrap_or(&Value::Null);
        Some(Self {
            id: lenient::text(event, "id")?,
            is_outgoing: kind == OUTGOING,
            created_at: lenient::number(event, "created_at")?,
            contact_id: linked.or(own),
            message_id: lenient::text(message, "id"),
            talk_id: lenient::number(message, "talk_id"),
            origin: lenient::text(message, "origin"),
        })
    }
}

impl Rest {
    /// A page of up to 100 events about messages of chats, of all integrations' channels; `within`: Unix seconds; `page`
    /// counts from 1.
    pub async fn chat_events(
        &self,
        token: &SecretString,
        within: Range<i64>,
        page: u32,
    ) -> Result<Page<ChatEvent>, Error> {
        const CALL: &str = "events";
        let mut query = vec![
            ("filter[type][]", INCOMING.to_owned()),
            ("filter[type][]", OUTGOING.to_owned()),
            ("filter[created_at][from]", within.start.to_string()),
            ("filter[created_at][to]", (within.end - 1).to_string()),
        ];
        query.extend(numbered(page, PAGE));
        Page::read(&self.call(token, Request::get(CALL, vec![CALL], query)).await?, page, CALL, ChatEvent::read)
    }
}
