//! Typing, reactions, read marks.

use super::*;
use crate::MessageIds;

const NOW: i64 = 1_795_168_800;

fn after(event: Event, id: &str, seconds_ago: i64) -> Outgoing {
    let at = DateTime::from_timestamp(NOW - seconds_ago, 0).unwrap();
    Outgoing { last_incoming: Some(LastIncoming { external_id: id.to_owned(), at }), ..outgoing(event) }
}

fn typing() -> Event {
    Event::Typing { sender: Person::default(), until: DateTime::from_timestamp(NOW + 5, 0).unwrap() }
}

#[tokio::test]
async fn an_answer_marks_the_customers_message_as_read_once() {
    let number = TestNumber::new([]).await;
    for _ in 0..2 {
        taken(&number.send(after(Event::Created(Box::new(message(text("x")))), "wamid.7#1", 60)).await);
    }
    let read = json!({ "messaging_product": "whatsapp", "status": "read", "message_id": "wamid.7" });
    let marks: Vec<Value> = number.posted().into_iter().filter(|body| body.get("status").is_some()).collect();
    assert_eq!(marks, [read]);
    taken(&number.send(after(Event::Created(Box::new(message(text("x")))), "imported-1", 60)).await);
    assert_eq!(number.posted().len(), 4, "what Meta does not know is not marked");
}

#[tokio::test]
async fn a_failed_read_mark_changes_nothing() {
    let ok = ScriptedAnswer::ok(json!({ "messages": [{ "id": "wamid.1" }] }));
    let number = TestNumber::new([ok, ScriptedAnswer::refused(100, "no such message")]).await;
    let report = number.send(after(Event::Created(Box::new(message(text("x")))), "wamid.7", 60)).await;
    assert_eq!(taken(&report).external_id.as_deref(), Some("wamid.1"));
}

#[tokio::test]
async fn typing_is_shown_while_the_window_is_open() {
    let number = TestNumber::new([]).await;
    taken(&number.send(after(typing(), "wamid.7", 60)).await);
    taken(&number.send(after(typing(), "wamid.7", 60)).await);
    let expected = json!({ "messaging_product": "whatsapp", "status": "read", "message_id": "wamid.7", "typing_indicator": { "type": "text" } });
    assert_eq!(number.posted(), [expected], "it is shown for 25 seconds");
    let quiet = TestNumber::new([]).await;
    taken(&quiet.send(after(typing(), "wamid.7", 25 * 3600)).await);
    taken(&quiet.send(outgoing(typing())).await);
    assert!(quiet.posted().is_empty());
}

#[tokio::test]
async fn no_read_marks_are_sent_if_they_are_switched_off() {
    let mut number = TestNumber::new([]).await;
    number.settings.public["mark_read"] = json!(false);
    taken(&number.send(after(Event::Created(Box::new(message(text("x")))), "wamid.7", 60)).await);
    taken(&number.send(after(typing(), "wamid.7", 60)).await);
    assert_eq!(number.posted().len(), 1);
}

#[tokio::test]
async fn a_reaction_is_set_and_taken_back() {
    let number = TestNumber::new([]).await;
    let react = |emoji: Option<&str>, id: &str| Event::Reaction {
        message: MessageIds { id: Uuid::from_u128(1), external_id: Some(id.to_owned()) },
        sender: Person::default(),
        emoji: emoji.map(str::to_owned),
    };
    taken(&number.send(outgoing(react(Some("👍"), "wamid.7"))).await);
    taken(&number.send(outgoing(react(None, "wamid.7#0"))).await);
    taken(&number.send(outgoing(react(Some("👍"), "imported-7"))).await);
    let reactions: Vec<Value> = number.posted().into_iter().map(|body| body["reaction"].clone()).collect();
    assert_eq!(
        reactions,
        [json!({ "message_id": "wamid.7", "emoji": "👍" }), json!({ "message_id": "wamid.7", "emoji": "" })]
    );
}
