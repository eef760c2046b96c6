use super::*;

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
