//! The Chats API over a real socket.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use amocrm::chats::sign::{content_md5, sign, string_to_sign};
use amocrm::chats::{
    ChatUser, Chats, Connect, Content, ConversationRef, DeliveryStatus, EditContent, EditMessage, EditTarget,
    FailureCode, HISTORY_PAGE, MessageRef, NewChat, NewMessage, PastMessage, Reaction, ReactionUser, Typing,
};
use amocrm::{Error, Now};
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::stub::{Play, Seen, Stub, answer, dead_address, http};

pub const CHANNEL: &str = "9d1f6c52-0b7e-4a53-8f21-6f0c3f5a7b10";
pub const ACCOUNT: &str = "3c7a9e84-5d16-4f0b-9a2e-1b8c4d6e7f90";
pub const SCOPE: &str = "9d1f6c52-0b7e-4a53-8f21-6f0c3f5a7b10_3c7a9e84-5d16-4f0b-9a2e-1b8c4d6e7f90";
pub const MESSAGE: &str = "7b0d2c1e-4f3a-4c8b-8a55-0f9e1d2c3b4a";
const TAKEN: &str = r#"{"new_message":{"msgid":"8f00aa11-bb22-4c33-9d44-55ee66ff7788"}}"#;

pub fn secret() -> SecretString {
    SecretString::from("test-channel-secret")
}

/// A clock that starts at the first instant of the vectors and jumps a minute at each look.
pub fn clock() -> Now {
    let seconds = AtomicI64::new(1_788_253_507);
    Arc::new(move || DateTime::<Utc>::from_timestamp(seconds.fetch_add(60, Ordering::Relaxed), 0).unwrap())
}

pub fn chats(base: &str) -> Chats {
    Chats::new(http(), base, clock()).unwrap()
}

pub fn message() -> NewMessage {
    NewMessage {
        message_id: "acme-msg-0001".to_owned(),
        conversation_id: "acme-conv-77".to_owned(),
        at_milliseconds: 1_788_253_800_125,
        sender: ChatUser { id: "acme-user-77".to_owned(), name: "Мария 👋".to_owned(), ..ChatUser::default() },
        content: Content::Text { text: "Добрый день! / \u{2028}".to_owned() },
        ..NewMessage::default()
    }
}

fn connect_body() -> Connect {
    Connect { account_id: ACCOUNT.to_owned(), title: "Acme Chat".to_owned(), is_time_window_disabled: false }
}

/// The headers sign exactly the bytes that came.
pub fn assert_signed(seen: &Seen) {
    let path = seen.target().split('?').next().unwrap();
    let (md5, date) = (content_md5(&seen.body), seen.header("Date").unwrap());
    assert_eq!(seen.header("Content-MD5"), Some(md5.as_str()));
    assert_eq!(seen.header("Content-Type"), Some("application/json"));
    let expected = sign(&secret(), &string_to_sign(seen.method(), &md5, "application/json", date, path));
    assert_eq!(seen.header("X-Signature"), Some(expected.as_str()));
}

#[tokio::test]
async fn connecting() {
    let stub = Stub::answering("200 OK", &format!(r#"{{"account_id":"{ACCOUNT}","scope_id":"{SCOPE}"}}"#)).await;
    let connected = chats(&stub.base).connect(&secret(), CHANNEL, &connect_body()).await.unwrap();
    assert_eq!(connected.scope_id, SCOPE);
    assert_eq!(connected.is_time_window_disabled, None);
    let seen = stub.only();
    assert_eq!(seen.line(), format!("POST /v2/origin/custom/{CHANNEL}/connect HTTP/1.1"));
    // the published vector, byte for byte
    assert_eq!(seen.header("Date"), Some("Tue, 01 Sep 2026 09:05:07 +0000"));
    assert_eq!(seen.header("Content-MD5"), Some("e3c88d70f561ac44110d1c1af5850acd"));
    assert_eq!(seen.header("X-Signature"), Some("9abc0fa150f0810366757d1eacfd689933545e27"));
    assert_signed(&seen);
}

#[tokio::test]
async fn disconnecting_sends_a_body() {
    for answer in ["", "{}", "\n"] {
        let stub = Stub::answering("200 OK", answer).await;
        chats(&stub.base).disconnect(&secret(), CHANNEL, ACCOUNT).await.unwrap();
        let seen = stub.only();
        assert_eq!(seen.line(), format!("DELETE /v2/origin/custom/{CHANNEL}/disconnect HTTP/1.1"));
        assert_eq!(seen.json(), json!({"account_id": ACCOUNT}));
        assert_eq!(seen.header("Content-MD5"), Some("bb32eafeca0bb10bc23a66a5b7204923"));
        assert_signed(&seen);
    }
}

#[tokio::test]
async fn creating_a_chat() {
    for user in [
        json!({"id": "u", "client_id": "acme-user-77", "avatar": "", "phone": "79990001122", "email": "m@acme.test"}),
        json!({"id": "u", "client_id": "acme-user-77", "profile": {"phone": 79990001122_i64, "email": "m@acme.test"}}),
    ] {
        let stub = Stub::answering("200 OK", &json!({"id": "c", "user": user}).to_string()).await;
        let chat = NewChat { conversation_id: "ours".to_owned(), source: None, user: message().sender };
        let made = chats(&stub.base).create_chat(&secret(), SCOPE, &chat).await.unwrap();
        let person = made.user.unwrap();
        assert_eq!((made.id.as_str(), person.avatar), ("c", None));
        assert_eq!(person.phone.as_deref(), Some("79990001122"));
        assert_eq!(person.email.as_deref(), Some("m@acme.test"));
        assert_eq!(stub.only().target(), format!("/v2/origin/custom/{SCOPE}/chats"));
        assert_signed(&stub.only());
    }
}

#[tokio::test]
async fn every_attempt_gets_a_new_signature() {
    let stub = Stub::new(vec![answer("200 OK", "", TAKEN), answer("200 OK", "", TAKEN)]).await;
    let chats = chats(&stub.base);
    for _ in 0..2 {
        let taken = chats.send_message(&secret(), SCOPE, &message()).await.unwrap();
        assert_eq!(taken.amojo_message_id, "8f00aa11-bb22-4c33-9d44-55ee66ff7788");
        assert_eq!(taken.ref_id, None);
    }
    let seen = stub.seen();
    assert_eq!(seen.len(), 2);
    assert_eq!(seen[0].target(), format!("/v2/origin/custom/{SCOPE}"));
    assert_eq!(seen[0].body, seen[1].body);
    assert_ne!(seen[0].header("Date"), seen[1].header("Date"));
    assert_ne!(seen[0].header("X-Signature"), seen[1].header("X-Signature"));
    seen.iter().for_each(assert_signed);
}

/// amojo's clock is 20 minutes ahead.
const THEIRS: &str = "Date: Tue, 01 Sep 2026 09:25:07 GMT\r\n";

#[tokio::test]
async fn a_clock_that_is_off_is_set_by_amojos() {
    let script = vec![
        answer("403 Forbidden", THEIRS, "{}"),
        answer("200 OK", THEIRS, TAKEN),
        answer("200 OK", THEIRS, TAKEN),
        answer("403 Forbidden", "Date: Tue, 01 Sep 2026 09:27:07 GMT\r\n", "{}"),
    ];
    let stub = Stub::new(script).await;
    let chats = chats(&stub.base);
    chats.send_message(&secret(), SCOPE, &message()).await.unwrap();
    chats.send_message(&secret(), SCOPE, &message()).await.unwrap();
    let refused = chats.send_message(&secret(), SCOPE, &message()).await.unwrap_err();
    assert_eq!(refused.status(), Some(403), "nothing to blame the clock for: {refused}");
    let dates: Vec<_> = stub.seen().iter().map(|seen| seen.header("Date").unwrap().to_owned()).collect();
    let ours = [
        "Tue, 01 Sep 2026 09:05:07",
        "Tue, 01 Sep 2026 09:25:07",
        "Tue, 01 Sep 2026 09:26:07",
        "Tue, 01 Sep 2026 09:27:07",
    ];
    assert!(dates.iter().zip(ours).all(|(date, wanted)| date.starts_with(wanted)), "{dates:?}");
    assert_eq!(dates.len(), 4);
    stub.seen().iter().for_each(assert_signed);
}

#[tokio::test]
async fn a_clock_offset_that_does_not_help_is_not_kept() {
    let script =
        vec![answer("403 Forbidden", THEIRS, "{}"), answer("403 Forbidden", THEIRS, "{}"), answer("200 OK", "", TAKEN)];
    let stub = Stub::new(script).await;
    let chats = chats(&stub.base);
    chats.send_message(&secret(), SCOPE, &message()).await.unwrap_err();
    chats.send_message(&secret(), SCOPE, &message()).await.unwrap();
    let date = stub.seen()[2].header("Date").unwrap().to_owned();
    assert!(date.starts_with("Tue, 01 Sep 2026 09:06:07"), "{date}");
}

#[tokio::test]
async fn a_base_with_a_path_is_signed_as_sent() {
    let stub = Stub::answering("200 OK", TAKEN).await;
    chats(&format!("{}/prefix/", stub.base)).send_message(&secret(), SCOPE, &message()).await.unwrap();
    assert_eq!(stub.only().target(), format!("/prefix/v2/origin/custom/{SCOPE}"));
    assert_signed(&stub.only());
}

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

#[tokio::test]
async fn history() {
    let row = json!({"timestamp": 1788254100, "msec_timestamp": "1788254100001", "sender": {"id": "s", "name": "Oleg"},
        "receiver": {"id": "r", "client_id": "acme-user-77", "phone": "79990001122"},
        "message": {"id": "m", "client_id": "acme-msg-0002", "type": "text", "text": "Yes", "media": "", "file_size": "0"}});
    let stub = Stub::answering("200 OK", &json!({"messages": [row]}).to_string()).await;
    let rows = chats(&stub.base).history(&secret(), SCOPE, MESSAGE, 100, 50).await.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].msec_timestamp, Some(1_788_254_100_001));
    assert_eq!(rows[0].message.client_id.as_deref(), Some("acme-msg-0002"));
    assert_eq!((rows[0].message.media.as_ref(), rows[0].message.file_size), (None, None));
    let seen = stub.only();
    assert_eq!(
        seen.line(),
        format!("GET /v2/origin/custom/{SCOPE}/chats/{MESSAGE}/history?offset=100&limit=50 HTTP/1.1")
    );
    assert_eq!(seen.header("Content-MD5"), Some("d41d8cd98f00b204e9800998ecf8427e"));
    assert!(seen.body.is_empty());
    assert_signed(&seen);

    let stub = Stub::answering("204 No Content", "").await;
    assert_eq!(chats(&stub.base).history(&secret(), SCOPE, MESSAGE, 0, 1).await.unwrap(), []);
    for limit in [0, 51] {
        let error = chats(&stub.base).history(&secret(), SCOPE, MESSAGE, 0, limit).await.unwrap_err();
        assert!(matches!(error, Error::Invalid { call: "history", .. }), "{error}");
    }
}

fn page(ids: impl Iterator<Item = u32>) -> Play {
    let rows: Vec<Value> = ids.map(|id| json!({"message": {"id": format!("m{id}"), "type": "text"}})).collect();
    answer("200 OK", "", &json!({"messages": rows}).to_string())
}

fn ids(rows: &[PastMessage]) -> Vec<&str> {
    rows.iter().map(|row| row.message.id.as_str()).collect()
}

/// A message came in between, so the second page begins with one that the first had; an error in between is repeated.
#[tokio::test]
async fn all_pages() {
    let busy = answer("429 Too Many Requests", "", "");
    let stub = Stub::new(vec![page((51..=100).rev()), busy, page((2..=51).rev()), page((1..=2).rev())]).await;
    let (chats, secret) = (chats(&stub.base), secret());
    let mut pages = chats.history_pages(&secret, SCOPE, MESSAGE);
    assert_eq!(pages.next().await.unwrap().unwrap().len(), 50);
    assert_eq!(pages.next().await.unwrap_err().status(), Some(429));
    let second = pages.next().await.unwrap().unwrap();
    assert_eq!((second.len(), ids(&second)[0]), (49, "m50"));
    assert_eq!(ids(&pages.next().await.unwrap().unwrap()), ["m1"]);
    assert_eq!(pages.next().await.unwrap(), None);
    let asked: Vec<_> = stub.seen().iter().map(|seen| seen.target().split_once('?').unwrap().1.to_owned()).collect();
    assert_eq!(asked, ["offset=0&limit=50", "offset=50&limit=50", "offset=50&limit=50", "offset=100&limit=50"]);
    assert_eq!(HISTORY_PAGE, 50);
}

#[tokio::test]
async fn a_chat_without_messages_has_no_pages() {
    let stub = Stub::answering("204 No Content", "").await;
    let (chats, secret) = (chats(&stub.base), secret());
    let mut pages = chats.history_pages(&secret, SCOPE, MESSAGE);
    assert_eq!(pages.next().await.unwrap(), Some(Vec::new()));
    assert_eq!(pages.next().await.unwrap(), None);
}

#[tokio::test]
async fn kinds_of_rows() {
    let incoming = json!({"timestamp": 1788254100, "sender": {"id": "s", "client_id": "acme-user-77", "name": "Maria",
        "avatar": "https://files.acme.test/a/77.png", "email": "maria@acme.test"},
        "message": {"id": "1", "client_id": "acme-msg-1", "type": "location", "text": "", "location": {"lon": "37.6173",
        "lat": 55}}});
    let card =
        json!({"sender": [], "message": {"id": "2", "type": "contact", "contact": {"name": "Ivan", "phone": 7999}}});
    let group = json!({"message": {"id": "3", "type": "picture", "media": "https://amojo.amocrm.ru/a", "thumbnail":
        "https://amojo.amocrm.ru/b", "file_name": "a.jpg", "file_size": "48211", "media_group_id": "g"}});
    let odd = json!({"message": {"id": 4, "type": "hologram", "location": {"lon": 1}, "depth": 3}});
    let body = json!({"messages": [incoming, card, group, odd]}).to_string();
    let stub = Stub::answering("200 OK", &body).await;
    let rows = chats(&stub.base).history(&secret(), SCOPE, MESSAGE, 0, 50).await.unwrap();
    assert_eq!((rows[0].at_milliseconds(), rows[0].receiver.as_ref()), (Some(1_788_254_100_000), None));
    let place = rows[0].message.location.unwrap();
    assert_eq!((place.longitude, place.latitude), (37.6173, 55.0));
    assert_eq!(rows[0].sender.as_ref().unwrap().client_id.as_deref(), Some("acme-user-77"));
    let contact = rows[1].message.contact.as_ref().unwrap();
    assert_eq!((contact.name.as_deref(), contact.phone.as_deref()), (Some("Ivan"), Some("7999")));
    assert_eq!((rows[1].sender.as_ref(), rows[1].at_milliseconds()), (None, None));
    let picture = &rows[2].message;
    assert_eq!((picture.file_size, picture.media_group_id.as_deref()), (Some(48_211), Some("g")));
    assert!(picture.media.is_some() && picture.thumbnail.is_some() && picture.other.is_empty());
    let odd = &rows[3].message;
    assert_eq!((odd.id.as_str(), odd.kind.as_str(), odd.location), ("4", "hologram", None));
    assert_eq!(Value::Object(odd.other.clone()), json!({"location": {"lon": 1}, "depth": 3}));
}

#[tokio::test]
async fn unreadable_pages() {
    for body in [json!({}), json!({"messages": [{"message": {"text": "no id"}}]}), json!({"messages": [{}]})] {
        let stub = Stub::answering("200 OK", &body.to_string()).await;
        let error = chats(&stub.base).history(&secret(), SCOPE, MESSAGE, 0, 1).await.unwrap_err();
        assert!(matches!(error, Error::Unreadable { call: "history", .. }), "{body}: {error}");
    }
}

#[tokio::test]
async fn statuses_in_the_words_of_both_generations() {
    let failed =
        DeliveryStatus::Failed { code: FailureCode::ConversationImpossible, text: "No such number".to_owned() };
    let unsaid = DeliveryStatus::Failed { code: FailureCode::Other, text: String::new() };
    let error = |code: u16, text: &str| json!({"msgid": MESSAGE, "status_code": -1, "delivery_status": -1, "error_code": code, "error": text});
    for (status, expected) in [
        (&DeliveryStatus::Delivered, json!({"msgid": MESSAGE, "status_code": 1, "delivery_status": 1})),
        (&DeliveryStatus::Read, json!({"msgid": MESSAGE, "status_code": 2, "delivery_status": 2})),
        (&failed, error(904, "No such number")),
        (&unsaid, error(905, "The message was not delivered")),
    ] {
        let stub = Stub::answering("200 OK", "").await;
        chats(&stub.base).delivery_status(&secret(), SCOPE, MESSAGE, status).await.unwrap();
        let seen = stub.only();
        assert_eq!(seen.target(), format!("/v2/origin/custom/{SCOPE}/{MESSAGE}/delivery_status"));
        assert_eq!(seen.json(), expected);
        assert_signed(&seen);
    }
}
