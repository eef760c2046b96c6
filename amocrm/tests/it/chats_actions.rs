//! Changes, typing and reactions over a real socket (chats-api §3.4.6, §3.7, §3.8).

use amocrm::Error;
use amocrm::chats::{
    Content, ConversationRef, EditContent, EditMessage, EditTarget, MessageRef, Reaction, ReactionUser, Typing,
};
use serde_json::json;

use crate::chats::{MESSAGE, SCOPE, assert_signed, chats, secret};
use crate::stub::{Stub, dead_address};

fn edit() -> EditMessage {
    EditMessage {
        target: EditTarget::Ours("acme-msg-0001".to_owned()),
        conversation_id: "acme-conv-77".to_owned(),
        at_milliseconds: 1_788_254_200_500,
        content: EditContent::Whole(Content::Text { text: "Is the red one in stock?".to_owned() }),
        delivery_status: None,
    }
}

fn typing() -> Typing {
    Typing {
        conversation_id: "acme-conv-77".to_owned(),
        sender_id: "acme-user-77".to_owned(),
        duration_milliseconds: None,
    }
}

fn reaction() -> Reaction {
    Reaction {
        conversation: ConversationRef::Ours("acme-conv-77".to_owned()),
        message: MessageRef::Amojo(MESSAGE.to_owned()),
        user: ReactionUser::Client("acme-user-77".to_owned()),
        emoji: Some("❤\u{fe0f}".to_owned()),
    }
}

/// No answer is documented: what there is is read, what there is not is no failure.
#[tokio::test]
async fn editing() {
    for (body, told) in [
        ("", None),
        ("{}", None),
        ("[]", None),
        (r#"{"edit_message":{"msgid":"m"}}"#, Some("m")),
        (r#"{"new_message":{"msgid":"m","ref_id":"acme-msg-0001"}}"#, Some("m")),
    ] {
        let stub = Stub::answering("200 OK", body).await;
        let taken = chats(&stub.base).edit_message(&secret(), SCOPE, &edit()).await.unwrap();
        assert_eq!(taken.map(|taken| taken.amojo_message_id).as_deref(), told, "{body}");
        let seen = stub.only();
        assert_eq!(seen.line(), format!("POST /v2/origin/custom/{SCOPE} HTTP/1.1"));
        assert_eq!(seen.json(), serde_json::to_value(edit()).unwrap());
        assert_signed(&seen);
    }
    let stub = Stub::answering("200 OK", "<html>maintenance</html>").await;
    let error = chats(&stub.base).edit_message(&secret(), SCOPE, &edit()).await.unwrap_err();
    assert!(error.outcome_unknown(), "{error}");
}

#[tokio::test]
async fn typing_is_shown() {
    for (duration, expected) in [
        (None, json!({"conversation_id": "acme-conv-77", "sender": {"id": "acme-user-77"}})),
        (Some(7000), json!({"conversation_id": "acme-conv-77", "sender": {"id": "acme-user-77"}, "duration_ms": 7000})),
    ] {
        let stub = Stub::answering("204 No Content", "").await;
        let typing = Typing { duration_milliseconds: duration, ..typing() };
        chats(&stub.base).typing(&secret(), SCOPE, &typing).await.unwrap();
        let seen = stub.only();
        assert_eq!(seen.line(), format!("POST /v2/origin/custom/{SCOPE}/typing HTTP/1.1"));
        assert_eq!(seen.json(), expected);
        assert_signed(&seen);
    }
}

#[tokio::test]
async fn reactions_are_set_and_cleared() {
    let cleared = Reaction {
        conversation: ConversationRef::Amojo("5e4d".to_owned()),
        message: MessageRef::Ours("acme-msg-0001".to_owned()),
        user: ReactionUser::Manager("a9b8".to_owned()),
        emoji: None,
    };
    let set = json!({"conversation_id": "acme-conv-77", "id": MESSAGE, "user": {"id": "acme-user-77"}, "type": "react",
        "emoji": "❤\u{fe0f}"});
    let unset = json!({"conversation_ref_id": "5e4d", "msgid": "acme-msg-0001", "user": {"ref_id": "a9b8"},
        "type": "unreact"});
    for (reaction, expected, answer) in [(reaction(), set, ""), (cleared, unset, "{}")] {
        let stub = Stub::answering("200 OK", answer).await;
        chats(&stub.base).react(&secret(), SCOPE, &reaction).await.unwrap();
        let seen = stub.only();
        assert_eq!(seen.line(), format!("POST /v2/origin/custom/{SCOPE}/react HTTP/1.1"));
        assert_eq!(seen.json(), expected);
        assert_signed(&seen);
    }
    let stub = Stub::answering("404 Not Found", "").await;
    let error = chats(&stub.base).react(&secret(), SCOPE, &reaction()).await.unwrap_err();
    assert_eq!((error.call(), error.status()), ("react", Some(404)));
}

#[tokio::test]
async fn own_mistakes_are_not_sent() {
    let (chats, secret) = (chats(&dead_address().await), secret());
    let bind = |theirs: &str, ours: &str| EditTarget::Bind {
        amojo_message_id: theirs.to_owned(),
        message_id: ours.to_owned(),
    };
    for broken in [
        EditMessage { conversation_id: String::new(), ..edit() },
        EditMessage { target: EditTarget::Ours(String::new()), ..edit() },
        EditMessage { target: EditTarget::Amojo(String::new()), ..edit() },
        EditMessage { target: bind("m", ""), ..edit() },
        EditMessage { target: bind("", "m"), ..edit() },
        EditMessage { content: EditContent::Whole(Content::default()), ..edit() },
    ] {
        let error = chats.edit_message(&secret, SCOPE, &broken).await.unwrap_err();
        assert!(matches!(error, Error::Invalid { call: "edit_message", .. }), "{error}");
    }
    for broken in
        [Typing { conversation_id: String::new(), ..typing() }, Typing { sender_id: String::new(), ..typing() }]
    {
        let error = chats.typing(&secret, SCOPE, &broken).await.unwrap_err();
        assert!(matches!(error, Error::Invalid { call: "typing", .. }), "{error}");
    }
    for broken in [
        Reaction { conversation: ConversationRef::Amojo(String::new()), ..reaction() },
        Reaction { message: MessageRef::Ours(String::new()), ..reaction() },
        Reaction { user: ReactionUser::Manager(String::new()), ..reaction() },
        Reaction { emoji: Some(String::new()), ..reaction() },
    ] {
        let error = chats.react(&secret, SCOPE, &broken).await.unwrap_err();
        assert!(matches!(error, Error::Invalid { call: "react", .. }), "{error}");
    }
}
