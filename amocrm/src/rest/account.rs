//! The account (crm-api §3.1), its users (crm-api §3.2), its widgets (crm-api §3.3), and subscriptions to CRM hooks
//! (crm-api §7.1).

use reqwest::Method;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::read::{self, Page, numbered};
use super::{Request, Rest, request};
use crate::error::Error;
use crate::lenient;

/// An account. Optional fields depend on `with` and on the platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// CRM id. The platforms number separately: the same number may exist on both.
    pub id: i64,
    /// Name.
    pub name: Option<String>,
    /// The user that the token belongs to.
    pub current_user_id: Option<i64>,
    /// Two-letter country.
    pub country: Option<String>,
    /// Three letters (ISO 4217), e.g. `RUB`.
    pub currency: Option<String>,
    /// Id in the Chats API, with `amojo_id`.
    pub amojo_id: Option<String>,
    /// Address of the files host, with `drive_url`. Check its host before use.
    pub drive_url: Option<String>,
    /// E.g. `Europe/Moscow`, with `datetime_settings`.
    pub timezone: Option<String>,
}

impl Rest {
    /// Reads the account. `with` lists the additional fields, e.g. `["amojo_id", "drive_url"]`. Any user may call it.
    pub async fn account(&self, token: &SecretString, with: &[&str]) -> Result<Account, Error> {
        const CALL: &str = "account";
        let query = if with.is_empty() { Vec::new() } else { vec![("with", with.join(","))] };
        let answer = self.call(token, Request::get(CALL, vec![CALL], query)).await?;
        let account = answer.object()?;
        let id = lenient::number(&account, "id").ok_or_else(|| answer.unreadable("id is missing"))?;
        let dates = account.get("_embedded").and_then(|embedded| embedded.get("datetime_settings"));
        Ok(Account {
            id,
            name: lenient::text(&account, "name"),
            current_user_id: lenient::number(&account, "current_user_id"),
            country: lenient::text(&account, "country"),
            currency: lenient::text(&account, "currency"),
            amojo_id: lenient::text(&account, "amojo_id"),
            drive_url: lenient::text(&account, "drive_url"),
            timezone: dates.and_then(|dates| lenient::text(dates, "timezone")),
        })
    }
}

// Users of the account (crm-api §3.2). Administrators only; not for integrations of kind "external".

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
    /// Language, e.g. `ru`.
    pub lang: Option<String>,
    /// Id in the Chats API; some users have none.
    pub amojo_id: Option<String>,
    /// Administrator. False if the answer does not contain it.
    pub is_admin: bool,
    /// Active. False if the answer does not contain it.
    pub is_active: bool,
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
            lang: lenient::text(user, "lang"),
            amojo_id: lenient::text(user, "amojo_id"),
            is_admin: right("is_admin"),
            is_active: right("is_active"),
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

// Widgets (crm-api §3.3). Any user may ask.

/// A widget: the archive that was uploaded to an integration. What the answer does not contain is `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Widget {
    /// Code, from the integration's card.
    pub code: String,
    /// Version that the archive's manifest names.
    pub version: Option<String>,
    /// Client id of its integration.
    pub client_uuid: Option<String>,
    /// Whether it can be a source of leads: its manifest names `lead_sources`.
    pub is_lead_source: Option<bool>,
    /// Whether it is switched on in the account.
    pub is_active: Option<bool>,
}

impl Widget {
    fn read(widget: &Value) -> Option<Self> {
        Some(Self {
            code: lenient::text(widget, "code")?,
            version: lenient::text(widget, "version"),
            client_uuid: lenient::text(widget, "client_uuid"),
            is_lead_source: lenient::flag(widget, "is_lead_source"),
            is_active: lenient::flag(widget, "is_active_in_account"),
        })
    }
}

impl Rest {
    /// The widget with this code: a public one, one that is installed, or one that the token's integration brought.
    /// `None` if there is none (404).
    pub async fn widget(&self, token: &SecretString, code: &str) -> Result<Option<Widget>, Error> {
        const CALL: &str = "widget";
        let code = request::path_id(CALL, "the widget's code", code)?;
        read::found(self.call(token, Request::get(CALL, vec!["widgets", code], Vec::new())).await, Widget::read)
    }
}

// Subscriptions to CRM hooks (crm-api §7.1); [`hooks::crm`](crate::hooks::crm) parses the hooks. Administrators only,
// and not on every plan: 402, 403 and 422 may mean that the account's plan has none.

/// A subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// The destination of hooks, which identifies the subscription.
    pub destination: String,
    /// The subscribed events, e.g. `add_talk`.
    pub settings: Vec<String>,
    /// Disabled, by a user or by amoCRM after too many failures: subscribe again.
    pub disabled: bool,
}

impl Webhook {
    fn read(webhook: &Value) -> Option<Self> {
        let settings = lenient::list(webhook, "settings");
        Some(Self {
            destination: lenient::text(webhook, "destination")?,
            settings: settings.into_iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            disabled: lenient::flag(webhook, "disabled").unwrap_or(false),
        })
    }
}

impl Rest {
    /// The account's subscriptions, including those of other integrations; only the one with exactly this destination
    /// if one is given.
    pub async fn webhooks(&self, token: &SecretString, destination: Option<&str>) -> Result<Vec<Webhook>, Error> {
        const CALL: &str = "webhooks";
        let filter = destination.map(|address| ("filter[destination]", address.to_owned())).into_iter().collect();
        let answer = self.call(token, Request::get(CALL, vec![CALL], filter)).await?;
        read::embedded(&answer, CALL, Webhook::read)
    }

    /// Subscribes an address to these events, e.g. `["add_talk", "update_talk"]`. Safe to repeat: the new list replaces
    /// that of the same address, so send all events. A single unknown event makes amoCRM refuse all.
    pub async fn subscribe_webhook(
        &self,
        token: &SecretString,
        destination: &str,
        settings: &[&str],
    ) -> Result<Webhook, Error> {
        const CALL: &str = "subscribe_webhook";
        if settings.is_empty() {
            return Err(Error::invalid(CALL, "there is nothing to subscribe to"));
        }
        let body = json!({"destination": destination, "settings": settings});
        let request = Request::with_body(CALL, Method::POST, vec!["webhooks"], &body)?;
        read::one(&self.call(token, request).await?, "webhooks", Webhook::read)
    }

    /// Deletes a subscription. False: there was none (404).
    pub async fn unsubscribe_webhook(&self, token: &SecretString, destination: &str) -> Result<bool, Error> {
        let body = json!({"destination": destination});
        let request = Request::with_body("unsubscribe_webhook", Method::DELETE, vec!["webhooks"], &body)?;
        match self.call(token, request).await {
            Err(Error::Refused { status: 404, .. }) => Ok(false),
            other => other?.nothing_expected().map(|()| true),
        }
    }
}
