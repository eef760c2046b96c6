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
