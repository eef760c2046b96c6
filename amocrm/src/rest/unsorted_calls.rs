//! Actions on incoming leads from chats. They cannot be created by a call: a message creates them (crm-api §5.3).

use reqwest::Method;
use secrecy::SecretString;
use serde_json::{Map, Value, json};

use super::page::{Page, numbered};
use super::request::path_id;
use super::{Request, Rest, Unsorted, UnsortedFilter, read};
use crate::error::Error;

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
