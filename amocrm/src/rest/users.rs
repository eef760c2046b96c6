//! Users of the account (crm-api §3.2). Administrators only; not for integrations of kind "external".

use secrecy::SecretString;
use serde_json::Value;

use super::page::{Page, numbered};
use super::{Request, Rest, read};
use crate::error::Error;
use crate::lenient;

/// Users per page: amoCRM's maximum.
const PAGE: u32 = 250;

/// Which entities of one kind a user may see (for example `rights.leads.view`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// `A`: everything.
    All,
    /// `G`: what users of the same group are responsible for.
    Group,
    /// `M`: what they are responsible for themselves.
    Own,
    /// `D`: nothing. Also if the answer has no value or an unknown one.
    #[default]
    Denied,
}

impl View {
    fn read(rights: Option<&Value>, entity: &str) -> Self {
        let level = rights.and_then(|rights| rights.get(entity)).and_then(|actions| lenient::text(actions, "view"));
        match level.as_deref() {
            Some("A") => Self::All,
            Some("G") => Self::Group,
            Some("M") => Self::Own,
            _ => Self::Denied,
        }
    }
}

/// Rights for one stage of a pipeline, which override those for all leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageRights {
    /// The pipeline.
    pub pipeline_id: i64,
    /// The stage.
    pub status_id: i64,
    /// Which leads in this stage the user may see.
    pub view: View,
}

impl StageRights {
    fn read(rights: &Value) -> Option<Self> {
        let of_leads = lenient::text(rights, "entity_type").is_some_and(|entity| entity == "leads");
        let (pipeline_id, status_id) = (lenient::number(rights, "pipeline_id")?, lenient::number(rights, "status_id")?);
        of_leads.then(|| Self { pipeline_id, status_id, view: View::read(Some(rights), "rights") })
    }
}

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
    /// Administrator. False if the answer does not contain it.
    pub is_admin: bool,
    /// Active. False if the answer does not contain it.
    pub is_active: bool,
    /// Without a paid licence. False if the answer does not contain it.
    pub is_free: bool,
    /// Their group; none: the default group (0 in `group_id` of leads and contacts).
    pub group_id: Option<i64>,
    /// Which contacts they may see.
    pub contacts: View,
    /// Which leads they may see, unless `stages` overrides it.
    pub leads: View,
    /// Stages of pipelines with separate rights.
    pub stages: Vec<StageRights>,
}

impl User {
    fn read(user: &Value) -> Option<Self> {
        let rights = user.get("rights");
        let right = |key| rights.and_then(|rights| lenient::flag(rights, key)).unwrap_or(false);
        let stages = rights.map(|rights| lenient::list(rights, "status_rights")).unwrap_or_default();
        Some(Self {
            id: lenient::number(user, "id")?,
            name: lenient::text(user, "name"),
            email: lenient::text(user, "email"),
            lang: lenient::text(user, "lang"),
            amojo_id: lenient::text(user, "amojo_id"),
            is_admin: right("is_admin"),
            is_active: right("is_active"),
            is_free: right("is_free"),
            group_id: rights.and_then(|rights| lenient::number(rights, "group_id")),
            contacts: View::read(rights, "contacts"),
            leads: View::read(rights, "leads"),
            stages: stages.into_iter().filter_map(StageRights::read).collect(),
        })
    }
}

impl Rest {
    /// One user with its amojo id. `None` if there is none: 204, for some accounts 404.
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
