use std::time::Duration;

use super::*;

fn refusal<'one>(login: &'one str, place: &'one str) -> RefusedAction<'one> {
    RefusedAction { whose: AuditLogKind::Person(login), action: "member.signed_in", why: "password", place }
}

#[test]
fn equal_refusals_within_an_hour_are_one_row_with_a_count() {
    let (refusals, clock) = (Refusals::default(), Clock::frozen(0));
    for _ in 0..500 {
        refusals.note(refusal("anna@example.com", "192.0.2.7"), &clock);
    }
    let fresh = refusals.take_fresh(0);
    assert_eq!((fresh.len(), fresh[0].1.count), (1, 500));
    assert!(refusals.take_fresh(0).is_empty(), "nothing new");
    refusals.note(refusal(" Anna@example.com", "192.0.2.7"), &clock);
    let again = refusals.take_fresh(0);
    assert_eq!((again[0].1.count, again[0].1.id), (501, fresh[0].1.id));
    clock.advance(Duration::from_secs(3600));
    refusals.note(refusal("anna@example.com", "192.0.2.7"), &clock);
    assert_eq!(refusals.take_fresh(clock.millis())[0].1.count, 1, "another hour");
}

#[test]
fn strangers_make_no_more_rows_than_allowed() {
    let (refusals, clock) = (Refusals::default(), Clock::frozen(0));
    for number in 0..200 {
        refusals.note(refusal(&format!("no{number}@example.com"), "192.0.2.7"), &clock);
    }
    let own = usize::try_from(MOST_AN_ADDRESS).unwrap();
    assert_eq!(refusals.take_fresh(0).len(), own + 1, "one address");
    for number in 0..5_000 {
        refusals.note(refusal("anna@example.com", &format!("192.0.2.{number}")), &clock);
    }
    assert!(refusals.slots().len() <= MOST + 1, "{}", refusals.slots().len());
    let counted: u64 = refusals.slots().values().map(|slot| slot.count).sum();
    assert_eq!(counted, 5_200, "nothing is lost");
}
