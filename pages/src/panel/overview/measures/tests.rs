use super::*;

fn calls(calls: i64, failed: i64) -> SideCalls {
    let mut side = SideCalls { failed, failed_at: Some(0), ..SideCalls::default() };
    side.times.add(0, calls);
    side
}

#[test]
fn a_side_is_marked_from_one_failure_in_twenty_and_ten_calls_on() {
    let notable = |all, failed| is_notable(&calls(all, failed));
    assert_eq!([notable(9, 9), notable(10, 1), notable(100, 4), notable(100, 5)], [false, true, false, true]);
}

#[test]
fn failures_are_over_when_a_side_has_answered_for_a_while() {
    let answered = |at| SideCalls { answered_at: Some(at), ..calls(20, 10) };
    assert!(is_over(&answered(1), OVER, OVER), "it answered after its last failure");
    assert!(!is_over(&answered(1), OVER - 1, OVER), "it failed a moment ago");
    assert!(!is_over(&answered(0), OVER, OVER) && !is_over(&calls(20, 20), OVER, OVER), "it has not answered since");
}
