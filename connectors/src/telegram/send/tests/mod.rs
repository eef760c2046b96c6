//! Requests to Telegram, and the meaning of its answers.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use base::config::Config;
use base::http_client::HttpClients;
use base::i18n::{Language, Words};
use base::message::{Content, FailureCode, Media, Person, State};
use base::verdict::Taken;
use bytes::Bytes;
use chrono::DateTime;
use futures_util::StreamExt;
use secrecy::SecretString;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::file::{NotOpened, OpenFile, SharedShelf, Shelf};
use crate::telegram::fake::{Fake, ScriptedAnswer};
use crate::{Message, PartNumber};

mod fallbacks;
mod kinds;
mod rates;
mod refusals;
mod typing_reactions;
mod uploaded;

const TOKEN: &str = "7100000001:CANARY_canary_CANARY_canary_CANARY";
const CHAT: &str = "5512345678";

/// A bot with its settings and rate memory.
struct TestBot {
    fake: Fake,
    api: BotApi,
    memory: BotStates,
    settings: Settings,
}

impl TestBot {
    async fn new(answers: impl IntoIterator<Item = ScriptedAnswer>) -> Self {
        let fake = Fake::start(answers).await;
        let http = HttpClients::new(&Config::from_toml("").unwrap().network).unwrap();
        let api = BotApi::new(&http, &fake.base);
        let secrets = BTreeMap::from([("bot_token".to_owned(), SecretString::from(TOKEN))]);
        Self { fake, api, memory: BotStates::default(), settings: Settings { public: json!({}), secrets } }
    }

    fn set(mut self, public: Value) -> Self {
        self.settings.public = public;
        self
    }

    async fn send(&self, outgoing: Outgoing) -> Report {
        send(&self.api, &self.memory, &self.settings, &outgoing).await
    }

    /// Methods in the order in which they were called.
    fn methods(&self) -> Vec<String> {
        self.fake.calls().into_iter().map(|call| call.method).collect()
    }
}

/// Sends one message; returns the report and the stage with the recorded calls.
async fn sent(message: Message, answers: impl IntoIterator<Item = ScriptedAnswer>) -> (Report, TestBot) {
    let stage = TestBot::new(answers).await;
    let report = stage.send(outgoing(Event::Created(Box::new(message)))).await;
    (report, stage)
}

fn outgoing(event: Event) -> Outgoing {
    Outgoing {
        letter_id: Uuid::from_u128(9),
        source_id: Uuid::from_u128(8),
        conversation_id: CHAT.to_owned(),
        last_incoming: None,
        event,
        repeat: false,
        now: DateTime::from_timestamp_millis(1_795_168_800_000).unwrap(),
        words: Words::new(Language::En),
        files: SharedShelf::new(Arc::new(Shelves)),
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
        sent_at: DateTime::UNIX_EPOCH,
    }
}

fn text(text: &str) -> Content {
    Content::Text { text: text.to_owned() }
}

/// A file stored by Parom.
fn kept(name: &str, mime: &str) -> Media {
    Media {
        media_url: format!("https://parom.example/media/t/{name}"),
        file_name: name.to_owned(),
        file_size: u64::try_from(BYTES.len()).unwrap(),
        mime_type: Some(mime.to_owned()),
        media_id: Some(Uuid::from_u128(7)),
        ..Media::default()
    }
}

const BYTES: &[u8] = b"the bytes of a file";

/// Contains one file, whatever id is requested.
struct Shelves;

#[async_trait]
impl Shelf for Shelves {
    async fn open(&self, media_id: Uuid) -> Result<OpenFile, NotOpened> {
        if media_id.is_nil() {
            return Err(NotOpened::Later { reason: "away".to_owned(), after: None });
        }
        let bytes = futures_util::stream::iter([Ok(Bytes::from_static(BYTES))]).boxed();
        Ok(OpenFile { announced: u64::try_from(BYTES.len()).ok(), bytes })
    }

    async fn content(&self, media_id: Uuid) -> Option<String> {
        (!media_id.is_nil()).then(|| "c0ffee".to_owned())
    }
}

fn taken(report: &Report) -> &Taken {
    match &report.verdict {
        Verdict::Done(taken) => taken,
        other => panic!("{other:?}"),
    }
}

fn failure(report: &Report) -> (FailureCode, String) {
    match &report.verdict {
        Verdict::Bury(failure) => (failure.code, failure.text.clone()),
        other => panic!("{other:?}"),
    }
}
