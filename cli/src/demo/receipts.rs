//! When customers had and read what managers wrote in the demo's month, and that amoCRM was told so.

use base::message::{Direction, LetterKind, State, day_of};
use entity::{attempt, dedupe, message};
use uuid::Uuid;

/// `queue::accept_batch::EventKind`: delivered and read.
const DELIVERED: i16 = 12;
const READ: i16 = 13;
const SECOND: i64 = 1_000;

/// The receipts of messages that were read, and the calls that told amoCRM of them.
pub(super) fn of(messages: &[message::Model], now: i64) -> (Vec<dedupe::Model>, Vec<attempt::Model>) {
    let read = messages.iter().filter(|one| one.state == State::Read.number());
    read.map(|one| {
        // A customer reads after 5 to 35 seconds.
        let after = i64::from(one.id.as_bytes()[15] % 31) + 5;
        let at = (one.accepted_at + after * SECOND).min(now);
        let receipts = [(DELIVERED, (one.accepted_at + SECOND).min(at)), (READ, at)];
        (receipts.map(|(event, at)| receipt(one, event, at)), told(one, at))
    })
    .fold((Vec::new(), Vec::new()), |(mut receipts, mut calls), (two, call)| {
        receipts.extend(two);
        calls.push(call);
        (receipts, calls)
    })
}

fn receipt(of: &message::Model, event: i16, at: i64) -> dedupe::Model {
    dedupe::Model {
        tenant_id: of.tenant_id,
        origin: of.source_id,
        external_id: of.id.to_string(),
        event,
        message_id: id(of, at),
        fingerprint: 0,
        day: day_of(at),
    }
}

fn told(of: &message::Model, at: i64) -> attempt::Model {
    attempt::Model {
        tenant_id: of.tenant_id,
        message_id: of.id,
        letter_id: id(of, at),
        number: 1,
        kind: LetterKind::Status.number(),
        direction: Direction::ToCrm.number(),
        at,
        ms: 12,
        verdict: "done".to_owned(),
        status: 200,
        answer: String::new(),
        reason: String::new(),
        id: None,
        source_id: None,
        event: String::new(),
        took: 0,
        request: None,
    }
}

/// An id that was made at a moment.
fn id(of: &message::Model, at: i64) -> Uuid {
    let [.., a, b, c, d, e, f, g, h, i, j] = *of.id.as_bytes();
    let millis = u64::try_from(at).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(millis, &[a, b, c, d, e, f, g, h, i, j]).into_uuid()
}
