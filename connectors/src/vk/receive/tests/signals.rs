//! Events other than messages.

use base::message::State;

use super::*;
use crate::incoming::StatusUpTo;
use crate::vk::fake::ScriptedAnswer;

#[tokio::test]
async fn every_fixture_is_read_and_only_the_unknown_one_is_unknown() {
    for name in names() {
        let unknown = read(&name).await.iter().any(|event| matches!(event, InboundEvent::Unknown(_)));
        assert_eq!(unknown, name == "unknown_event", "{name}");
    }
    assert_eq!(one("confirmation").await, InboundEvent::Nothing("confirmation"));
}

#[tokio::test]
async fn reading_counts_up_to_a_message() {
    let InboundEvent::StatusUpTo(report) = one("message_read").await else { panic!("no report") };
    let message = Some("712345678:9000".to_owned());
    let wanted = StatusUpTo { conversation_id: "712345678".into(), message, until: None, state: State::Read };
    assert_eq!(*report, wanted);
    let own = body("message_read").replace("\"from_id\": 712345678", "\"from_id\": -223344556");
    assert_eq!(Stage::start().await.read(&own).await.unwrap(), [InboundEvent::Nothing("own_reading")]);
}

#[tokio::test]
async fn typing_and_permission_name_the_conversation() {
    let InboundEvent::Typing { conversation_id, sender } = one("message_typing_state").await else {
        panic!("no typing")
    };
    assert_eq!((conversation_id.as_str(), sender.id.as_str()), ("712345678", "712345678"));
    let events = read("message_allow").await;
    let [InboundEvent::Began(began), InboundEvent::Reach { reachable: true, .. }] = events.as_slice() else {
        panic!("{events:?}")
    };
    assert_eq!(began.mark.as_deref(), Some("widget_3"));
    let denied = InboundEvent::Reach { conversation_id: "712345678".into(), reachable: false, at: 0 };
    assert_eq!(one("message_deny").await, denied);
}

#[tokio::test]
async fn presses_name_the_button() {
    let InboundEvent::Pressed(pressed) = one("message_event").await else { panic!("no press") };
    assert_eq!(pressed.message_id.unwrap().to_string(), "0190aaaa-bbbb-7ccc-8ddd-eeeeffff0001");
    assert_eq!(pressed.data, "b:AZCqqru7fMyN3e7u__8AAQ:1:0");
    assert_eq!(pressed.acknowledge, "6fa1b2c3d4e 712345678 712345678");
    let InboundEvent::Pressed(pressed) = one("button_text").await else { panic!("no press") };
    assert_eq!((pressed.data.as_str(), pressed.acknowledge.as_str()), ("b:AZCqqru7fMyN3e7u__8AAQ:0:1", ""));
    assert_eq!(pressed.written.external_id, "712345678:9001");
}

#[tokio::test]
async fn a_reaction_finds_its_message_by_either_number() {
    let stage = Stage::start().await;
    assert_eq!(stage.read(&body("reaction_set")).await.unwrap(), [InboundEvent::Nothing("unknown_message")]);
    let found = json!({ "count": 1, "items": [{ "id": 9000, "peer_id": 712_345_678, "conversation_message_id": 16 }] });
    stage.fake.answers("messages.getByConversationMessageId", ScriptedAnswer::Done(found));
    let events = stage.read(&body("reaction_set")).await.unwrap();
    let [InboundEvent::Reacted(reacted)] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((reacted.message.as_str(), reacted.emoji.as_deref()), ("712345678:9000", Some("👍")));
    let events = stage.read(&body("reaction_removed")).await.unwrap();
    let [InboundEvent::Reacted(removed)] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((removed.message.as_str(), &removed.emoji), ("712345678:9000", &None));
    assert_ne!(removed.key, reacted.key);
    let asked = stage.fake.methods().into_iter().filter(|method| method.starts_with("messages.")).count();
    assert_eq!(asked, 2, "it is remembered");
}
