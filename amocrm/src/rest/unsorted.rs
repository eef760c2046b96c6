//! Incoming leads: created by an unknown chat, before a user accepts it (crm-api §5.3).

use std::collections::BTreeMap;

use reqwest::Method;
use secrecy::SecretString;
use serde_json::{Map, Value, json};

use super::read::{self, Page, numbered};
use super::request::{Query, path_id};
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

/// Filter for incoming leads. The default: all from chats.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnsortedFilter {
    /// These only.
    pub uids: Vec<String>,
    /// Of this pipeline only.
    pub pipeline_id: Option<i64>,
}

impl UnsortedFilter {
    pub(super) fn query(&self) -> Query {
        let mut query = vec![("filter[category][]", "chats".to_owned())];
        query.extend(self.uids.iter().map(|uid| ("filter[uid][]", uid.clone())));
        query.extend(self.pipeline_id.map(|id| ("filter[pipeline_id]", id.to_string())));
        query
    }
}

impl Unsorted {
    pub(crate) fn read(unsorted: &Value) -> Option<Self> {
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

/// The path of incoming leads, and the actions on one.
const HOME: [&str; 2] = ["leads", "unsorted"];

impl Rest {
    /// A page of up to 250 incoming leads from chats, the newest first; `page` counts from 1.
    pub async fn unsorted_chats(
        &self,
        token: &SecretString,
        filter: &UnsortedFilter,
        page: u32,
    ) -> Result<Page<Unsorted>, Error> {
        let mut query = filter.query();
        query.push(("order[created_at]", "desc".to_owned()));
        query.extend(numbered(page, PAGE));
        let answer = self.call(token, Request::get("unsorted_chats", HOME.to_vec(), query)).await?;
        Page::read(&answer, page, "unsorted", Unsorted::read)
    }

    /// One incoming lead. `None` if it does not exist: it may have been accepted or declined meanwhile.
    pub async fn unsorted(&self, token: &SecretString, uid: &str) -> Result<Option<Unsorted>, Error> {
        const CALL: &str = "unsorted";
        let path = vec!["leads", "unsorted", path_id(CALL, "uid", uid)?];
        read::found(self.call(token, Request::get(CALL, path, Vec::new())).await, Unsorted::read)
    }

    /// Accepts an incoming lead on behalf of a user (`None`: the token's) into a stage (`None`: the first) and returns
    /// it with the ids of the lead and contact that it became.
    pub async fn accept_unsorted(
        &self,
        token: &SecretString,
        uid: &str,
        user_id: Option<i64>,
        status_id: Option<i64>,
    ) -> Result<Unsorted, Error> {
        let body = wishes([("user_id", user_id), ("status_id", status_id)]);
        self.unsorted_act("accept_unsorted", token, Method::POST, uid, "accept", body).await
    }

    /// Declines an incoming lead on behalf of a user (`None`: the token's).
    pub async fn decline_unsorted(
        &self,
        token: &SecretString,
        uid: &str,
        user_id: Option<i64>,
    ) -> Result<Unsorted, Error> {
        let body = wishes([("user_id", user_id)]);
        self.unsorted_act("decline_unsorted", token, Method::DELETE, uid, "decline", body).await
    }

    /// Merges an incoming lead from a chat into an existing lead, and links its chat to one of that lead's contacts.
    pub async fn link_unsorted(
        &self,
        token: &SecretString,
        uid: &str,
        lead_id: i64,
        contact_id: Option<i64>,
        user_id: Option<i64>,
    ) -> Result<Unsorted, Error> {
        let mut link = json!({"entity_id": lead_id, "entity_type": "leads"});
        if let (Some(contact_id), Some(members)) = (contact_id, link.as_object_mut()) {
            members.insert("metadata".to_owned(), json!({"contact_id": contact_id}));
        }
        let mut body = wishes([("user_id", user_id)]);
        body.insert("link".to_owned(), link);
        self.unsorted_act("link_unsorted", token, Method::POST, uid, "link", body).await
    }

    async fn unsorted_act(
        &self,
        call: &'static str,
        token: &SecretString,
        method: Method,
        uid: &str,
        act: &str,
        body: Map<String, Value>,
    ) -> Result<Unsorted, Error> {
        let path = vec!["leads", "unsorted", path_id(call, "uid", uid)?, act];
        let answer = self.call(token, Request::with_body(call, method, path, &body)?).await?;
        read::one(&answer, "unsorted", Unsorted::read)
    }
}

/// The fields that have a value.
fn wishes<const COUNT: usize>(members: [(&str, Option<i64>); COUNT]) -> Map<String, Value> {
    members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.into()))).collect()
}

/// Counts of incoming leads; zero if amoCRM does not report them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnsortedSummary {
    /// All.
    pub total: i64,
    /// Accepted ones.
    pub accepted: i64,
    /// Declined ones.
    pub declined: i64,
    /// Waiting ones by category: `chats`, `forms`, `mail`, `sip`.
    pub categories: BTreeMap<String, i64>,
}

impl Rest {
    /// The counts of the account's incoming leads.
    pub async fn unsorted_summary(&self, token: &SecretString) -> Result<UnsortedSummary, Error> {
        let path = vec!["leads", "unsorted", "summary"];
        let answer = self.call(token, Request::get("unsorted_summary", path, Vec::new())).await?;
        let body = answer.object()?;
        let count = |key| lenient::number(&body, key).unwrap_or_default();
        let total = |category: &Value| lenient::number(category, "total").unwrap_or_default();
        let categories = body.get("categories").and_then(Value::as_object);
        Ok(UnsortedSummary {
            total: count("total"),
            accepted: count("accepted"),
            declined: count("declined"),
            categories: categories.into_iter().flatten().map(|(name, one)| (name.clone(), total(one))).collect(),
        })
    }
}
