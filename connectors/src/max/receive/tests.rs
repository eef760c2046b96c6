//! Every sample body with its result; and altered bodies, none of which may cause a panic.

mod mangled;
mod messages;
mod others;

use base::i18n::Language;
use base::message::{Content, Media};
use futures_util::FutureExt;
use serde_json::{Value, json};

use super::*;
use crate::incoming::IncomingMessage;
use crate::max::fake::api_at;
use crate::tests::fixtures;

/// The token by which `contact_own` is signed.
const TOKEN: &str = "f9LHodD0cOL-max-token";
const CHAT: &str = "880011223";

/// A body of the fixtures.
fn body(name: &str) -> String {
    fixtures::body("max", name)
}

/// Names of the fixtures that are updates.
fn names() -> Vec<String> {
    fixtures::names("max")
}

/// A bot in groups, whose group's title is known.
fn settings() -> Settings {
    let facts = json!({ "bot": { "user_id": 70011 }, "titles": { "-70000000001234": "Закупки" } });
    Settings {
        public: json!({ "groups": true, "facts": facts }),
        secrets: [("bot_token".to_owned(), TOKEN.into())].into(),
    }
}

async fn read_with(settings: &Settings, body: &str) -> Result<Vec<InboundEvent>, NotReceived> {
    // A server that does not answer.
    let (api, posts) = (api_at("http://127.0.0.1:1"), Posts::default());
    receive(&api, &posts, settings, body.as_bytes(), Words::new(Language::En)).await
}

/// The events of a fixture's body, in English.
fn read(name: &str) -> Vec<InboundEvent> {
    let (settings, body) = (settings(), body(name));
    let reading = read_with(&settings, &body).now_or_never().expect("nothing has to be asked");
    reading.unwrap_or_else(|why| panic!("{name}: {why:?}"))
}

/// All messages in a fixture's body.
#[track_caller]
fn all_written(name: &str) -> Vec<IncomingMessage> {
    let written = read(name).into_iter().map(|one| match one {
        InboundEvent::Wrote(written) => *written,
        other => panic!("{name}: {other:?}"),
    });
    written.collect()
}

/// The only message in a fixture's body.
#[track_caller]
fn written(name: &str) -> IncomingMessage {
    let [written] = <[IncomingMessage; 1]>::try_from(all_written(name)).unwrap_or_else(|all| panic!("{name}: {all:?}"));
    written
}

#[track_caller]
fn text(name: &str) -> String {
    match written(name).body.content {
        Content::Text { text } => text,
        other => panic!("{name}: {other:?}"),
    }
}

#[track_caller]
fn media(name: &str, kind: &str) -> Media {
    let content = written(name).body.content;
    assert_eq!(content.kind(), kind, "{name}");
    content.media().cloned().unwrap_or_else(|| panic!("{name} has no file"))
}

#[track_caller]
fn one(name: &str) -> InboundEvent {
    let [happened] = <[InboundEvent; 1]>::try_from(read(name)).unwrap_or_else(|all| panic!("{name}: {all:?}"));
    happened
}
