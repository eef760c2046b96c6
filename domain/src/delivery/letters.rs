//! Common properties of all letters: how long they wait, which slots they use, and the letter that reports a status
//! to amoCRM.

use anyhow::Context;
use base::message::{Direction, LetterKind, StatusReport, Stream, day_of};
use chrono::TimeDelta;
use entity::source;
use queue::accept_batch::NewLetter;
use queue::{STATUS_MILLIS, TargetRate};
use uuid::Uuid;

use crate::delivery::DeliveryContext;
use crate::tenant::pool_of;

/// A letter to amoCRM waits this long (docs/operations.md#when-something-waits).
pub const TO_CRM_LIFE: TimeDelta = TimeDelta::days(7);
/// A letter to a messenger waits this long.
pub const TO_MESSENGER_LIFE: TimeDelta = TimeDelta::days(1);

/// The pool of call slots of one integration's amojo.
pub fn amojo_pool(app: &DeliveryContext, channel_id: Uuid) -> String {
    let found = app.integrations.channel(&channel_id.to_string());
    found.map_or_else(|| pool_of(""), |(integration, _)| pool_of(&integration.name))
}

/// Rate of requests to one scope of amojo. No limit is documented, so each scope's rate is found by experience.
pub fn amojo_rate(app: &DeliveryContext) -> TargetRate {
    let rates = &app.config.rates;
    TargetRate::adaptive(rates.chats_start, rates.chats_floor, rates.chats_ceiling)
}

/// The pool of call slots of a source's messenger.
pub fn messenger_pool(app: &DeliveryContext, source: &source::Model) -> String {
    app.connectors.get(&source.kind).map_or_else(|| source.kind.clone(), |connector| connector.pool().to_owned())
}

/// A letter to a source's messenger about a message; nil for none.
pub fn messenger_letter(
    app: &DeliveryContext,
    source: &source::Model,
    message_id: Uuid,
    (kind, stream): (LetterKind, Stream),
    payload: String,
    expires_at: i64,
) -> NewLetter {
    let place = Destination { direction: Direction::ToMessenger, target: source.id, pool: messenger_pool(app, source) };
    letter(app, place, source.id, message_id, (kind, stream), payload, expires_at)
}

/// A letter to amoCRM through a channel about a message of a source; nil for none.
pub fn crm_letter(
    app: &DeliveryContext,
    (channel_id, source_id): (Uuid, Uuid),
    message_id: Uuid,
    (kind, stream): (LetterKind, Stream),
    payload: String,
    expires_at: i64,
) -> NewLetter {
    let place = Destination { direction: Direction::ToCrm, target: channel_id, pool: amojo_pool(app, channel_id) };
    letter(app, place, source_id, message_id, (kind, stream), payload, expires_at)
}

/// A letter's destination.
struct Destination {
    direction: Direction,
    target: Uuid,
    pool: String,
}

fn letter(
    app: &DeliveryContext,
    place: Destination,
    source_id: Uuid,
    message_id: Uuid,
    (kind, stream): (LetterKind, Stream),
    payload: String,
    expires_at: i64,
) -> NewLetter {
    NewLetter {
        id: app.clock.uuid_v7(),
        message_id,
        source_id,
        direction: place.direction,
        stream,
        target: place.target,
        pool: place.pool,
        kind,
        payload,
        // By arrival: a sender's own time never moves a message. Only amoCRM's hooks set another
        // (docs/reliability.md#what-is-promised).
        order_hint: None,
        expires_at,
        day: day_of(app.clock.millis()),
        late: false,
    }
}

/// A letter that reports a message's status to amoCRM.
pub fn status_letter(
    app: &DeliveryContext,
    channel_id: Uuid,
    source_id: Uuid,
    message_id: Uuid,
    report: &StatusReport,
) -> anyhow::Result<NewLetter> {
    let payload = serde_json::to_string(report).context("a status report as JSON")?;
    let expires_at = app.clock.millis() + STATUS_MILLIS;
    let kind = (LetterKind::Status, Stream::Receipts);
    Ok(crm_letter(app, (channel_id, source_id), message_id, kind, payload, expires_at))
}
