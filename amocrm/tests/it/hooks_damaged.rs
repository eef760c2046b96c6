//! Hooks with something wrong in them: the right error, and never a panic.

use amocrm::hooks::chats::{HookError, HookEvent, parse};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::hooks::samples;

#[test]
fn unusable() {
    let incomplete = |body: Value| match parse(body.to_string().as_bytes()) {
        Err(HookError::Incomplete { what }) => what,
        other => panic!("{other:?}"),
    };
    assert_eq!(incomplete(json!({})), "account_id");
    assert_eq!(incomplete(json!({"account_id": "", "receiver": {"id": "x"}})), "account_id");
    assert_eq!(incomplete(json!({"account_id": "a", "message": "x"})), "message.conversation.id");
    let lone = json!({"account_id": "a", "message": {"conversation": {"id": "c"}, "message": {"type": "text"}}});
    assert_eq!(incomplete(lone), "message.message.id");
    assert_eq!(
        incomplete(json!({"account_id": "a", "action": {"typing": {"expired_at": 5}}})),
        "action.typing.conversation.id"
    );
    let reaction = |reaction: Value| json!({"account_id": "a", "action": {"reaction": reaction}});
    assert_eq!(incomplete(reaction(json!({"type": "unreact"}))), "action.reaction.message.id");
    assert_eq!(incomplete(reaction(json!({"msgid": "m"}))), "action.reaction.conversation.id");
    assert_eq!(
        incomplete(reaction(json!({"msgid": "m", "conversation": {"id": "c"}, "type": "react"}))),
        "action.reaction.emoji"
    );
    for version_1 in [
        json!({"receiver": "acme-user-77", "conversation_id": "acme-conv-77", "type": "text", "text": "Hi"}),
        json!({"account_id": "a", "receiver": "acme-user-77", "type": "text", "text": "Hi"}),
    ] {
        assert_eq!(parse(version_1.to_string().as_bytes()), Err(HookError::Version1));
    }
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for body in
        ["", " ", "[]", "null", "7", "\"text\"", "{", "{\"account_id\":\"\\ud800", "<html>", "\u{feff}{}", &deep]
    {
        assert!(matches!(parse(body.as_bytes()), Err(HookError::Malformed { .. })), "{:.40}", body);
    }
    assert!(matches!(parse(b"{\"account_id\":\"\xff\""), Err(HookError::Malformed { .. })));
    for body in [
        json!({"account_id": "a"}),
        json!({"account_id": "a", "message": null}),
        json!({"account_id": "a", "action": {"typing": []}}),
        json!({"account_id": "a", "action": {"waving": {"id": 1}}}),
    ] {
        assert_eq!(parse(body.to_string().as_bytes()).unwrap().event, HookEvent::Unknown);
    }
}

/// Every value of a body in turn replaced by every kind of other value.
#[test]
fn every_value_swapped() {
    fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
        found.push(at.to_owned());
        match value {
            Value::Object(members) => {
                members.iter().for_each(|(key, member)| pointers(member, &format!("{at}/{key}"), found))
            }
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(key, item)| pointers(item, &format!("{at}/{key}"), found))
            }
            _ => {}
        }
    }
    let others = [
        json!(null),
        json!(""),
        json!("x"),
        json!(0),
        json!(-1.5),
        json!(1e300),
        json!(true),
        json!([]),
        json!([1]),
        json!({}),
        json!({"id": {}}),
    ];
    for (_, body) in samples() {
        let body: Value = serde_json::from_slice(&body).unwrap();
        let mut places = Vec::new();
        pointers(&body, "", &mut places);
        for place in places {
            for other in &others {
                let mut changed = body.clone();
                *changed.pointer_mut(&place).unwrap() = other.clone();
                let _ = parse(changed.to_string().as_bytes());
            }
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in any::<Vec<u8>>()) {
        let _ = parse(&bytes);
    }

    #[test]
    fn damaged_bodies_are_survived(which in 0..19usize, cuts in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6), end in any::<prop::sample::Index>()) {
        let (_, mut body) = samples().swap_remove(which);
        for (place, byte) in cuts {
            let index = place.index(body.len());
            body[index] = byte;
        }
        let _ = parse(&body);
        body.truncate(end.index(body.len()));
        let _ = parse(&body);
    }
}
