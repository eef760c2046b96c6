//! Incoming leads: created by an unknown chat, before a user accepts it (crm-api §5.3).

use secrecy::SecretString;
use serde_json::Value;

use super::read::{self, Page, numbered};
use super::{Request, Rest};
use crate::error::Error;
use crate::lenient;

/// An incoming lead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unsorted {
    /// Its id; there is no numeric one.
    pub uid: String,
    /// `chats`, `forms`, `mail` or `sip`.
    pub category: String,
    /// Its pipeline.
    pub pipeline_id: Option<i64>,
    /// Id of the source within the category.
    pub source_uid: Option<String>,
    /// Name of the source.
    pub source_name: Option<String>,
    /// Unix seconds.
    pub created_at: Option<i64>,
    /// The chat, if it came from one.
    pub chat: Option<UnsortedChat>,
    /// CRM ids of its contacts; drafts until it is accepted.
    pub contacts: Vec<i64>,
    /// CRM ids of its leads; drafts until it is accepted.
    pub leads: Vec<i64>,
}

/// The chat of an incoming lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnsortedChat {
    /// Id in the Chats API.
    pub chat_id: Option<String>,
    /// Code of the channel, e.g. `amo.ext.30490163`.
    pub service: Option<String>,
    /// When the message came, Unix seconds.
    pub received_at: Option<i64>,
    /// Name of the customer.
    pub client_name: Option<String>,
    /// The newest message.
    pub last_message_text: Option<String>,
}

impl Unsorted {
    fn read(unsorted: &Value) -> Option<Self> {
        let metadata = unsorted.get("metadata").unwrap_or(&Value::Null);
        let category = lenient::text(unsorted, "category").unwrap_or_default();
        Some(Self {
            uid: lenient::text(unsorted, "uid")?,
            chat: (category == "chats").then(|| UnsortedChat::read(metadata)),
            category,
            pipeline_id: lenient::number(unsorted, "pipeline_id"),
            source_uid: lenient::text(unsorted, "source_uid"),
            source_name: lenient::text(unsorted, "source_name"),
            created_at: lenient::number(unsorted, "created_at"),
            contacts: read::embedded_ids(unsorted, "contacts"),
            leads: read::embedded_ids(unsorted, "leads"),
        })
    }
}

impl UnsortedChat {
    fn read(metadata: &Value) -> Self {
        let inside = |part, key| metadata.get(part).and_then(|part| lenient::text(part, key));
        Self {
            chat_id: inside("origin", "chat_id"),
            service: lenient::text(metadata, "service"),
            received_at: lenient::number(metadata, "received_at"),
            client_name: inside("client", "name"),
            last_message_text: lenient::text(metadata, "last_message_text"),
        }
    }
}

/// Incoming leads per page: amoCRM's maximum.
const PAGE: u32 = 250;

impl Rest {
    /// A page of up to 250 incoming leads from chats, the newest first; `page` counts from 1.
    pub async fn unsorted_chats(&self, token: &SecretString, page: u32) -> Result<Page<Unsorted>, Error> {
        const CALL: &str = "unsorted_chats";
        let mut query = vec![("filter[category][]", "chats".to_owned()), ("order[created_at]", "desc".to_owned())];
        query.extend(numbered(page, PAGE));
        let answer = self.call(token, Request::get(CALL, vec!["leads", "unsorted"], query)).await?;
        Page::read(&answer, page, "unsorted", Unsorted::read)
    }
}
