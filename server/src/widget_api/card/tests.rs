use super::*;

#[test]
fn numbers_are_taken_and_nothing_else() {
    assert_eq!(asked("contact_id=1&contact_id=2&lead_id=3&lang=ru"), (vec![1, 2], Some(3)));
    assert_eq!(
        asked("contact_id=&contact_id=x&contact_id=-1&lead_id=0&contact_id=99999999999999999999"),
        (vec![], None)
    );
    assert_eq!(asked(&"contact_id=7&".repeat(50)).0.len(), MOST_CONTACTS);
}

#[test]
fn a_window_opens_with_the_customers_message() {
    let at = |incoming, now| {
        let window = window(incoming, 86_400, now);
        (window.open, window.until.0)
    };
    assert_eq!(at(Some(1_000), 2_000), (true, 86_401_000));
    assert_eq!(at(Some(1_000), 86_401_000), (false, 86_401_000));
    assert_eq!(at(None, 2_000), (false, 0));
}
