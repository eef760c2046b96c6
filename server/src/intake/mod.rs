//! The first half of the road: what comes in is checked, given its ids and stored; only then it is answered.
//!
//! Whatever the way – a messenger's webhook, the web chat, the public API, amoCRM's hook – it ends in one
//! [`crate::delivery::queue::writer::Writer::accept`], the only door to the queue.

use anyhow::Context;
use entity::source;
use uuid::Uuid;

use crate::app::App;
use crate::delivery::queue::parcel::NewLetter;
use crate::message::{Direction, LetterKind, StatusReport, Stream, day_of};

pub mod chats;
mod manager;
pub mod message;
pub mod status;

/// A letter to amoCRM waits this long (product.md §7.7).
pub const TO_CRM_MILLIS: i64 = 7 * 24 * 3_600_000;
/// A letter to a messenger waits this long.
pub const TO_MESSENGER_MILLIS: i64 = 24 * 3_600_000;
/// A status is worth telling this long.
pub const STATUS_MILLIS: i64 = 72 * 3_600_000;

/// The slots of calls to one integration's amojo.
pub fn amojo_pool(app: &App, channel_id: Uuid) -> String {
    let found = app.config.channel(&channel_id.to_string());
    format!("amojo:{}", found.map_or("", |(integration, _)| integration.name.as_str()))
}

/// The slots of calls to a source's messenger.
pub fn messenger_pool(app: &App, source: &source::Model) -> String {
    app.connectors.get(&source.kind).map_or_else(|| source.kind.clone(), |connector| connector.pool().to_owned())
}

/// A letter that tells amoCRM what became of a message.
pub fn status_letter(
    app: &App,
    channel_id: Uuid,
    source_id: Uuid,
    message_id: Uuid,
    report: &StatusReport,
) -> anyhow::Result<NewLetter> {
    let now = app.clock.millis();
    Ok(NewLetter {
        id: app.clock.uuid_v7(),
        message_id,
        source_id,
        direction: Direction::ToCrm,
        stream: Stream::Receipts,
        target: channel_id,
        pool: amojo_pool(app, channel_id),
        kind: LetterKind::Status,
        payload: serde_json::to_string(report).context("a status report as JSON")?,
        order_hint: None,
        expires_at: now + STATUS_MILLIS,
        day: day_of(now),
        late: false,
    })
}

/// Text as every store and wire can carry it: a NUL becomes U+FFFD.
pub fn clean(text: &str) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text.to_owned() }
}

/// A sender's time, believed between 2009 and five minutes from now; else the time of arrival.
pub fn believed(at: Option<i64>, now: i64) -> i64 {
    const YEAR_2009: i64 = 1_230_768_000_000;
    at.filter(|at| (YEAR_2009..=now + 300_000).contains(at)).unwrap_or(now)
}
