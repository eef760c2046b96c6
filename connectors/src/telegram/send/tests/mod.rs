//! Requests to Telegram, and the meaning of its answers.

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
use crate::Message;
use crate::file::{NotOpened, OpenFile, Shelf};
use crate::telegram::fake::{Fake, ScriptedAnswer};
use crate::tests::{self, failure, message, taken, text};

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
        let send = async |next: &Outgoing| send(&self.api, &self.memory, &self.settings, next).await;
        tests::to_the_end(outgoing, send).await
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
    tests::outgoing(CHAT, event, Shelves)
}

/// A file stored by Parom.
fn kept(name: &str, mime: &str) -> Media {
    tests::kept(name, mime, BYTES.len())
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
