//! Incoming leads: created by an unknown chat, before a user accepts it (crm-api §5.3).

use secrecy::SecretString;
use serde_json::Value;

use super::read::{Page, numbered};
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
}

impl Unsorted {
    fn read(unsorted: &Value) -> Option<Self> {
        let origin = unsorted.get("metadata").and_then(|metadata| metadata.get("origin"));
        Some(Self {
            uid: lenient::text(unsorted, "uid")?,
            chat_id: origin.and_then(|origin| lenient::text(origin, "chat_id")),
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
}
