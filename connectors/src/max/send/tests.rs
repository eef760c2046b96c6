//! Requests to MAX, and the meaning of its answers.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use base::message::{Content, FailureCode, Media, Person, State};
use bytes::Bytes;
use chrono::DateTime;
use futures_util::StreamExt;
use secrecy::SecretString;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::file::{NotOpened, OpenFile, Shelf};
use crate::max::fake::{Fake, ScriptedAnswer};
use crate::tests::{self, message, taken, text};
use crate::{LastIncoming, Message};

mod comments;
mod edits;
mod files;
mod kinds;
mod refusals;

const CHAT: &str = "880011223";
const COMMENTS: &str = "c-77345848199175/91234567";
const BYTES: &[u8] = b"the bytes of a file";

/// A bot with its settings and memory.
struct TestBot {
    fake: Fake,
    memory: Memory,
    settings: Settings,
}

impl TestBot {
    async fn new(answers: impl IntoIterator<Item = ScriptedAnswer>) -> Self {
        let secrets = BTreeMap::from([("bot_token".to_owned(), SecretString::from("CANARY-token"))]);
        let settings = Settings { public: json!({}), secrets };
        Self { fake: Fake::start(answers).await, memory: Memory::default(), settings }
    }

    async fn send_to(&self, conversation: &str, event: Event) -> Report {
        let mut outgoing = outgoing(event);
        outgoing.conversation_id = conversation.to_owned();
        let send = async |next: &Outgoing| send(&self.fake.api(), &self.memory, &self.settings, next).await;
        tests::to_the_end(outgoing, send).await
    }

    async fn send(&self, message: Message) -> Report {
        self.send_to(CHAT, Event::Created(Box::new(message))).await
    }

    fn body(&self, call: usize) -> Value {
        self.fake.calls()[call].body()
    }
}

/// Sends one message; returns the report and the bot with the recorded calls.
async fn sent(message: Message, answers: impl IntoIterator<Item = ScriptedAnswer>) -> (Report, TestBot) {
    let bot = TestBot::new(answers).await;
    let report = bot.send(message).await;
    (report, bot)
}

fn outgoing(event: Event) -> Outgoing {
    tests::outgoing(CHAT, event, OneFile)
}

/// A file stored by Parom.
fn kept(name: &str, mime: &str) -> Media {
    tests::kept(name, mime, BYTES.len())
}

/// Contains one file, whatever id is requested.
struct OneFile;

#[async_trait]
impl Shelf for OneFile {
    async fn open(&self, _media_id: Uuid) -> Result<OpenFile, NotOpened> {
        let bytes = futures_util::stream::iter([Ok(Bytes::from_static(BYTES))]).boxed();
        Ok(OpenFile { announced: Some(u64::try_from(BYTES.len()).unwrap()), bytes })
    }

    async fn content(&self, media_id: Uuid) -> Option<String> {
        Some(media_id.to_string())
    }
}

fn failure(report: &Report) -> FailureCode {
    match &report.verdict {
        Verdict::Bury(failure) => failure.code,
        other => panic!("{other:?}"),
    }
}
