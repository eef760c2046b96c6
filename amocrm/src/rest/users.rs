//! Users of the account (crm-api §3.2). Administrators only; not for integrations of kind "external".

use secrecy::SecretString;
use serde_json::Value;

use super::page::{Page, numbered};
use super::{Request, Rest, read};
use crate::error::Error;
use crate::lenient;

/// Users asked for at once: the most amoCRM gives.
const PAGE: u32 = 250;

/// A user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// CRM id.
    pub id: i64,
    /// Name.
    pub name: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Language, e.g. `ru`.
    pub lang: Option<String>,
    /// Id in the Chats API; some users have none.
    pub amojo_id: Option<String>,
    /// Administrator. False when the answer does not say.
    pub is_admin: bool,
    /// Not switched off. False when the answer does not say.
    pub is_active: bool,
    /// Without a paid licence. False when the answer does not say.
    pub is_free: bool,
}

impl User {
    fn read(user: &Value) -> Option<Self> {
        let right = |key| user.get("rights").and_then(|rights| lenient::flag(rights, key)).unwrap_or(false);
        Some(Self {
            id: lenient::number(user, "id")?,
            name: lenient::text(user, "name"),
            email: lenient::text(user, "email"),
            lang: lenient::text(user, "lang"),
            amojo_id: lenient::text(user, "amojo_id"),
            is_admin: right("is_admin"),
            is_active: right("is_active"),
            is_free: right("is_free"),
        })
    }
}

impl Rest {
    /// One user with its amojo id. `None` when there is none: 204, by some accounts 404.
    pub async fn user(&self, token: &SecretString, id: i64) -> Result<Option<User>, Error> {
        let (id, with) = (id.to_string(), vec![("with", "amojo_id".to_owned())]);
        read::found(self.call(token, Request::get("user", vec!["users", &id], with)).await, User::read)
    }

    /// A page of up to 250 users with their amojo ids; `page` counts from 1. Past the end it is empty.
    pub async fn users(&self, token: &SecretString, page: u32) -> Result<Page<User>, Error> {
        const CALL: &str = "users";
        let mut query = vec![("with", "amojo_id".to_owned())];
        query.extend(numbered(page, PAGE));
        let answer = self.call(token, Request::get(CALL, vec![CALL], query)).await?;
        Page::read(&answer, page, CALL, User::read)
    }
}
