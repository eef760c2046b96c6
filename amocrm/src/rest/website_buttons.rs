//! The button on a website that opens chats, "CRM Plugin" (crm-api §4.5). Administrators and the integration's own
//! token only.

use reqwest::Method;
use secrecy::SecretString;
use serde::Serialize;
use serde_json::{Value, json};

use super::page::{Page, numbered};
use super::{Request, Rest, read};
use crate::error::Error;
use crate::lenient;

/// Buttons per page: amoCRM's maximum.
const PAGE: u32 = 250;

/// Maximum number of websites per button.
const MOST_WEBSITES: usize = 10;

/// A button.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebsiteButton {
    /// CRM id of its source, which identifies it in every call.
    pub source_id: i64,
    /// CRM id of the button.
    pub button_id: Option<i64>,
    /// Name.
    pub name: Option<String>,
    /// Its pipeline.
    pub pipeline_id: Option<i64>,
    /// The button was built; if false, ask again later.
    pub is_created: bool,
    /// Code for the website, with scripts only.
    pub script: Option<String>,
}

/// A button to create.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct NewWebsiteButton {
    /// Its pipeline.
    pub pipeline_id: i64,
    /// Domains that may show it, at most 10.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub trusted_websites: Vec<String>,
    /// Used in an app instead of websites; required if no website is trusted.
    pub is_used_in_app: bool,
}

impl WebsiteButton {
    fn read(button: &Value) -> Option<Self> {
        Some(Self {
            source_id: lenient::number(button, "source_id")?,
            button_id: lenient::number(button, "button_id"),
            name: lenient::text(button, "name"),
            pipeline_id: lenient::number(button, "pipeline_id"),
            is_created: lenient::text(button, "creation_status").as_deref() == Some("created"),
            script: lenient::text(button, "script"),
        })
    }
}

const HOME: &str = "website_buttons";

impl Rest {
    /// A page of up to 250 buttons with their scripts; `page` counts from 1.
    pub async fn website_buttons(&self, token: &SecretString, page: u32) -> Result<Page<WebsiteButton>, Error> {
        let mut query = numbered(page, PAGE);
        query.push(("with", "scripts".to_owned()));
        let answer = self.call(token, Request::get(HOME, vec![HOME], query)).await?;
        Page::read(&answer, page, HOME, WebsiteButton::read)
    }

    /// One button with its script.
    pub async fn website_button(&self, token: &SecretString, source_id: i64) -> Result<Option<WebsiteButton>, Error> {
        let (id, with) = (source_id.to_string(), vec![("with", "scripts".to_owned())]);
        read::found(self.call(token, Request::get("website_button", vec![HOME, &id], with)).await, WebsiteButton::read)
    }

    /// Creates a button and returns the id of its source; amoCRM builds it later. **Not** idempotent.
    pub async fn create_website_button(&self, token: &SecretString, button: &NewWebsiteButton) -> Result<i64, Error> {
        const CALL: &str = "create_website_button";
        if button.trusted_websites.len() > MOST_WEBSITES {
            return Err(Error::invalid(CALL, format!("at most {MOST_WEBSITES} websites")));
        }
        if button.trusted_websites.is_empty() && !button.is_used_in_app {
            return Err(Error::invalid(CALL, "a button is for websites or for an app"));
        }
        let answer = self.call(token, Request::with_body(CALL, Method::POST, vec![HOME], button)?).await?;
        read::bare(&answer, |made| lenient::number(made, "source_id"))
    }

    /// Allows more websites to show a button.
    pub async fn trust_websites(&self, token: &SecretString, source_id: i64, domains: &[&str]) -> Result<(), Error> {
        let (id, body) = (source_id.to_string(), json!({"trusted_websites": {"add": domains}}));
        let request = Request::with_body("trust_websites", Method::PATCH, vec![HOME, &id], &body)?;
        self.call(token, request).await?.nothing_expected()
    }

    /// Adds the online chat to a button; each pipeline has one, which is reused.
    pub async fn add_online_chat(&self, token: &SecretString, source_id: i64) -> Result<(), Error> {
        let id = source_id.to_string();
        let request = Request::bare("add_online_chat", Method::POST, vec![HOME, &id, "online_chat"]);
        self.call(token, request).await?.nothing_expected()
    }
}
