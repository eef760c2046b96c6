//! Each request out, and each refusal.

mod lines;
mod messages;
mod refusals;
mod whose;

use std::collections::BTreeMap;

use async_trait::async_trait;
use base::i18n::{Language, Words};
use base::message::{Content, Media, Person, Quote};
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use serde_json::Value;

use super::*;
use crate::LastIncoming;
use crate::file::{NotOpened, OpenFile, Shelf};
use crate::meta::fake::{Fake, RecordedCall, ScriptedAnswer};
use crate::tests;

const ANNA: &str = "6600000000000001";

pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(1_795_168_800_000).unwrap()
}

pub fn settings(kind: &str) -> Settings {
    let secrets =
        ["access_token", "app_secret", "verify_token"].map(|name| (name.to_owned(), SecretString::from(name)));
    let public = match kind {
        "instagram" => json!({ "account_id": "17841400000000001" }),
        _ => json!({ "page_id": "104000000000001" }),
    };
    Settings { public, secrets: BTreeMap::from(secrets) }
}

struct OneFile;

#[async_trait]
impl Shelf for OneFile {
    async fn open(&self, _media_id: Uuid) -> Result<OpenFile, NotOpened> {
        let bytes = futures_util::stream::iter([Ok(bytes::Bytes::from_static(b"bytes"))]);
        Ok(OpenFile { announced: Some(5), bytes: Box::pin(bytes) })
    }
}

pub fn message(content: Content) -> Message {
    let sender = Person { role: Role::Manager, ..Person::default() };
    Message { id: Uuid::from_u128(7), sender, sent_at: now(), ..tests::message(content) }
}

pub fn text(text: &str) -> Message {
    message(Content::Text { text: text.to_owned() })
}

pub fn quote(id: &str) -> Option<Quote> {
    let content = Some(Content::Text { text: "Price?".into() });
    Some(Quote { external_id: Some(id.to_owned()), content, ..Quote::default() })
}

pub fn file(mime: &str) -> Media {
    Media {
        media_url: "https://parom.example/m/1".into(),
        media_id: Some(Uuid::from_u128(3)),
        file_name: "a.bin".into(),
        file_size: 5,
        mime_type: Some(mime.into()),
        ..Media::default()
    }
}

pub fn outgoing(event: Event, last: Option<(&str, i64)>) -> Outgoing {
    let last_incoming =
        last.map(|(id, seconds)| LastIncoming { external_id: id.to_owned(), at: now() - TimeDelta::seconds(seconds) });
    Outgoing { last_incoming, ..tests::outgoing(ANNA, event, OneFile) }
}

/// Sends on one kind with these answers.
pub async fn sent(kind: &str, answers: Vec<ScriptedAnswer>, outgoing: &Outgoing) -> (Report, Vec<RecordedCall>) {
    let fake = Fake::start(answers).await;
    let (instagram, facebook) = fake.connectors(false);
    let meta = if kind == "instagram" { instagram } else { facebook };
    let send = async |next: &Outgoing| send(&meta, &settings(kind), next).await;
    let report = tests::to_the_end(outgoing.clone(), send).await;
    (report, fake.calls())
}

/// The bodies of the calls that a message makes in an open window.
pub async fn bodies(kind: &str, message: Message) -> Vec<Value> {
    let event = Event::Created(Box::new(message));
    let (report, calls) = sent(kind, Vec::new(), &outgoing(event, Some(("mid-0", 60)))).await;
    assert!(matches!(report.verdict, Verdict::Done(_)), "{report:?}");
    let path = if kind == "instagram" { "17841400000000001/messages" } else { "104000000000001/messages" };
    calls
        .into_iter()
        .filter(|call| !call.parameters.contains_key("sender_action"))
        .map(|call| {
            assert_eq!((call.method.as_str(), call.path.as_str()), ("POST", path));
            assert_eq!(call.authorization, "Bearer access_token");
            Value::Object(call.parameters)
        })
        .collect()
}
