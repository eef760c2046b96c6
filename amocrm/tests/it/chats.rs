//! The Chats API over a real socket.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use amocrm::Now;
use amocrm::chats::sign::{content_md5, sign, string_to_sign};
use amocrm::chats::{ChatUser, Chats, Connect, Content, NewChat, NewMessage};
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use serde_json::json;

use crate::stub::{Seen, Stub, answer, http};

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

#[test]
fn calls_can_be_spawned() {
    fn spawnable<T: Send>(_: T) {}
    let (chats, secret, message) = (chats("http://127.0.0.1:1"), secret(), message());
    spawnable(chats.send_message(&secret, SCOPE, &message));
    spawnable(chats.history(&secret, SCOPE, MESSAGE, 0, 1));
    spawnable(chats.history_pages(&secret, SCOPE, MESSAGE));
}
