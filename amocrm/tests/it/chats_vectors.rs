//! The published vectors again, this time as what the typed client writes on the wire, byte for byte.

use std::sync::Arc;

use amocrm::chats::{ChatUser, Chats, Content, DeliveryStatus, FailureCode, NewMessage, StatusStyle, Typing};
use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::chats::{ACCOUNT, CHANNEL, MESSAGE, SCOPE, secret};
use crate::stub::{Stub, http};

struct Vector(Value);

impl Vector {
    fn named(name: &str) -> Self {
        let all: Value = serde_json::from_str(include_str!("../fixtures/signing_vectors.json")).unwrap();
        let vectors = all["request_vectors"].as_array().unwrap();
        Self(vectors.iter().find(|vector| vector["name"] == name).unwrap().clone())
    }

    fn part(&self, key: &str) -> &str {
        self.0[key].as_str().unwrap()
    }

    /// A client whose clock shows the vector's date, and the server it calls.
    async fn stage(&self, answer: &str) -> (Stub, Chats) {
        let at: DateTime<Utc> = DateTime::parse_from_rfc2822(self.part("date")).unwrap().into();
        let stub = Stub::answering("200 OK", answer).await;
        let chats = Chats::new(http(), &stub.base, Arc::new(move || at)).unwrap();
        (stub, chats)
    }

    fn assert_sent(&self, stub: &Stub) {
        let seen = stub.only();
        assert_eq!(seen.method(), self.part("method"));
        assert_eq!(seen.target().split('?').next(), Some(self.part("path")));
        assert_eq!(String::from_utf8(seen.body.clone()).unwrap(), self.part("body"));
        for (header, key) in [("Date", "date"), ("Content-MD5", "content_md5"), ("X-Signature", "signature")] {
            assert_eq!(seen.header(header), Some(self.part(key)), "{header}");
        }
    }
}

#[tokio::test]
async fn a_message() {
    let vector = Vector::named("computed-new-message-utf8");
    let (stub, chats) = vector.stage(r#"{"new_message":{"msgid":"m"}}"#).await;
    let message = NewMessage {
        message_id: "acme-msg-0001".to_owned(),
        conversation_id: "acme-conv-77".to_owned(),
        at_milliseconds: 1_788_253_800_125,
        sender: ChatUser {
            id: "acme-user-77".to_owned(),
            name: "Мария".to_owned(),
            phone: Some("+79990001122".to_owned()),
            ..ChatUser::default()
        },
        content: Content::Text { text: "Добрый день! 👋".to_owned() },
        ..NewMessage::default()
    };
    chats.send_message(&secret(), SCOPE, &message).await.unwrap();
    vector.assert_sent(&stub);
}

#[tokio::test]
async fn a_status() {
    let vector = Vector::named("computed-delivery-status");
    let (stub, chats) = vector.stage("").await;
    let text = "Recipient blocked the sender".to_owned();
    let failed = DeliveryStatus::Failed { code: FailureCode::Other, text };
    let chats = chats.with_status_style(StatusStyle::Newest);
    chats.delivery_status(&secret(), SCOPE, MESSAGE, &failed).await.unwrap();
    vector.assert_sent(&stub);
}

#[tokio::test]
async fn typing() {
    let vector = Vector::named("computed-typing");
    let (stub, chats) = vector.stage("").await;
    let typing = Typing {
        conversation_id: "acme-conv-77".to_owned(),
        sender_id: "acme-user-77".to_owned(),
        duration_milliseconds: Some(5000),
    };
    chats.typing(&secret(), SCOPE, &typing).await.unwrap();
    vector.assert_sent(&stub);
}

#[tokio::test]
async fn history() {
    let vector = Vector::named("computed-history-get");
    let (stub, chats) = vector.stage(r#"{"messages":[]}"#).await;
    chats.history(&secret(), SCOPE, "5e4d3c2b-1a09-4f8e-9d7c-6b5a49382716", 100, 50).await.unwrap();
    vector.assert_sent(&stub);
}

#[tokio::test]
async fn disconnecting() {
    let vector = Vector::named("computed-disconnect");
    let (stub, chats) = vector.stage("{}").await;
    chats.disconnect(&secret(), CHANNEL, ACCOUNT).await.unwrap();
    vector.assert_sent(&stub);
}
