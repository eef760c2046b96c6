//! Events for subscribers of CRM hooks: their shapes (www.amocrm.ru/developers/content/crm_platform/webhooks-format), their
//! form, and who gets them.

use std::collections::VecDeque;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

use super::{Account, State};

/// An event: the code of the subscription, its keys, and its fields.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) setting: String,
    pub(crate) keys: Vec<&'static str>,
    pub(crate) fields: Value,
}

impl Event {
    /// The body of a hook as encoded by PHP: bracket keys, every value a string, empty values omitted.
    fn form(&self, account: &Account) -> String {
        let mut pairs = url::form_urlencoded::Serializer::new(String::new());
        let (first, rest) = self.keys.split_first().map_or(("", &[][..]), |(first, rest)| (*first, rest));
        let prefix: String = rest.iter().fold(first.to_owned(), |prefix, key| format!("{prefix}[{key}]"));
        flatten(&format!("{prefix}[0]"), &self.fields, &mut |key, value| {
            pairs.append_pair(key, value);
        });
        pairs.append_pair("account[subdomain]", account.subdomain());
        pairs.append_pair("account[id]", &account.id.to_string());
        pairs.append_pair("account[_links][self]", &format!("https://{}", account.host));
        pairs.finish()
    }
}

/// A value as fields of PHP's form.
pub(crate) fn flatten(key: &str, value: &Value, put: &mut impl FnMut(&str, &str)) {
    match value {
        Value::Null => {}
        Value::Bool(flag) => put(key, if *flag { "1" } else { "0" }),
        Value::Number(number) => put(key, &number.to_string()),
        Value::String(text) => put(key, text),
        Value::Array(list) => list.iter().enumerate().for_each(|(at, one)| flatten(&format!("{key}[{at}]"), one, put)),
        Value::Object(map) => map.iter().for_each(|(name, one)| flatten(&format!("{key}[{name}]"), one, put)),
    }
}

/// More invalid answers than this within [`WINDOW_SECONDS`], including the last one, disable a subscription.
const INVALID_LIMIT: usize = 100;
const WINDOW_SECONDS: i64 = 2 * 60 * 60;

/// One subscription; its destination is its identity. Times are Unix seconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Webhook {
    pub id: i64,
    pub destination: String,
    /// The events: `add_contact`, `update_talk`, …
    pub settings: Vec<String>,
    pub sort: i64,
    pub created_by: i64,
    pub created_at: i64,
    pub updated_at: i64,
    /// amoCRM has disabled it.
    pub disabled: bool,
    /// Times of recent invalid answers.
    #[serde(skip)]
    pub(crate) invalid: VecDeque<i64>,
}

impl Webhook {
    /// Counts an invalid answer, which may disable the subscription.
    pub(crate) fn answered_wrongly(&mut self, now: i64) {
        self.invalid.push_back(now);
        self.invalid.retain(|at| *at > now - WINDOW_SECONDS);
        self.disabled |= self.invalid.len() > INVALID_LIMIT;
    }
}

/// Codes that can be subscribed to. The tables of the two platforms differ in tasks and customers. No table names messages
/// at amocrm.ru and `unsorted`: accounts of both platforms were recorded with them.
pub(crate) fn is_known_event(code: &str, is_russian: bool) -> bool {
    let Some((action, of)) = code.split_once('_') else { return false };
    let actions = match (of, is_russian) {
        ("lead", _) => "add update delete restore status responsible note",
        ("contact" | "company", _) => "add update delete restore responsible note",
        ("talk", _) => "add update",
        ("unsorted", _) => "add update delete",
        ("chat_template_review" | "message" | "outgoing_message", _) => "add",
        ("customer", true) => "add update delete responsible note",
        ("task", true) => "add update delete responsible",
        ("task", false) => "add delete responsible",
        _ => "",
    };
    actions.split(' ').any(|known| known == action)
}

/// Whether a subscription to these codes gets the event. Incoming leads come with leads too.
fn wants(codes: &[String], event: &str) -> bool {
    let with_leads = match event {
        "add_unsorted" | "delete_unsorted" => "add_lead",
        "update_unsorted" => "update_lead",
        _ => "",
    };
    codes.iter().any(|code| code == event || code == with_leads)
}

/// A hook on its way to a subscriber, or an attempt that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    pub host: String,
    /// `add_contact`, `update_talk`, …
    pub event: String,
    pub destination: String,
    /// The form as sent.
    pub body: String,
    /// 1 for the first, at most 5.
    pub attempt: u32,
    /// Of an attempt; `None` without an answer in time.
    pub status: Option<u16>,
    pub(crate) due: DateTime<Utc>,
}

/// Waiting hooks, and past attempts.
#[derive(Debug, Default)]
pub(crate) struct CrmHooks {
    pub(crate) queue: Vec<Delivery>,
    pub(crate) tried: VecDeque<Delivery>,
}

impl State {
    /// Makes deliveries of what happened in every account.
    pub(crate) fn dispatch(&mut self, now: DateTime<Utc>) {
        for account in self.accounts.values_mut() {
            for event in std::mem::take(&mut account.crm.events) {
                let wants = |one: &&Webhook| !one.disabled && wants(&one.settings, &event.setting);
                let destinations = account.crm.webhooks.iter().filter(wants).map(|one| one.destination.clone());
                self.crm_hooks.queue.extend(destinations.map(|destination| Delivery {
                    host: account.host.clone(),
                    event: event.setting.clone(),
                    destination,
                    body: event.form(account),
                    attempt: 1,
                    status: None,
                    due: now,
                }));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nothing_is_left_out_and_the_rest_are_strings() {
        let mut seen = Vec::new();
        let value = json!({"id": 5, "on": true, "none": null, "empty": [], "list": [{"value": "a b"}], "text": ""});
        flatten("talk[add][0]", &value, &mut |key, value| seen.push(format!("{key}={value}")));
        seen.sort();
        assert_eq!(
            seen,
            ["talk[add][0][id]=5", "talk[add][0][list][0][value]=a b", "talk[add][0][on]=1", "talk[add][0][text]=",]
        );
    }
}
