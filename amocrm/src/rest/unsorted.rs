//! Incoming leads: created by an unknown chat, before a user accepts it (crm-api §5.3).

use reqwest::Method;
use secrecy::SecretString;
use serde_json::{Map, Value, json};

use super::read::{Page, embedded_ids, numbered};
use super::request::path_id;
use super::{Request, Rest};
use crate::error::Error;
use crate::lenient;

/// An incoming lead from a chat.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unsorted {
    /// Its id; there is no numeric one.
    pub uid: String,
    /// Id of its chat in the Chats API.
    pub chat_id: Option<String>,
    /// The lead that it becomes when it is accepted.
    pub lead_id: Option<i64>,
}

impl Unsorted {
    fn read(unsorted: &Value) -> Option<Self> {
        let origin = unsorted.get("metadata").and_then(|metadata| metadata.get("origin"));
        Some(Self {
            uid: lenient::text(unsorted, "uid")?,
            chat_id: origin.and_then(|origin| lenient::text(origin, "chat_id")),
            lead_id: embedded_ids(unsorted, "leads").first().copied(),
        })
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

    /// Accepts an incoming lead in the name of a user, into a stage of its pipeline; by default the token's user, and the
    /// first stage. 404: it was accepted or declined before.
    pub async fn accept_unsorted(
        &self,
        token: &SecretString,
        uid: &str,
        user_id: Option<i64>,
        status_id: Option<i64>,
    ) -> Result<(), Error> {
        const CALL: &str = "accept_unsorted";
        let uid = path_id(CALL, "the incoming lead's uid", uid)?;
        let given = [("user_id", user_id), ("status_id", status_id)].into_iter();
        let body: Map<String, Value> = given.filter_map(|(key, value)| Some((key.to_owned(), json!(value?)))).collect();
        let request = Request::with_body(CALL, Method::POST, vec!["leads", "unsorted", uid, "accept"], &body)?;
        self.call(token, request).await?.object().map(|_| ())
    }

    /// Gives the chat of an incoming lead to an existing lead; the incoming one is gone then. 404: it was accepted or
    /// declined before.
    pub async fn link_unsorted(&self, token: &SecretString, uid: &str, lead_id: i64) -> Result<(), Error> {
        const CALL: &str = "link_unsorted";
        let uid = path_id(CALL, "the incoming lead's uid", uid)?;
        let body = json!({"link": {"entity_id": lead_id, "entity_type": "leads"}});
        let request = Request::with_body(CALL, Method::POST, vec!["leads", "unsorted", uid, "link"], &body)?;
        self.call(token, request).await?.object().map(|_| ())
    }
}
