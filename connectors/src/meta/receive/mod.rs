//! Converts webhooks to events (instagram-and-facebook §4 to instagram-and-facebook §8). Bodies are parsed leniently:
//! ids may be numbers, anything may be null or missing.
//!
//! ```text
//! entry ─┬─ messaging, standby ─▶ chat.rs ─▶ content.rs   messages, echoes, reactions, receipts, presses, links
//!        └─ changes ────────────▶ comments.rs             comments and their posts
//!                                 people.rs               who it is
//! ```

mod chat;
mod comments;
mod content;
mod people;
#[cfg(test)]
mod tests;

use base::i18n::Words;
use serde_json::Value;

use super::Meta;
use super::settings::Account;
use crate::Settings;
use crate::incoming::{InboundEvent, NotReceived};

pub(super) use comments::COMMENT;

/// The receiving account.
struct Listener<'a> {
    meta: &'a Meta,
    account: Account<'a>,
    words: Words,
}

/// Converts one call.
pub(super) async fn receive(
    meta: &Meta,
    settings: &Settings,
    body: &[u8],
    words: Words,
) -> Result<Vec<InboundEvent>, NotReceived> {
    let whole: Value = serde_json::from_slice(body).map_err(|_| NotReceived::Unreadable)?;
    let account = Account::of(meta.platform, settings).ok_or(NotReceived::Unreadable)?;
    let entries = whole.get("entry").and_then(Value::as_array).ok_or(NotReceived::Unreadable)?;
    if text_of(&whole, "object").as_deref() != Some(meta.platform.object) {
        return Ok(vec![InboundEvent::Unknown("object")]);
    }
    let listener = Listener { meta, account, words };
    let mut events = Vec::new();
    for entry in entries {
        // An own app has one callback for all its accounts (instagram-and-facebook §3); this source is for one of them.
        if text_of(entry, "id").as_deref() != Some(account.id) {
            events.push(InboundEvent::Unknown("other_account"));
            continue;
        }
        for list in ["messaging", "standby"] {
            for event in entry.get(list).and_then(Value::as_array).into_iter().flatten() {
                events.extend(listener.chat(event).await);
            }
        }
        for change in entry.get("changes").and_then(Value::as_array).into_iter().flatten() {
            events.extend(listener.change(change, entry).await);
        }
    }
    Ok(if events.is_empty() { vec![InboundEvent::Unknown("entry")] } else { events })
}

/// A field as text, also if it is a number, because ids come as both.
pub(super) fn text_of(value: &Value, name: &str) -> Option<String> {
    match value.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A non-empty id.
fn id_of(value: &Value, name: &str) -> Option<String> {
    text_of(value, name).filter(|id| !id.is_empty() && !id.contains(char::is_whitespace))
}

/// A time in milliseconds. Meta's test events send it as text, comments in seconds.
fn millis(value: Option<&Value>) -> Option<i64> {
    let at = match value? {
        Value::Number(number) => number.as_i64()?,
        Value::String(text) => text.parse().ok()?,
        _ => return None,
    };
    let at = if at < 100_000_000_000 { at.checked_mul(1000)? } else { at };
    (at > 0).then_some(at)
}
