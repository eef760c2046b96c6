//! What messengers report, and by which ways their calls come in, with a messenger that has all of them.

mod events;
mod ways;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use base::error::FieldError;
use base::i18n::{LocalizedText, Words};
use base::message::{Body, Content, Failure, FailureCode, Person, State};
use base::verdict::{Report, Taken, Verdict};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use connectors::incoming::{EditedMessage, InboundEvent, IncomingCall, IncomingMessage, NotReceived, StatusReport};
use connectors::poll::{OpenConversation, Renewed};
use connectors::vendor_app::{LineCall, VendorApp};
use connectors::{
    Abilities, AfterUnknown, Connector, ContentAbilities, Denied, Event, FeatureAbilities, Field, Identity, Outgoing,
    Settings, Support,
};
use entity::message;
use parom_tests::{Line, Setup, client, world_of};
use reqwest::{Method, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};
use simulator::crm::HookMessage;
use uuid::Uuid;

world_of!(
    /// A world with the kind `pigeon`.
    PigeonWorld: Setup {
        connectors: || vec![Arc::new(Pigeon::default())],
        change: |config| config.integrations[0].channels[0].connectors.push("pigeon".to_owned()),
        ..Setup::default()
    }
);

impl PigeonWorld {
    /// A source for this line of pigeons.
    async fn pigeons(&self, line: &str) -> Line {
        self.line_of("pigeon", line, line, json!({ "line": line })).await
    }

    /// Calls an address of the server; status and body of the answer.
    async fn calls(
        &self,
        method: Method,
        path: &str,
        key: &str,
        body: impl Into<reqwest::Body>,
    ) -> (StatusCode, String) {
        let url = format!("{}{path}", self.app().public_url());
        let answer = client().request(method, url).header("pigeon-key", key).body(body).send().await.unwrap();
        (answer.status(), answer.text().await.unwrap())
    }

    /// The messenger reports these events of a line.
    async fn reports(&self, line: &Line, events: Value) {
        let path = format!("/hooks/pigeon/{}", line.source_id);
        let (status, said) = self.calls(Method::POST, &path, "of the line", events.to_string()).await;
        assert_eq!((status.as_u16(), said.as_str()), (200, "coo"));
    }

    /// Anna writes, and amoCRM knows her.
    async fn chatting(&mut self) -> Line {
        let line = self.pigeons("one").await;
        self.reports(&line, json!([{ "wrote": { "id": "hello", "chat": "anna", "text": "Hello" } }])).await;
        self.deliver_all().await;
        line
    }

    /// A manager answers Anna; our message.
    async fn answers(&mut self, line: &Line, text: &str) -> message::Model {
        line.manager_sends(self, "anna", HookMessage::text(text)).await;
        self.deliver_all().await;
        self.messages().await.pop().expect("the answer")
    }

    /// A message as it is now.
    async fn now(&self, known: &message::Model) -> message::Model {
        self.messages().await.into_iter().find(|message| message.id == known.id).expect("the message")
    }
}

// A messenger whose calls say by themselves what they mean, so that a test states every event as JSON.

const ABILITIES: Abilities = Abilities {
    content: ContentAbilities::all(Support::Native),
    features: FeatureAbilities::all(Support::Native),
    text_length: None,
    caption_length: None,
    delivered_on_accept: false,
    reports_reading: false,
    after_unknown: AfterUnknown::AwaitStatus,
    window: None,
    requests_per_second: 100,
    at_once: 4,
};

/// The connector.
#[derive(Default)]
struct Pigeon {
    /// An answer was lost once.
    has_lost: AtomicBool,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Told {
    Wrote { id: String, chat: String, text: String, at: Option<i64> },
    History { id: String, chat: String, text: String, at: i64 },
    Status { letter: Option<Uuid>, message: String, state: State, failure: Option<String> },
    Changed { id: String, chat: String, text: String, at: i64 },
    TookBack { pieces: Vec<String> },
    Trouble { aspect: String, text: Option<String> },
}

#[derive(Deserialize)]
struct AppCall {
    lines: Vec<AppLine>,
}

#[derive(Deserialize)]
struct AppLine {
    line: String,
    events: Value,
}

fn person(chat: String) -> Person {
    Person { id: chat.clone(), name: Some(chat), ..Person::default() }
}

fn message(id: String, chat: String, text: String, sent_at: Option<i64>) -> Box<IncomingMessage> {
    let body = Body::new(person(chat.clone()), Content::Text { text });
    Box::new(IncomingMessage { external_id: id, conversation_id: chat, sent_at, body, room: None })
}

impl From<Told> for InboundEvent {
    fn from(told: Told) -> Self {
        match told {
            Told::Wrote { id, chat, text, at } => Self::Wrote(message(id, chat, text, at)),
            Told::History { id, chat, text, at } => Self::History(message(id, chat, text, Some(at))),
            Told::Status { letter, message, state, failure } => {
                let failure = failure.map(|text| Failure { code: FailureCode::Rejected, text });
                Self::Status(Box::new(StatusReport { letter_id: letter, message, state, failure, at: None }))
            }
            Told::Changed { id, chat, text, at } => {
                let key = format!("{id}:{at}");
                let written = *message(id, chat, text, None);
                Self::Changed(Box::new(EditedMessage { written, key, at: Some(at) }))
            }
            Told::TookBack { pieces } => Self::TookBack { pieces },
            Told::Trouble { aspect, text } => Self::LineTrouble {
                aspect: if aspect == "quality" { "quality" } else { "other" },
                trouble: text.map(LocalizedText::quoted),
            },
        }
    }
}

#[async_trait]
impl Connector for Pigeon {
    fn kind(&self) -> &'static str {
        "pigeon"
    }

    fn abilities(&self) -> &'static Abilities {
        &ABILITIES
    }

    fn fields(&self) -> &'static [Field] {
        &[]
    }

    fn setup(&self, settings: Value) -> Result<connectors::Setup, Vec<FieldError>> {
        let token = ("token".to_owned(), SecretString::from("first"));
        Ok(connectors::Setup { public: settings, secrets: BTreeMap::from([token]) })
    }

    /// Texts with `lose` get no answer, those with `lose once` none at first. The id of a message says what it
    /// answered.
    async fn send(&self, _: &Settings, outgoing: &Outgoing) -> Report {
        let Event::Created(message) = &outgoing.event else { return Report::done(200, Taken::default()) };
        let text = match &message.content {
            Content::Text { text } => text.as_str(),
            _ => "",
        };
        let is_first = || !self.has_lost.swap(true, Ordering::SeqCst);
        if text.contains("lose") && (!text.contains("once") || is_first()) {
            return Report::not_done(Verdict::Unknown, "no answer");
        }
        let last = outgoing.last_incoming.as_ref().map_or("nothing", |last| last.external_id.as_str());
        let external_id = Some(format!("{text} after {last}"));
        Report::done(200, Taken { external_id, ..Taken::default() })
    }

    fn has_webhook(&self) -> bool {
        true
    }

    async fn identity(&self, settings: &Settings) -> Result<Option<Identity>, Denied> {
        let key = settings.public["line"].as_str().unwrap_or_default().to_owned();
        Ok(Some(Identity { name: format!("line {key}"), key, facts: json!({}) }))
    }

    fn vendor_app(&self) -> Option<&dyn VendorApp> {
        Some(self)
    }

    fn handshake(&self, _: &Settings, query: &(dyn Fn(&str) -> Option<String> + Sync)) -> Option<String> {
        (query("hub.token").as_deref() == Some("of the line")).then(|| query("hub.challenge")).flatten()
    }

    fn authenticate(&self, _: &Settings, call: &IncomingCall<'_>) -> bool {
        (call.header)("pigeon-key").as_deref() == Some("of the line")
    }

    async fn answer(&self, _: &Settings, _: &[u8]) -> String {
        "coo".to_owned()
    }

    async fn receive(&self, _: &Settings, body: &[u8], _: Words) -> Result<Vec<InboundEvent>, NotReceived> {
        let told: Vec<Told> = serde_json::from_slice(body).map_err(|_| NotReceived::Unreadable)?;
        Ok(told.into_iter().map(InboundEvent::from).collect())
    }

    fn poll_interval(&self) -> Option<Duration> {
        Some(Duration::from_secs(60))
    }

    /// Everything was read.
    async fn poll(&self, _: &Settings, open: &[OpenConversation]) -> Result<Vec<InboundEvent>, Denied> {
        let read = |message: &String| Told::Status {
            letter: None,
            message: message.clone(),
            state: State::Read,
            failure: None,
        };
        Ok(open.iter().flat_map(|one| one.messages.iter().map(read)).map(InboundEvent::from).collect())
    }

    async fn renew(&self, settings: &Settings, _: DateTime<Utc>) -> Result<Option<Renewed>, Denied> {
        let is_old = settings.secrets.get("token").is_some_and(|token| token.expose_secret() == "first");
        let secrets = BTreeMap::from([("token".to_owned(), SecretString::from("second"))]);
        Ok(is_old.then(|| Renewed { secrets, facts: BTreeMap::from([("ends", json!(7))]) }))
    }
}

impl VendorApp for Pigeon {
    fn handshake(&self, query: &(dyn Fn(&str) -> Option<String> + Sync)) -> Option<String> {
        (query("hub.token").as_deref() == Some("of the app")).then(|| query("hub.challenge")).flatten()
    }

    fn authenticate(&self, call: &IncomingCall<'_>) -> bool {
        (call.header)("pigeon-key").as_deref() == Some("of the app")
    }

    fn split(&self, body: &[u8]) -> Result<Vec<LineCall>, NotReceived> {
        let call: AppCall = serde_json::from_slice(body).map_err(|_| NotReceived::Unreadable)?;
        let part = |one: AppLine| LineCall { line: one.line, body: Bytes::from(one.events.to_string()) };
        Ok(call.lines.into_iter().map(part).collect())
    }
}
