//! Requests to VK, and the meaning of its answers.

use async_trait::async_trait;
use base::config::Config;
use base::http_client::HttpClients;
use base::message::{Button, Content, FailureCode, List, Markup, Media, Person, Post, Quote, Row, Section, State};
use bytes::Bytes;
use chrono::DateTime;
use futures_util::StreamExt;
use secrecy::SecretString;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::file::{NotOpened, OpenFile, Shelf};
use crate::tests::{self, taken, text};
use crate::vk::fake::{Fake, ScriptedAnswer};
use crate::{LastIncoming, Message, MessageIds, PartNumber};

mod kinds;
mod refusals;

const BYTES: &[u8] = b"the bytes of a file";
const TOKEN: &str = "vk1.a.0123456789abcdef";

struct OneFile;

#[async_trait]
impl Shelf for OneFile {
    async fn open(&self, _media_id: Uuid) -> Result<OpenFile, NotOpened> {
        let bytes = futures_util::stream::iter([Ok(Bytes::from_static(BYTES))]).boxed();
        Ok(OpenFile { announced: u64::try_from(BYTES.len()).ok(), bytes })
    }
}

/// A community that sends, and the VK it sends to.
struct Stage {
    fake: Fake,
    api: VkApi,
    seen: Seen,
    uploaded: Uploaded,
}

impl Stage {
    async fn start() -> Self {
        let fake = Fake::start().await;
        let http = HttpClients::new(&Config::from_toml("").unwrap().network).unwrap();
        let api = VkApi::new(&http, &fake.base);
        Self { fake, api, seen: Seen::default(), uploaded: Uploaded::default() }
    }

    async fn send(&self, outgoing: Outgoing) -> Report {
        let secrets = [("access_token".to_owned(), SecretString::from(TOKEN))].into();
        let settings = Settings { public: json!({ "group_id": 223 }), secrets };
        let send = async |next: &Outgoing| send((&self.api, &self.seen, &self.uploaded), &settings, next).await;
        tests::to_the_end(outgoing, send).await
    }

    async fn sent(&self, message: Message) -> Report {
        self.send(outgoing(Event::Created(Box::new(message)))).await
    }
}

fn outgoing(event: Event) -> Outgoing {
    tests::outgoing("712", event, OneFile)
}

fn message(content: Content) -> Message {
    let sent_at = DateTime::from_timestamp_millis(1_795_168_800_000).unwrap();
    Message { sent_at, ..tests::message(content) }
}

fn kept(name: &str, mime: &str) -> Media {
    tests::kept(name, mime, BYTES.len())
}

#[track_caller]
fn failure(report: &Report) -> (FailureCode, &str) {
    match &report.verdict {
        Verdict::Bury(failure) => (failure.code, failure.text.as_str()),
        other => panic!("{other:?}: {}", report.reason),
    }
}

fn json_of(parameters: &std::collections::BTreeMap<String, String>, name: &str) -> Value {
    serde_json::from_str(&parameters[name]).unwrap()
}
