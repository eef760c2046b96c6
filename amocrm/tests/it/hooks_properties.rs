//! What holds for every hook: nothing panics, one bad member hurts no other, and values come out as they went in.

use amocrm::chats::sign::{hook_signature, verify_hook};
use amocrm::hooks::chats::{HookEvent, HookMessage, MessageContent, parse};
use proptest::prelude::*;
use proptest::sample::Index;
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::hooks::samples;

/// Any JSON, with the words that hooks are made of as likely keys.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[0-9]{1,25}(\\.[0-9]{1,3})?".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        let key = prop_oneof![
            any::<String>(),
            Just("id".to_owned()),
            Just("message".to_owned()),
            Just("messages".to_owned()),
            Just("buttons".to_owned()),
            Just("text".to_owned()),
            Just("list_message".to_owned()),
            Just("sections".to_owned()),
            Just("rows".to_owned()),
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((key, inner), 0..5).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn message_of(body: &Value) -> Option<HookMessage> {
    match parse(body.to_string().as_bytes()).ok()?.event {
        HookEvent::Message(message) => Some(*message),
        _ => None,
    }
}

/// The members of a message by their names on the wire.
fn members(content: &MessageContent) -> Vec<(&'static str, String)> {
    let content = content.clone();
    vec![
        ("id", content.id),
        ("type", content.kind),
        ("text", content.text),
        ("media", format!("{:?}", content.media)),
        ("thumbnail", format!("{:?}", content.thumbnail)),
        ("file_name", format!("{:?}", content.file_name)),
        ("file_size", format!("{:?}", content.file_size)),
        ("media_group_id", format!("{:?}", content.media_group_id)),
        ("location", format!("{:?}", content.location)),
        ("contact", format!("{:?}", content.contact)),
        ("post", format!("{:?}", content.post)),
        ("markup", format!("{:?}", content.markup)),
        ("template", format!("{:?}", content.template)),
        ("reply_to", format!("{:?}", content.reply_to)),
        ("forwards", format!("{:?}", content.forwards)),
    ]
}

/// The same JSON as PHP writes it: everything beyond ASCII as escapes of UTF-16, slashes escaped.
fn as_php(json: &str) -> String {
    let mut escaped = String::new();
    for character in json.chars() {
        match character {
            '/' => escaped.push_str("\\/"),
            character if character.is_ascii() => escaped.push(character),
            character => {
                let mut units = [0; 2];
                character.encode_utf16(&mut units).iter().for_each(|unit| escaped.push_str(&format!("\\u{unit:04x}")));
            }
        }
    }
    escaped
}

proptest! {
    #[test]
    fn any_json_is_survived(body in any_json(), inner in any_json()) {
        let _ = parse(body.to_string().as_bytes());
        let hook = json!({"account_id": "a", "message": {"conversation": {"id": "c"}, "message": inner}, "action": body});
        let _ = parse(hook.to_string().as_bytes());
    }

    /// However bad one member of a message is, the message comes, and all others are read as before; what could not be
    /// read is kept.
    #[test]
    fn one_bad_member_hurts_no_other(which in 0..14usize, place in any::<Index>(), junk in any_json()) {
        let messages: Vec<Value> = samples().iter().map(|(_, body)| serde_json::from_slice(body).unwrap()).collect();
        let mut body = messages.into_iter().filter(|body: &Value| body.get("message").is_some()).nth(which).unwrap();
        let before = message_of(&body).unwrap();
        let inner = body["message"]["message"].as_object_mut().unwrap();
        let keys: Vec<_> = inner.keys().filter(|key| *key != "id").cloned().collect();
        let key = keys[place.index(keys.len())].clone();
        inner.insert(key.clone(), junk.clone());
        let after = message_of(&body).unwrap();
        prop_assert_eq!(&before.conversation_id, &after.conversation_id);
        prop_assert_eq!(&before.receiver, &after.receiver);
        let pairs = members(&before.message).into_iter().zip(members(&after.message));
        for (before, after) in pairs.filter(|(before, _)| before.0 != key) {
            prop_assert_eq!(before, after);
        }
        if let Some(left) = after.message.other.get(&key) {
            // as it was read: serde_json may miss the last digit of a float
            let junk: Value = serde_json::from_str(&junk.to_string()).unwrap();
            prop_assert_eq!(left, &junk);
        }
    }

    #[test]
    fn values_come_out_as_they_went_in(
        ids in prop::array::uniform6("[^\u{fffd}]{1,40}"), text in any::<String>(), at in any::<i64>(), template in any::<i64>(),
        size in 1..=i64::MAX.unsigned_abs(), emoji in "\\PC{1,4}",
    ) {
        let body = json!({"account_id": ids[0], "time": at, "message": {
            "conversation": {"id": ids[1], "client_id": ids[2]}, "source": {"external_id": ids[3]},
            "sender": {"id": ids[4]}, "receiver": {"client_id": ids[5], "phone": text}, "timestamp": at.to_string(),
            "msec_timestamp": at, "message": {"id": ids[0], "type": ids[1], "text": text, "media": ids[2],
            "file_size": size.to_string(), "template": {"id": template},
            "markup": {"mode": ids[3], "buttons": [[{"text": ids[4], "url": ids[5]}]]}}}});
        let hook = parse(body.to_string().as_bytes()).unwrap();
        prop_assert_eq!(&parse(as_php(&body.to_string()).as_bytes()).unwrap(), &hook);
        prop_assert_eq!((&hook.account_id, hook.time), (&ids[0], Some(at)));
        let HookEvent::Message(message) = hook.event else { return Err(TestCaseError::fail("another kind")) };
        prop_assert_eq!((&message.conversation_id, message.conversation_client_id.as_ref()), (&ids[1], Some(&ids[2])));
        prop_assert_eq!((message.source_external_id.as_ref(), message.sender.id.as_ref()), (Some(&ids[3]), Some(&ids[4])));
        prop_assert_eq!((message.receiver.client_id.as_ref(), message.timestamp), (Some(&ids[5]), Some(at)));
        prop_assert_eq!(message.receiver.phone.unwrap_or_default(), text.clone());
        prop_assert_eq!((&message.message.text, message.message.file_size), (&text, Some(size)));
        prop_assert_eq!(message.message.template.and_then(|template| template.id), Some(template));
        prop_assert!(message.message.other.is_empty());
        let reaction = json!({"account_id": "a", "action": {"reaction": {"msgid": ids[0], "conversation": {"id": ids[1]},
            "type": "react", "emoji": emoji}}});
        let HookEvent::Reaction(reaction) = parse(reaction.to_string().as_bytes()).unwrap().event else {
            return Err(TestCaseError::fail("another kind"));
        };
        prop_assert_eq!((&reaction.message_id, reaction.emoji), (&ids[0], Some(emoji)));
    }

    /// A receiver that verifies the raw bytes takes every body that amoCRM may write, in either spelling.
    #[test]
    fn signed_bodies_verify_and_parse(text in any::<String>(), key in ".{1,60}") {
        let body = json!({"account_id": "a", "message": {"conversation": {"id": "c"}, "message": {"id": "m", "text": text}}});
        let secret = SecretString::from(key);
        for body in [body.to_string(), as_php(&body.to_string()), format!("{body}\n")] {
            let signature = hook_signature(&secret, body.as_bytes());
            prop_assert!(verify_hook(&secret, body.as_bytes(), &signature));
            let hook = parse(body.as_bytes()).unwrap();
            let HookEvent::Message(message) = hook.event else { return Err(TestCaseError::fail("another kind")) };
            prop_assert_eq!(&message.message.text, &text);
        }
    }
}
