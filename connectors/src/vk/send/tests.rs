//! Requests to VK, and the meaning of its answers.

use std::sync::Arc;

use async_trait::async_trait;
use base::config::Config;
use base::http_client::HttpClients;
use base::i18n::{Language, Words};
use base::message::{Button, Content, FailureCode, List, Markup, Media, Person, Post, Quote, Row, Section, State};
use base::verdict::Taken;
use bytes::Bytes;
use chrono::DateTime;
use futures_util::StreamExt;
use secrecy::SecretString;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::file::{NotOpened, OpenFile, SharedShelf, Shelf};
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
        send((&self.api, &self.seen, &self.uploaded), &settings, &outgoing).await
    }

    async fn sent(&self, message: Message) -> Report {
        self.send(outgoing(Event::Created(Box::new(message)))).await
    }
}

fn outgoing(event: Event) -> Outgoing {
    Outgoing {
        letter_id: Uuid::from_u128(9),
        source_id: Uuid::from_u128(8),
        conversation_id: "712".to_owned(),
        last_incoming: None,
        event,
        repeat: false,
        now: DateTime::from_timestamp_millis(1_795_168_800_000).unwrap(),
        words: Words::new(Language::En),
        files: SharedShelf::new(Arc::new(OneFile)),
    }
}

fn message(content: Content) -> Message {
    Message {
        id: Uuid::from_u128(1),
        external_id: None,
        part: PartNumber::WHOLE,
        sender: Person::default(),
        receiver: Person::default(),
        content,
        markup: None,
        template: None,
        registered_template: None,
        reply_to: None,
        forward: None,
        post: None,
        sent_at: DateTime::from_timestamp_millis(1_795_168_800_000).unwrap(),
    }
}

fn text(text: &str) -> Content {
    Content::Text { text: text.to_owned() }
}

fn kept(name: &str, mime: &str) -> Media {
    Media {
        media_url: format!("https://parom.example/media/t/{name}"),
        file_name: name.to_owned(),
        file_size: u64::try_from(BYTES.len()).unwrap(),
        mime_type: Some(mime.to_owned()),
        media_id: Some(Uuid::from_u128(5)),
        ..Media::default()
    }
}

#[track_caller]
fn taken(report: &Report) -> &Taken {
    match &report.verdict {
        Verdict::Done(taken) => taken,
        other => panic!("{other:?}: {}", report.reason),
    }
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
