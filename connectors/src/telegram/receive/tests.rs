//! Every sample body (telegram §18) with its result; and altered bodies, none of which may cause a panic.

mod mangled;
mod messages;
mod others;

use base::config::Config;
use base::http_client::HttpClients;
use base::i18n::Language;
use base::message::{Content, Media};
use futures_util::FutureExt;
use secrecy::SecretString;
use serde_json::{Value, json};
use url::Url;

use super::*;
use crate::incoming::IncomingMessage;
use crate::tests::fixtures;

const BOT: &str = "7012345678:AAE_abcdefghijklmnopqrstuvwxyz-1234";

/// A body of the fixtures.
fn body(name: &str) -> String {
    fixtures::body("telegram", name)
}

/// A bot in groups, connected to Oleg's account by Telegram Business.
fn settings() -> Settings {
    let owner = json!({ "connection_id": "kQ7mAbCdEf0BAAAAx1y2z3", "is_enabled": true });
    let facts = json!({ "bot": { "username": "acme_support_bot" }, "owners": { "6098765432": owner } });
    Settings {
        public: json!({ "groups": true, "facts": facts }),
        secrets: [("bot_token".to_owned(), SecretString::from(BOT))].into(),
    }
}

/// Telegram's own server, which these tests never call.
fn api() -> BotApi {
    let http = HttpClients::new(&Config::from_toml("").unwrap().network).unwrap();
    BotApi::new(&http, &Url::parse("https://api.telegram.org").unwrap())
}

fn read_with(settings: &Settings, body: &str, language: Language) -> Result<Vec<InboundEvent>, NotReceived> {
    let api = api();
    let reading = receive(&api, settings, body.as_bytes(), Words::new(language));
    reading.now_or_never().expect("nothing has to be asked")
}

/// The events of a fixture's body, in English.
fn read(name: &str) -> Vec<InboundEvent> {
    read_with(&settings(), &body(name), Language::En).unwrap_or_else(|why| panic!("{name}: {why:?}"))
}

/// The only message in a fixture's body.
#[track_caller]
fn written(name: &str) -> IncomingMessage {
    match read(name).as_slice() {
        [InboundEvent::Wrote(written)] => written.as_ref().clone(),
        other => panic!("{name}: {other:?}"),
    }
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

/// A fixture's body with one field replaced.
fn with(name: &str, pointer: &str, value: Value) -> String {
    let mut whole: Value = serde_json::from_str(&body(name)).unwrap();
    let (parent, field) = pointer.rsplit_once('/').unwrap();
    whole.pointer_mut(parent).unwrap().as_object_mut().unwrap().insert(field.to_owned(), value);
    whole.to_string()
}
