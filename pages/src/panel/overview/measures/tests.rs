use base::i18n::Language;

use super::*;

#[test]
fn a_side_without_calls_has_no_figures() {
    assert_eq!(figures(Vec::new()), None);
    let one = CallTimes { median: 7, most: 7, all: 1, failed: 0, errors: 0.0 };
    assert_eq!(figures(vec![(7, true)]), Some(one));
}

#[test]
fn only_the_first_try_of_a_message_counts() {
    let message_id = first_id_at(1_000);
    let made = made_at(message_id);
    let row = |kind: LetterKind, at: i64| AttemptRow {
        message_id,
        direction: Direction::ToCrm.number(),
        kind: kind.number(),
        at: made + at,
        ms: 1,
        verdict: "done".to_owned(),
    };
    // The customer reads it 48 s later, and a person sends it again after a minute.
    let tries = [row(LetterKind::Message, 61_000), row(LetterKind::Status, 48_000), row(LetterKind::Message, 400)];
    assert_eq!(delays(&tries, &[]), [(400, true)]);
}

#[test]
fn a_message_of_a_file_waits_from_its_turn_on() {
    let id = first_id_at(1_000);
    let accepted_at = made_at(id) + 98_000;
    let (direction, kind) = (Direction::ToCrm.number(), LetterKind::Message.number());
    let row = Of { id, source_id: Uuid::nil(), direction, accepted_at, error: String::new() };
    let first = AttemptRow { message_id: id, direction, kind, at: accepted_at + 30, ms: 1, verdict: "done".to_owned() };
    assert_eq!(delays(&[first], &[row]), [(30, true)]);
}

#[test]
fn a_customer_who_blocked_the_bot_is_no_failure_of_the_messenger() {
    let of = |error: &str| Of {
        id: Uuid::nil(),
        source_id: Uuid::nil(),
        direction: 0,
        accepted_at: 0,
        error: error.to_owned(),
    };
    assert!(of(r#"{"code":"recipient_blocked","text":"The customer blocked the bot."}"#).is_the_customers());
    assert!(!of(r#"{"code":"rejected","text":"Too long"}"#).is_the_customers());
    assert!(!of("").is_the_customers(), "it did not fail");
    let row = AttemptRow {
        message_id: first_id_at(1_000),
        direction: Direction::ToMessenger.number(),
        kind: LetterKind::Message.number(),
        at: 0,
        ms: 7,
        verdict: "bury".to_owned(),
    };
    assert_eq!(answers(&[&row], &HashSet::new()), [(7, false)]);
    assert_eq!(answers(&[&row], &HashSet::from([row.message_id])), [(7, true)]);
}

#[test]
fn a_side_is_marked_from_one_failure_in_twenty() {
    let tone = |errors| CallTimes { median: 1, most: 1, all: 1000, failed: 0, errors }.tone();
    assert_eq!([tone(4.9), tone(5.0), tone(24.9), tone(40.0)], ["", "warn", "warn", "bad"]);
}

#[test]
fn the_median_and_the_95th_percentile_are_those_of_sorted_times() {
    let calls = (1..=100).rev().map(|ms| (ms, ms != 100)).collect();
    assert_eq!(figures(calls), Some(CallTimes { median: 50, most: 95, all: 100, failed: 1, errors: 1.0 }));
}

#[test]
fn failed_messages_are_drawn_once_and_counted_in_their_direction_too() {
    let flow = Flow { came: 3, went: 5, failed: 2, failed_in: 1 };
    let slot = flow_slot(Words::new(Language::En), "14:00".to_owned(), flow);
    assert_eq!((slot.parts, slot.counts), (vec![2, 4, 2], vec![3, 5, 2]));
    let said = slot.said.replace('\u{a0}', " ");
    assert_eq!(said, "14:00: 3 from customers, 5 to customers, 2 undelivered");
}
