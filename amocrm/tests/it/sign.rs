//! Signatures: published vectors and properties, then the vectors as what the typed client writes on the wire, byte for byte.

use std::sync::Arc;

use amocrm::chats::sign::{
    content_md5, hook_signature, rfc2822_date, sign, signed_headers, string_to_sign, verify_hook,
};
use amocrm::chats::{ChatUser, Chats, Content, NewMessage, Typing};
use amocrm::hooks::revoke;
use chrono::{DateTime, TimeZone, Utc};
use proptest::prelude::*;
use secrecy::SecretString;
use serde_json::Value;

use crate::chats::{SCOPE, secret};
use crate::stub::{Stub, http};

fn vectors(kind: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(include_str!("../fixtures/signing_vectors.json")).unwrap();
    all[kind].as_array().unwrap().clone()
}

/// Signatures in amoCRM's own pages whose bodies were shortened after signing: from the MD5 on they hold.
fn documented() -> Vec<Value> {
    let documented: Vec<_> = serde_json::from_str(include_str!("../fixtures/documented_signatures.json")).unwrap();
    assert_eq!(documented.len(), 5);
    documented
}

fn text<'vector>(vector: &'vector Value, key: &str) -> &'vector str {
    vector[key].as_str().unwrap_or_else(|| panic!("{key} in {vector}"))
}

fn vector_secret(vector: &Value) -> SecretString {
    SecretString::from(text(vector, "secret"))
}

#[test]
fn requests() {
    let vectors = vectors("request_vectors");
    assert_eq!(vectors.len(), 12);
    for vector in vectors {
        let name = text(&vector, "name");
        let body = text(&vector, "body").as_bytes();
        if let Some(hex_body) = vector["body_hex"].as_str() {
            assert_eq!(hex::encode(body), hex_body, "{name}");
        }
        let md5 = content_md5(body);
        assert_eq!(md5, text(&vector, "content_md5"), "{name}");
        let (method, date, path) = (text(&vector, "method"), text(&vector, "date"), text(&vector, "path"));
        let to_sign = string_to_sign(method, &md5, text(&vector, "content_type"), date, path);
        assert_eq!(to_sign, text(&vector, "string_to_sign"), "{name}");
        assert_eq!(sign(&vector_secret(&vector), &to_sign), text(&vector, "signature"), "{name}");
        let at = DateTime::parse_from_rfc2822(date).unwrap().with_timezone(&Utc);
        let headers = signed_headers(&vector_secret(&vector), method, path, at, body);
        assert_eq!(headers.date, date, "{name}");
        assert_eq!(headers.content_md5, md5, "{name}");
        assert_eq!(headers.content_type, "application/json");
        assert_eq!(headers.signature, text(&vector, "signature"), "{name}");
    }
}

#[test]
fn signatures_over_a_given_md5() {
    for sample in documented() {
        let part = |key| text(&sample, key);
        let to_sign =
            string_to_sign(part("method"), part("content_md5"), "application/json", part("date"), part("path"));
        assert_eq!(sign(&vector_secret(&sample), &to_sign), part("signature"), "{sample}");
    }
}

#[test]
fn hooks() {
    let vectors = vectors("webhook_vectors");
    assert_eq!(vectors.len(), 4);
    for vector in vectors {
        let (name, body) = (text(&vector, "name"), text(&vector, "body").as_bytes());
        let (secret, signature) = (vector_secret(&vector), text(&vector, "signature"));
        assert_eq!(hook_signature(&secret, body), signature, "{name}");
        assert!(verify_hook(&secret, body, signature), "{name}");
        assert!(verify_hook(&secret, body, &signature.to_uppercase()), "{name}");
        assert!(!verify_hook(&secret, &body[1..], signature), "{name}");
        if let Some(tolerated) = vector["signature_without_trailing_newline"].as_str() {
            assert!(verify_hook(&secret, body, tolerated), "{name}");
            assert!(verify_hook(&secret, &[b"\n\n", body].concat(), tolerated), "{name}");
            assert!(!verify_hook(&secret, &[b" ", body].concat(), tolerated), "{name}");
        }
    }
}

/// The request signature of the v1 era is today's hook signature; requests are never signed so any more.
#[test]
fn legacy_v1() {
    let vectors = vectors("legacy_v1_vectors");
    assert_eq!(vectors.len(), 2);
    for vector in vectors {
        let body = text(&vector, "body").as_bytes();
        assert_eq!(hook_signature(&vector_secret(&vector), body), text(&vector, "signature"));
    }
}

#[test]
fn dates() {
    let at = |year, month, day| Utc.with_ymd_and_hms(year, month, day, 9, 5, 7).unwrap();
    assert_eq!(rfc2822_date(at(2026, 9, 1)), "Tue, 01 Sep 2026 09:05:07 +0000");
    assert_eq!(rfc2822_date(at(2028, 2, 29)), "Tue, 29 Feb 2028 09:05:07 +0000");
}

#[test]
fn odd_headers() {
    let secret = SecretString::from("test-channel-secret");
    let right = hook_signature(&secret, b"x");
    for header in ["", "0", "zz", &right[..38], &format!("{right}00"), &format!(" {right}"), &format!("sha1={right}")] {
        assert!(!verify_hook(&secret, b"x", header), "{header:?}");
    }
    let nobody = SecretString::from("");
    assert!(!verify_hook(&nobody, b"x", &hook_signature(&nobody, b"x")));
}

#[test]
fn revoked() {
    let secret = SecretString::from("test_client_secret_do_not_use_0123456789abcdef");
    let client = "11111111-2222-3333-4444-555555555555";
    let expected = "658bb0758d9f54b9eac5838a66645af67a180e0a614bb6adee7b4eb4bff24092";
    assert_eq!(revoke::signature(&secret, client, 12_345_678), expected);
    assert!(revoke::verify(&secret, client, 12_345_678, expected));
    assert!(revoke::verify(&secret, client, 12_345_678, &expected.to_uppercase()));
    assert!(!revoke::verify(&secret, client, 12_345_679, expected));
    assert!(!revoke::verify(&secret, "other", 12_345_678, expected));
    assert!(!revoke::verify(&secret, client, 12_345_678, "nonsense"));
    let nobody = SecretString::from("");
    assert!(!revoke::verify(&nobody, client, 1, &revoke::signature(&nobody, client, 1)));
}

proptest! {
    #[test]
    fn a_signature_verifies(key in ".{1,80}", body in any::<Vec<u8>>()) {
        let secret = SecretString::from(key);
        prop_assert!(verify_hook(&secret, &body, &hook_signature(&secret, &body)));
    }

    #[test]
    fn one_flipped_bit_fails(body in proptest::collection::vec(any::<u8>(), 1..200), place in any::<prop::sample::Index>(), bit in 0..8u8) {
        let secret = SecretString::from("test-channel-secret");
        let signature = hook_signature(&secret, &body);
        let mut other = body.clone();
        other[place.index(body.len())] ^= 1 << bit;
        prop_assert!(!verify_hook(&secret, &other, &signature));
        let mut bytes = hex::decode(&signature).unwrap();
        let index = place.index(bytes.len());
        bytes[index] ^= 1 << bit;
        prop_assert!(!verify_hook(&secret, &body, &hex::encode(bytes)));
    }

    #[test]
    fn any_header_is_survived(header in any::<String>(), body in any::<Vec<u8>>()) {
        let secret = SecretString::from("test-channel-secret");
        prop_assert!(!verify_hook(&secret, &body, &header));
        prop_assert!(!revoke::verify(&secret, &header, 1, &header));
    }
}

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
