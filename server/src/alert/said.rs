//! An alert in words: `alert-{kind}-subject` and `alert-{kind}-body`, filled from its detail.

use entity::alert;
use serde_json::Value;

use crate::words::{Sentence, Words};

/// Placeables that the words of an alert may have; its detail fills them.
const PLACEABLES: [&str; 19] = [
    "source",
    "messenger",
    "integration",
    "host",
    "account_id",
    "channel_id",
    "said",
    "gap",
    "accepted",
    "delivered",
    "failed",
    "waiting",
    "count",
    "held",
    "tenant_id",
    "template",
    "most",
    "free",
    "place",
];

/// What an alert says in a part (`subject`, `body`) to a reader whose account and CRM are called so. None: its kind has
/// no words.
pub fn of(words: Words, alert: &alert::Model, part: &str, account: &str, crm: &'static str) -> Option<Sentence> {
    let key = format!("alert-{}-{part}", alert.kind);
    if !words.has(&key) {
        return None;
    }
    let detail: Value = serde_json::from_str(&alert.detail).unwrap_or_default();
    let named = words.say(key).with("crm", crm).with("account", account);
    Some(PLACEABLES.into_iter().fold(named, |sentence, name| match detail.get(name) {
        Some(Value::Number(number)) => match number.as_i64() {
            Some(number) => sentence.with(name, number),
            None => sentence.with(name, number.as_f64().unwrap_or_default()),
        },
        Some(Value::String(text)) => sentence.with(name, text.as_str()),
        _ => sentence.with(name, ""),
    }))
}
