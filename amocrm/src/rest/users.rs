//! Users of the account (crm-api §3.2). Administrators only; not for integrations of kind "external".

use secrecy::SecretString;
use serde_json::Value;

use super::{Request, Rest};
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

/// One page of users.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserPage {
    /// The users; without ones that have no id.
    pub users: Vec<User>,
    /// Whether another page follows. amoCRM's link to it is not handed on: ask for the next number instead.
    pub has_more: bool,
}

impl Rest {
    /// One user with its amojo id. `None` when amoCRM answers 204; an unknown id may also be refused with 404.
    pub async fn user(&self, token: &SecretString, id: i64) -> Result<Option<User>, Error> {
        let (id, with) = (id.to_string(), vec![("with", "amojo_id".to_owned())]);
        let answer = self.call(token, Request::get("user", vec!["users", &id], with)).await?;
        if answer.status == 204 {
            return Ok(None);
        }
        User::read(&answer.object()?).map(Some).ok_or_else(|| answer.unreadable("id is missing"))
    }

    /// A page of up to 250 users with their amojo ids; `page` counts from 1. Past the end it is empty.
    pub async fn users(&self, token: &SecretString, page: u32) -> Result<UserPage, Error> {
        const CALL: &str = "users";
        let query = vec![("with", "amojo_id".to_owned()), ("page", page.to_string()), ("limit", PAGE.to_string())];
        let answer = self.call(token, Request::get(CALL, vec![CALL], query)).await?;
        if answer.status == 204 {
            return Ok(UserPage::default());
        }
        let object = answer.object()?;
        let embedded = object.get("_embedded").ok_or_else(|| answer.unreadable("_embedded is missing"))?;
        let users = lenient::list(embedded, "users").into_iter().filter_map(User::read).collect();
        // Either says it; one account sends the link, another only the count.
        let linked = object.get("_links").is_some_and(|links| lenient::present(links, "next").is_some());
        let has_more = linked || lenient::number(&object, "_page_count").is_some_and(|pages| pages > i64::from(page));
        Ok(UserPage { users, has_more })
    }
}
