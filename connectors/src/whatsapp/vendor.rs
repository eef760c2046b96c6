//! The vendor's own app at Meta (whatsapp §2, §14): one webhook address for the numbers of all accounts.

use base::config::WhatsApp as AppConfig;
use bytes::Bytes;
use secrecy::SecretString;
use serde_json::{Map, Value, json};

use super::webhook;
use super::wire::Change;
use crate::LineAccount;
use crate::incoming::{IncomingCall, NotReceived};
use crate::vendor_app::{LineCall, VendorApp};
use serde::Deserialize;

/// The prefix of the key of a call that concerns an account as a whole: templates, reviews, restrictions.
pub const ACCOUNT: &str = "waba:";

/// The app, as needed by its Embedded Signup dialog.
#[derive(Clone, Debug)]
pub struct MetaApp {
    pub id: String,
    pub secret: SecretString,
    /// The configuration of Embedded Signup; none if accounts enter their numbers by hand.
    pub config_id: Option<String>,
}

impl MetaApp {
    /// None if the configuration names no app.
    pub fn of(config: &AppConfig) -> Option<Self> {
        let (id, secret) = (config.app_id.clone()?, config.app_secret.clone()?);
        Some(Self { id, secret, config_id: config.config_id.clone() })
    }
}

/// The secrets that authenticate calls to the app's single address.
#[derive(Clone, Debug)]
pub struct AppHooks {
    /// Verifies the signature of calls; without it all are refused.
    pub secret: Option<SecretString>,
    /// For the validation of the address, which is impossible without it.
    verify_token: Option<SecretString>,
}

impl AppHooks {
    /// None if neither is configured: the address does not exist.
    pub fn of(config: &AppConfig) -> Option<Self> {
        let (secret, verify_token) = (config.app_secret.clone(), config.verify_token.clone());
        (secret.is_some() || verify_token.is_some()).then_some(Self { secret, verify_token })
    }
}

/// The account of a source, and whether Meta listed the number in it to the source's token.
pub(super) fn account(public: &Value) -> Option<LineAccount> {
    let waba_id = public.get("waba_id").and_then(Value::as_str).filter(|id| !id.is_empty())?;
    let is_proved = public.pointer("/facts/bot/waba_id").and_then(Value::as_str) == Some(waba_id);
    Some(LineAccount { key: format!("{ACCOUNT}{waba_id}"), is_proved })
}

impl VendorApp for AppHooks {
    fn handshake(&self, query: &(dyn Fn(&str) -> Option<String> + Sync)) -> Option<String> {
        webhook::challenge(query, &self.verify_token)
    }

    fn authenticate(&self, call: &IncomingCall<'_>) -> bool {
        self.secret.as_ref().is_some_and(|secret| webhook::is_signed(secret, call))
    }

    fn split(&self, body: &[u8]) -> Result<Vec<LineCall>, NotReceived> {
        split(body)
    }
}

/// Splits a call into one body per number, in order; changes that concern an account get the key `waba:<id>`. Other
/// data stays as it is.
fn split(body: &[u8]) -> Result<Vec<LineCall>, NotReceived> {
    let whole: Map<String, Value> = serde_json::from_slice(body).map_err(|_| NotReceived::Unreadable)?;
    let object = whole.get("object").cloned().unwrap_or_default();
    let mut lines: Vec<(String, Vec<Value>)> = Vec::new();
    for entry in whole.get("entry").and_then(Value::as_array).into_iter().flatten() {
        for change in entry.get("changes").and_then(Value::as_array).into_iter().flatten() {
            let line = line_of(entry, change);
            let mut part = entry.as_object().cloned().unwrap_or_default();
            part.insert("changes".to_owned(), json!([change]));
            match lines.iter_mut().find(|(known, _)| *known == line) {
                Some((_, parts)) => parts.push(part.into()),
                None => lines.push((line, vec![part.into()])),
            }
        }
    }
    let calls = lines.into_iter().map(|(line, parts)| {
        let body = json!({ "object": object, "entry": parts }).to_string();
        LineCall { line, body: Bytes::from(body) }
    });
    Ok(calls.collect())
}

fn line_of(entry: &Value, change: &Value) -> String {
    let number = Change::deserialize(change).unwrap_or_default().phone_number_id();
    if !number.is_empty() {
        return number;
    }
    let account = entry.get("id").map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned));
    format!("{ACCOUNT}{}", account.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use base::config::Config;
    use hmac::{Hmac, KeyInit, Mac};
    use sha2::Sha256;

    use super::*;

    fn change(number: &str, id: &str) -> Value {
        json!({ "field": "messages", "value": { "metadata": { "phone_number_id": number }, "messages": [{ "id": id }] } })
    }

    #[test]
    fn a_body_of_several_numbers_is_one_call_for_each() {
        let template = json!({ "field": "message_template_status_update", "value": { "event": "APPROVED" } });
        let body = json!({ "object": "whatsapp_business_account", "entry": [
            { "id": "7", "changes": [change("1", "a"), change("2", "b")] },
            { "id": "7", "time": 5, "changes": [change("1", "c"), template] },
            { "id": 8, "changes": "none" },
        ] });
        let calls = split(body.to_string().as_bytes()).unwrap();
        let lines: Vec<&str> = calls.iter().map(|call| call.line.as_str()).collect();
        assert_eq!(lines, ["1", "2", "waba:7"]);
        let first: Value = serde_json::from_slice(&calls[0].body).unwrap();
        let ids: Vec<&Value> = first["entry"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| &entry["changes"][0]["value"]["messages"][0]["id"])
            .collect();
        assert_eq!(ids, ["a", "c"], "in order");
        assert_eq!((&first["object"], &first["entry"][1]["time"]), (&json!("whatsapp_business_account"), &json!(5)));
        assert_eq!(split(b"[]"), Err(NotReceived::Unreadable));
        assert_eq!(split(b"{}"), Ok(Vec::new()));
    }

    #[test]
    fn an_app_is_what_the_configuration_names() {
        let config = |text: &str| Config::from_toml(&format!("[whatsapp]\n{text}")).unwrap().whatsapp;
        let hooks = |text: &str| AppHooks::of(&config(text));
        assert!(hooks("").is_none() && hooks("app_id = \"1\"").is_none());
        assert!(
            MetaApp::of(&config("app_id = \"1\"")).is_none() && MetaApp::of(&config("app_secret = \"s\"")).is_none()
        );
        let app = hooks("verify_token = \"v\"").unwrap();
        let query = |token: &'static str| {
            move |name: &str| {
                Some(match name {
                    "hub.mode" => "subscribe".to_owned(),
                    "hub.verify_token" => token.to_owned(),
                    _ => "42".to_owned(),
                })
            }
        };
        assert_eq!(app.handshake(&query("v")).as_deref(), Some("42"));
        assert_eq!(app.handshake(&query("w")), None);
        let call = IncomingCall { header: &|_| Some("sha256=00".to_owned()), path_secret: "", body: b"{}" };
        assert!(!app.authenticate(&call), "calls need the secret");
        let app = hooks("app_secret = \"s\"").unwrap();
        assert_eq!(app.handshake(&query("")), None);
        let mut mac = Hmac::<Sha256>::new_from_slice(b"s").unwrap();
        mac.update(b"{}");
        let signature = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
        let call = IncomingCall { header: &|_| Some(signature.clone()), path_secret: "", body: b"{}" };
        assert!(app.authenticate(&call), "the secret is enough");
    }
}
