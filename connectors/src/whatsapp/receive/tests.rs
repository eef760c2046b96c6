//! Every sample body (whatsapp §18) with its result; and altered bodies, none of which may cause a panic.

mod changes;
mod mangled;
mod messages;
mod others;

use base::i18n::Language;
use base::message::{Content, Media};
use serde_json::{Value, json};

use super::*;
use crate::incoming::IncomingMessage;
use crate::tests::fixtures;

const MARIA: &str = "KZ.1234567890123456789";
const MARIAS_PHONE: &str = "77010001122";

/// A body of the fixtures.
fn body(name: &str) -> String {
    fixtures::body("whatsapp", name)
}

fn settings() -> Settings {
    let facts = json!({ "bot": { "display_phone_number": "+7 701 000 99 00", "verified_name": "Acme" } });
    let public = json!({ "phone_number_id": "330022334455667", "waba_id": "220011223344556", "facts": facts });
    Settings { public, secrets: Default::default() }
}

fn read_with(body: &str, language: Language) -> Result<Vec<InboundEvent>, NotReceived> {
    receive(&settings(), body.as_bytes(), Words::new(language))
}

/// The events of a fixture's body, in English, without those by which a person is known by both ids.
fn read(name: &str) -> Vec<InboundEvent> {
    let events = read_with(&body(name), Language::En).unwrap_or_else(|why| panic!("{name}: {why:?}"));
    let is_alias = |event: &InboundEvent| match event {
        InboundEvent::AlsoKnown { id: from, also: to } | InboundEvent::Moved { from, to } => is_marias(from, to),
        _ => false,
    };
    events.into_iter().filter(|event| !is_alias(event)).collect()
}

fn is_marias(from: &str, to: &str) -> bool {
    let pair = [from, to];
    pair == [MARIA, MARIAS_PHONE] || pair == [MARIAS_PHONE, MARIA]
}

#[track_caller]
fn one(name: &str) -> InboundEvent {
    let [happened] = <[InboundEvent; 1]>::try_from(read(name)).unwrap_or_else(|all| panic!("{name}: {all:#?}"));
    happened
}

/// The only message in a fixture's body.
#[track_caller]
fn written(name: &str) -> IncomingMessage {
    match one(name) {
        InboundEvent::Wrote(written) => *written,
        other => panic!("{name}: {other:?}"),
    }
}

#[track_caller]
fn text(name: &str) -> String {
    text_of(written(name))
}

#[track_caller]
fn text_of(written: IncomingMessage) -> String {
    match written.body.content {
        Content::Text { text } => text,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn media(name: &str, kind: &str) -> Media {
    let content = written(name).body.content;
    assert_eq!(content.kind(), kind, "{name}");
    content.media().cloned().unwrap_or_else(|| panic!("{name} has no file"))
}

/// A fixture's body with one field of its value replaced.
fn with(name: &str, pointer: &str, value: Value) -> String {
    let mut whole: Value = serde_json::from_str(&body(name)).unwrap();
    let (parent, field) = pointer.rsplit_once('/').unwrap();
    match whole.pointer_mut(&format!("/entry/0/changes/0/value{parent}")).unwrap() {
        Value::Array(items) => items[field.parse::<usize>().unwrap()] = value,
        parent => {
            parent.as_object_mut().unwrap().insert(field.to_owned(), value);
        }
    }
    whole.to_string()
}
