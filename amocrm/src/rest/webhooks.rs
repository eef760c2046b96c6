//! Subscriptions to CRM hooks (crm-api §7.1); [`hooks::crm`](crate::hooks::crm) parses the hooks. Administrators only,
//! and not on every plan: 402, 403 and 422 may mean that the account's plan has none.

use reqwest::Method;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::{Request, Rest, read};
use crate::error::Error;
use crate::lenient;

/// A subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// CRM id.
    pub id: i64,
    /// The destination of hooks, which identifies the subscription.
    pub destination: String,
    /// The subscribed events, e.g. `add_talk`.
    pub settings: Vec<String>,
    /// Disabled, by a user or by amoCRM after too many failures: subscribe again.
    pub disabled: bool,
    /// Place among the others.
    pub sort: Option<i64>,
    /// CRM id of the user who created it.
    pub created_by: Option<i64>,
    /// Unix seconds.
    pub created_at: Option<i64>,
    /// Unix seconds.
    pub updated_at: Option<i64>,
}

impl Webhook {
    fn read(webhook: &Value) -> Option<Self> {
        let settings = lenient::list(webhook, "settings");
        Some(Self {
            id: lenient::number(webhook, "id")?,
            destination: lenient::text(webhook, "destination")?,
            settings: settings.into_iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            disabled: lenient::flag(webhook, "disabled").unwrap_or(false),
            sort: lenient::number(webhook, "sort"),
            created_by: lenient::number(webhook, "created_by"),
            created_at: lenient::number(webhook, "created_at"),
            updated_at: lenient::number(webhook, "updated_at"),
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
