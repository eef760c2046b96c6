//! Texts of an alert: `alert-{kind}-subject` and `alert-{kind}-body`, with its detail as arguments.

use base::i18n::{Sentence, When, Words, Zone, duration};
use entity::alert;
use serde_json::Value;

/// Arguments that the texts of alerts may have; the detail provides them.
const PLACEABLES: [&str; 28] = [
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
    "reason",
    "category",
    "quality",
    "most",
    "free",
    "place",
    "usual",
    "days",
    "percent",
    "who",
    "webhook",
    "task",
];

/// The text of a part (`subject`, `body`) for an account and platform with these names. `None` if its kind has no
/// texts.
pub fn of(words: Words, alert: &alert::Model, part: &str, account: &str, crm: &'static str) -> Option<Sentence> {
    let key = format!("alert-{}-{part}", alert.kind);
    if !words.has(&key) {
        return None;
    }
    let detail: Value = serde_json::from_str(&alert.detail).unwrap_or_default();
    let named = words.text(key).with("crm", crm).with("account", account);
    let named = PLACEABLES.into_iter().fold(named, |sentence, name| match detail.get(name) {
        Some(Value::Number(number)) => match number.as_i64() {
            Some(number) => sentence.with(name, number),
            None => sentence.with(name, number.as_f64().unwrap_or_default()),
        },
        Some(Value::String(text)) => sentence.with(name, text.as_str()),
        _ => sentence.with(name, ""),
    });
    // The detail has its milliseconds.
    let delay = detail.get("delay").and_then(Value::as_i64).unwrap_or_default();
    let named = named.with("delay", duration(delay, words));
    let connector = detail.get("connector").and_then(Value::as_str);
    let named = match connector {
        Some(connector) => named.with("messenger", words.text_of("connector-", connector).to_string()),
        None => named,
    };
    // In UTC: who knows the account's time zone replaces it.
    let date = detail.get("at").and_then(Value::as_i64).map(|at| date(at, alert.opened_at, Zone::UTC, words));
    let named = named.with("date", date.unwrap_or_default());
    let limit = detail.get("limit").and_then(Value::as_str);
    Some(named.with("limit", limit.map(|limit| words.text_of("limits-", limit).to_string()).unwrap_or_default()))
}

/// The date of a moment in a zone, with the year if that is another one than at `seen_at`.
fn date(at: i64, seen_at: i64, zone: Zone, words: Words) -> String {
    When::new(at, seen_at, zone, words).date()
}
