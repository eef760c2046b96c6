//! Talks: amoCRM's name for one conversation within a chat, from the first message until it is closed (crm-api §5.5).

use reqwest::Method;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::page::{Page, numbered};
use super::{Request, Rest, read};
use crate::error::Error;
use crate::lenient;

/// Talks per page: amoCRM's maximum.
const PAGE: u32 = 250;

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
        let mut query = numbered(page, PAGE);
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
