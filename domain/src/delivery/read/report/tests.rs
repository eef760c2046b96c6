use base::message::{Body, Content, Person, Role};

use super::*;

use base::millis::HOUR;

fn report(waits: Vec<rows::WaitRow>) -> Report {
    let flow = |direction, quarter, messages, failed| FlowRow {
        source_id: Uuid::from_u128(1),
        direction,
        quarter,
        messages,
        failed,
        first: 5,
    };
    let flows = vec![flow(1, 0, 3, 0), flow(2, 1, 2, 1), flow(1, 23 * 4, 1, 0)];
    let writers = [("a", 5), ("b", 7), ("bot", 9), ("", 1)]
        .map(|(writer, messages)| WriterRow { writer: writer.to_owned(), messages });
    let period = ReportPeriod { from: 0, to: 10 * HOUR };
    let filter = ReportFilter { tenant_id: Uuid::nil(), period, source_id: None, users: Vec::new(), most: MOST };
    Report::of(&filter, 20 * HOUR, flows, writers.into(), Waits::of_rows(waits))
}

fn wait(chat: u128, opened_at: i64, took: Option<i64>, by: &str) -> rows::WaitRow {
    rows::WaitRow {
        source_id: Uuid::from_u128(1),
        conversation_id: Uuid::from_u128(chat),
        opened_at,
        answered_at: took.map(|took| opened_at + took),
        answered_by: by.to_owned(),
        read: 10,
        first: 5,
    }
}

#[test]
fn hours_are_those_of_the_account() {
    let week = report(Vec::new()).by_hour(Zone::UTC);
    // The first of January 1970 was a Thursday.
    assert_eq!((week[3][0].came, week[3][0].went, week[3][0].failed, week[3][23].came), (3, 2, 1, 1));
    // Half an hour matters: in Kolkata it was 05:30.
    let kolkata = report(Vec::new()).by_hour(Zone::named("Asia/Kolkata"));
    assert_eq!((kolkata[3][5].all(), kolkata[4][4].came), (5, 1));
    assert_eq!(report(Vec::new()).total(), Flow { came: 4, went: 2, failed: 1, failed_in: 0 });
}

#[test]
fn managers_are_counted_and_bots_are_not() {
    let waits = vec![wait(1, HOUR, Some(60), "a"), wait(2, HOUR, Some(20), "a"), wait(3, HOUR, Some(5), "phone")];
    let report = report(waits);
    let shares = report.by_manager(&["A".to_owned(), "b".to_owned()]);
    let told: Vec<_> = shares.iter().map(|share| (share.amojo_id.as_str(), share.messages)).collect();
    assert_eq!(told, [("b", 7), ("a", 5), ("", 1)]);
    assert_eq!(shares[1].answers.map(|times| (times.messages, times.median, times.most)), Some((2, 20, 60)));
    assert_eq!(report.by_manager(&[]).len(), 4, "all authors count while the users are not known");
    assert_eq!(report.answers().map(|times| times.messages), Some(3));
}

#[test]
fn waits_count_for_the_period_in_which_they_began() {
    let waits = vec![
        wait(1, -1, None, ""),
        wait(2, 10 * HOUR, None, ""),
        wait(3, 9 * HOUR, None, ""),
        wait(4, 2 * HOUR, None, ""),
        wait(5, 9 * HOUR, Some(5 * HOUR), "a"),
    ];
    let report = report(waits);
    let waiting: Vec<_> = report.unanswered().iter().map(|chat| (chat.conversation_id.as_u128(), chat.since)).collect();
    assert_eq!(waiting, [(4, 2 * HOUR), (3, 9 * HOUR)], "the longest first");
    assert_eq!(report.answers().map(|times| times.most), Some(5 * HOUR), "also if the answer came after the period");
}

#[test]
fn a_report_says_from_when_on_it_counts() {
    assert_eq!(report(Vec::new()).counted_since(), None);
    let busy = report(vec![rows::WaitRow { read: MOST, first: HOUR, ..wait(1, HOUR, None, "") }]);
    assert_eq!(busy.counted_since(), Some(HOUR));
}

/// The statements take the sender from the beginning of the stored body.
#[test]
fn a_stored_body_begins_with_its_sender() {
    for id in ["user-7", r#"a","role":"manager"#, "ключ\\", ""] {
        let sender = Person { id: id.to_owned(), role: Role::Client, name: Some("x".into()), ..Person::default() };
        let text = r#"","role":"bot","silent":true"#.to_owned();
        let mut body = Body::new(sender, Content::Text { text });
        let stored = serde_json::to_string(&body).unwrap();
        let escaped = serde_json::to_string(id).unwrap();
        let end = stored.find(rows::END_OF_ID).unwrap();
        assert_eq!(format!("\"{}\"", &stored[rows::ID_AT - 1..end]), escaped);
        assert_eq!(&stored[end + rows::END_OF_ID.len()..end + rows::END_OF_ID.len() + 6], "client");
        assert!(!stored.contains(rows::SILENT), "{stored}");
        body.silent = true;
        assert!(serde_json::to_string(&body).unwrap().contains(rows::SILENT));
    }
}
