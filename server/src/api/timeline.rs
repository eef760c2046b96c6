//! The history of a message, built from its row, its attempts and its dead letters.

use base::message::{Direction, LetterKind};
use entity::{attempt, dead_letter, found_message, message};
use serde::Serialize;
use utoipa::ToSchema;

use base::json::Moment;

/// An event in the history of a message.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct TimelineEventOut {
    #[schema(value_type = String, format = DateTime)]
    pub at: Moment,
    /// Where it happened: `messenger`, `parom` or `amocrm`.
    #[schema(example = "amocrm")]
    pub hop: &'static str,
    /// The type of event: `found_in_history` (the hook was missed and the message was read from amoCRM's history),
    /// `accepted`; for each attempt `delivered` or `sent` (accepted by the other side), `retry` (a temporary error),
    /// `unknown` (no response), `held` (waits for a repair), `failed` (rejected); for statuses, edits and the like the
    /// same kinds with a prefix, e.g. `status_told`; `dead` (not retried automatically).
    #[schema(example = "delivered")]
    pub event: String,
    /// The number of the attempt; null if the event is not an attempt.
    #[schema(required)]
    pub attempt: Option<i32>,
    /// The remote API's response; null if there was none or the event is not an attempt.
    #[schema(required)]
    pub answer: Option<AnswerOut>,
    /// The reason for the failure; null if there was none.
    #[schema(required)]
    pub reason: Option<String>,
}

/// A response from the remote API.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct AnswerOut {
    /// HTTP status.
    pub status: i32,
    /// At most 4 KiB, without secrets.
    pub text: String,
}

/// Builds a timeline, oldest event first.
pub fn build(
    message: &message::Model,
    attempts: &[attempt::Model],
    dead: &[dead_letter::Model],
    found: Option<&found_message::Model>,
) -> anyhow::Result<Vec<TimelineEventOut>> {
    let mut events: Vec<_> = found.map(|found| plain(found.at, "amocrm", "found_in_history")).into_iter().collect();
    events.push(plain(message.accepted_at, "parom", "accepted"));
    for attempt in attempts {
        events.push(tried(attempt)?);
    }
    for dead in dead {
        let event = named(LetterKind::from_number(dead.kind)?, "dead");
        events.push(TimelineEventOut { reason: filled(&dead.reason), ..plain(dead.last_at, "parom", &event) });
    }
    // Stable sort: events with the same time keep the order accepted, attempted, dead.
    events.sort_by_key(|event| event.at);
    Ok(events)
}

fn plain(at: i64, hop: &'static str, event: &str) -> TimelineEventOut {
    TimelineEventOut { at: Moment(at), hop, event: event.to_owned(), attempt: None, answer: None, reason: None }
}

fn tried(attempt: &attempt::Model) -> anyhow::Result<TimelineEventOut> {
    let direction = Direction::from_number(attempt.direction)?;
    let kind = LetterKind::from_number(attempt.kind)?;
    let event = match (attempt.verdict.as_str(), direction, kind) {
        ("done", Direction::ToCrm, LetterKind::Status) => "told",
        ("done", Direction::ToCrm, _) => "delivered",
        ("done", Direction::ToMessenger, _) => "sent",
        ("bury", ..) => "failed",
        ("pause", ..) => "held",
        (other, ..) => other,
    };
    let answered = attempt.status != 0 || !attempt.answer.is_empty();
    Ok(TimelineEventOut {
        at: Moment(attempt.at),
        hop: match direction {
            Direction::ToCrm => "amocrm",
            Direction::ToMessenger => "messenger",
        },
        event: named(kind, event),
        attempt: Some(attempt.number),
        answer: answered.then(|| AnswerOut { status: attempt.status, text: attempt.answer.clone() }),
        reason: filled(&attempt.reason),
    })
}

fn named(kind: LetterKind, event: &str) -> String {
    match kind {
        LetterKind::Message | LetterKind::Import => event.to_owned(),
        LetterKind::Status => format!("status_{event}"),
        LetterKind::Edit => format!("edit_{event}"),
        LetterKind::Typing => format!("typing_{event}"),
        LetterKind::Reaction => format!("reaction_{event}"),
        LetterKind::Resend => format!("resend_{event}"),
        LetterKind::Chat => format!("chat_{event}"),
    }
}

fn filled(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    fn message() -> message::Model {
        message::Model {
            tenant_id: Uuid::nil(),
            id: Uuid::nil(),
            source_id: Uuid::nil(),
            conversation_id: Uuid::nil(),
            direction: 2,
            state: 4,
            reported: 0,
            external_id: String::new(),
            amocrm_message_id: "a".to_owned(),
            body: String::new(),
            error: String::new(),
            sent_at: 900,
            accepted_at: 1_000,
            day: 0,
            position: 0,
            possible_duplicate: false,
            client_reaction: String::new(),
            manager_reaction: String::new(),
            reacted_at: 0,
        }
    }

    fn attempt(number: i32, at: i64, verdict: &str, status: i32, reason: &str) -> attempt::Model {
        attempt::Model {
            took: 0,
            request: None,
            tenant_id: Uuid::nil(),
            message_id: Uuid::nil(),
            letter_id: Uuid::nil(),
            number,
            kind: 1,
            direction: 2,
            at,
            ms: 5,
            verdict: verdict.to_owned(),
            status,
            answer: String::new(),
            reason: reason.to_owned(),
            id: None,
            source_id: None,
            event: String::new(),
        }
    }

    fn dead(last_at: i64) -> dead_letter::Model {
        dead_letter::Model {
            tenant_id: Uuid::nil(),
            id: Uuid::nil(),
            lane_id: Uuid::nil(),
            conversation_id: Uuid::nil(),
            source_id: Uuid::nil(),
            message_id: Uuid::nil(),
            target: Uuid::nil(),
            direction: 2,
            stream: 1,
            kind: 1,
            payload: String::new(),
            reason: "rejected".to_owned(),
            detail: String::new(),
            attempts: 2,
            first_at: 1_000,
            last_at,
            day: 0,
        }
    }

    #[test]
    fn every_attempt_is_listed_in_order() {
        let status = attempt::Model { kind: 3, direction: 1, ..attempt(1, 3_100, "done", 200, "") };
        let attempts = [attempt(2, 3_000, "bury", 400, "refused"), attempt(1, 1_000, "retry", 0, "no answer"), status];
        let events = build(&message(), &attempts, &[dead(3_000)], None).unwrap();
        let shown: Vec<_> =
            events.iter().map(|event| (event.at.0, event.hop, event.event.as_str(), event.attempt)).collect();
        assert_eq!(
            shown,
            [
                (1_000, "parom", "accepted", None),
                (1_000, "messenger", "retry", Some(1)),
                (3_000, "messenger", "failed", Some(2)),
                (3_000, "parom", "dead", None),
                (3_100, "amocrm", "status_told", Some(1)),
            ]
        );
        assert_eq!((events[1].answer.is_none(), events[1].reason.as_deref()), (true, Some("no answer")));
    }

    #[test]
    fn its_json_is_that_of_the_contract() {
        let done = attempt::Model { direction: 1, answer: "{}".to_owned(), ..attempt(1, 2_000, "done", 200, "") };
        let events = build(&message::Model { direction: 1, ..message() }, &[done], &[], None).unwrap();
        assert_eq!(
            serde_json::to_value(&events[1]).unwrap(),
            json!({"at": "1970-01-01T00:00:02.000Z", "hop": "amocrm", "event": "delivered", "attempt": 1,
                "answer": {"status": 200, "text": "{}"}, "reason": null})
        );
    }

    #[test]
    fn the_timeline_of_a_message_found_in_history_begins_with_that() {
        let found = found_message::Model { tenant_id: Uuid::nil(), message_id: Uuid::nil(), at: 1_000, held: true };
        let events = build(&message(), &[], &[dead(1_000)], Some(&found)).unwrap();
        let shown: Vec<_> = events.iter().map(|event| (event.hop, event.event.as_str())).collect();
        assert_eq!(shown, [("amocrm", "found_in_history"), ("parom", "accepted"), ("parom", "dead")]);
    }

    #[test]
    fn a_damaged_row_is_an_error() {
        assert!(
            build(&message(), &[attempt::Model { kind: 99, ..attempt(1, 1, "done", 200, "") }], &[], None).is_err()
        );
    }
}
