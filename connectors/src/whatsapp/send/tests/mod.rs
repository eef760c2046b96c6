//! Requests to Meta, and the meaning of its answers.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use base::config::Config;
use base::http_client::HttpClients;
use base::i18n::{Language, Words};
use base::message::{Content, FailureCode, Media, Person, State};
use bytes::Bytes;
use chrono::DateTime;
use futures_util::StreamExt;
use secrecy::SecretString;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::file::{NotOpened, OpenFile, Shelf};
use crate::tests::{self, failure, message, taken, text};
use crate::whatsapp::fake::{Fake, RecordedCall, ScriptedAnswer};
use crate::{LastIncoming, Message, PartNumber};

mod choices;
mod fallbacks;
mod kinds;
mod live;
mod refusals;
mod templates;

const TOKEN: &str = "EAAB-CANARY-canary";
const MARIA: &str = "77010001122";

/// A number with its settings and memory.
struct TestNumber {
    fake: Fake,
    api: GraphApi,
    memory: NumberStates,
    settings: Settings,
}

impl TestNumber {
    async fn new(answers: impl IntoIterator<Item = ScriptedAnswer>) -> Self {
        let fake = Fake::start(answers).await;
        let http = HttpClients::new(&Config::from_toml("").unwrap().network).unwrap();
        let api = GraphApi::new(&http, &fake.base);
        let secrets = BTreeMap::from([("access_token".to_owned(), SecretString::from(TOKEN))]);
        let public = json!({ "phone_number_id": "330022334455667", "waba_id": "220011223344556" });
        Self { fake, api, memory: NumberStates::default(), settings: Settings { public, secrets } }
    }

    async fn send(&self, outgoing: Outgoing) -> Report {
        let send = async |next: &Outgoing| send(&self.api, &self.memory, &self.settings, next).await;
        tests::to_the_end(outgoing, send).await
    }

    /// Bodies of the calls to `/messages`.
    fn posted(&self) -> Vec<Value> {
        let calls = self.fake.calls().into_iter().filter(|call| call.path == "330022334455667/messages");
        calls.map(|call| call.body).collect()
    }

    fn uploads(&self) -> Vec<RecordedCall> {
        self.fake.calls().into_iter().filter(|call| call.path == "330022334455667/media").collect()
    }
}

/// Sends one message; returns the report and the number with the recorded calls.
async fn sent(message: Message, answers: impl IntoIterator<Item = ScriptedAnswer>) -> (Report, TestNumber) {
    let number = TestNumber::new(answers).await;
    let report = number.send(outgoing(Event::Created(Box::new(message)))).await;
    (report, number)
}

/// What was posted for a message, without its envelope.
async fn posted(message: Message) -> Vec<Value> {
    let (report, number) = sent(message, []).await;
    taken(&report);
    number.posted().into_iter().map(bare).collect()
}

fn bare(mut body: Value) -> Value {
    let fields = body.as_object_mut().unwrap();
    for name in ["messaging_product", "recipient_type", "to", "biz_opaque_callback_data"] {
        assert!(fields.remove(name).is_some(), "{name} is missing");
    }
    body
}

fn outgoing(event: Event) -> Outgoing {
    tests::outgoing(MARIA, event, Shelves)
}

/// A file of ours.
fn kept(name: &str, mime: &str) -> Media {
    tests::kept(name, mime, 5)
}

const VORBIS: u128 = 6;

/// Ogg files with Opus, whatever id is requested, but for one with Vorbis.
struct Shelves;

fn bytes(id: Uuid) -> &'static [u8] {
    if id == Uuid::from_u128(VORBIS) { b"OggS\0\0vorbis" } else { b"OggS\0\0OpusHead" }
}

#[async_trait]
impl Shelf for Shelves {
    async fn open(&self, media_id: Uuid) -> Result<OpenFile, NotOpened> {
        if media_id.is_nil() {
            return Err(NotOpened::Later { reason: "away".to_owned(), after: None });
        }
        let bytes = bytes(media_id);
        let announced = u64::try_from(bytes.len()).ok();
        Ok(OpenFile { announced, bytes: futures_util::stream::iter([Ok(Bytes::from_static(bytes))]).boxed() })
    }

    async fn content(&self, media_id: Uuid) -> Option<String> {
        (!media_id.is_nil()).then(|| media_id.to_string())
    }
}
