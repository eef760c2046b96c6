//! Typing, reactions and edits.

use super::*;
use crate::MessageIds;

fn reaction(external_id: &str, emoji: Option<&str>) -> Event {
    let message = MessageIds { id: Uuid::from_u128(1), external_id: Some(external_id.to_owned()) };
    Event::Reaction { message, sender: Person::default(), emoji: emoji.map(str::to_owned) }
}

#[tokio::test]
async fn typing_is_shown_where_it_happens() {
    let stage = TestBot::new([]).await;
    let until = DateTime::from_timestamp_millis(1_795_168_805_000).unwrap();
    let typing = Event::Typing { sender: Person::default(), until };
    let report = stage.send(Outgoing { conversation_id: "-77/5".to_owned(), ..outgoing(typing) }).await;
    taken(&report);
    let call = stage.fake.call();
    let asked = json!({ "chat_id": -77, "message_thread_id": 5, "action": "typing" });
    assert_eq!((call.method.as_str(), Value::Object(call.parameters)), ("sendChatAction", asked));
}

#[tokio::test]
async fn a_reaction_is_set_without_its_selector_and_taken_back() {
    let stage = TestBot::new([]).await;
    taken(&stage.send(outgoing(reaction("5512345678:7", Some("❤️")))).await);
    taken(&stage.send(outgoing(reaction("5512345678:7", None))).await);
    let calls = stage.fake.calls();
    let set = json!({ "chat_id": 5_512_345_678_i64, "message_id": 7, "reaction": [{ "type": "emoji", "emoji": "❤" }] });
    assert_eq!((calls[0].method.as_str(), Value::Object(calls[0].parameters.clone())), ("setMessageReaction", set));
    assert_eq!(calls[1].parameters["reaction"], json!([]));
}

#[tokio::test]
async fn a_reaction_that_telegram_does_not_know_is_left_out() {
    let stage = TestBot::new([ScriptedAnswer::refused(400, "Bad Request: REACTION_INVALID")]).await;
    for event in [
        reaction("5512345678:7", Some("🦖")),
        reaction("b42/5512345678:7", Some("👍")),
        reaction("0190aaaa-bbbb-7ccc-8ddd-eeeeffff0001", Some("👍")),
    ] {
        taken(&stage.send(outgoing(event)).await);
    }
    assert!(stage.methods().is_empty());
    taken(&stage.send(outgoing(reaction("5512345678:7", Some("👍")))).await);
    assert_eq!(stage.methods().len(), 1, "refused in this chat: there is nothing left to do");
}

#[tokio::test]
async fn texts_and_captions_are_edited() {
    let edited = |content: Content, id: Option<&str>| {
        let message = Message { external_id: id.map(str::to_owned), ..message(content) };
        outgoing(Event::Edited(Box::new(message)))
    };
    let id = Some("5512345678:7");
    let stage = TestBot::new([]).await;
    taken(&stage.send(edited(text("new"), id)).await);
    let captioned = Media { text: Some("new".into()), ..kept("a.jpg", "image/jpeg") };
    taken(&stage.send(edited(Content::Picture(captioned), id)).await);
    let calls = stage.fake.calls();
    assert_eq!((calls[0].method.as_str(), calls[1].method.as_str()), ("editMessageText", "editMessageCaption"));
    for (call, field) in calls.iter().zip(["text", "caption"]) {
        assert_eq!((&call.parameters["message_id"], &call.parameters[field]), (&json!(7), &json!("new")));
    }
    let place = Content::Location { latitude: 1.0, longitude: 2.0 };
    assert_eq!(failure(&stage.send(edited(place, id)).await).0, FailureCode::Rejected);
    assert_eq!(failure(&stage.send(edited(text("new"), None)).await).0, FailureCode::Rejected);
    for done in ["message is not modified: x", "message to edit not found"] {
        let stage = TestBot::new([ScriptedAnswer::refused(400, &format!("Bad Request: {done}"))]).await;
        taken(&stage.send(edited(text("new"), id)).await);
    }
}
