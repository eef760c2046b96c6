//! Sends an endpoint everything that Parom sends, and forged requests that it must refuse, through the same code that
//! serves sources. `parom connector check` prints the results.

mod ask;
mod events;
mod forged;

use std::collections::BTreeMap;

use base::clock::Clock;
use base::http_client::Guarded;
use base::i18n::{Language, LocalizedText, Words};
use futures_util::future::join_all;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use self::ask::ExpectedAnswer;
use self::events::CheckScene;
use super::post::{Signed, WebhookRequest};
use super::{OLD_SECRET, SECRET, new_secret, retired, wire};
use crate::file::SharedShelf;
use crate::{Event, Outgoing, Settings};

/// Webhooks sent concurrently; Parom sends no more at once to one source.
const AT_ONCE: usize = 8;

/// An endpoint with its configuration.
pub struct Endpoint {
    pub url: Url,
    /// `whsec_…`.
    pub secret: SecretString,
    /// The messenger's id of a conversation for test messages. None: the one that the check opens, otherwise a made-up
    /// id.
    pub conversation: Option<String>,
    /// Phone of a person for the first message of a conversation.
    pub phone: String,
    /// The address used for the files of messages.
    pub media_url: String,
}

/// The result of one check.
#[derive(Clone, Debug)]
pub struct CheckResult {
    /// Never translated.
    pub name: &'static str,
    pub ok: bool,
    /// What was observed.
    pub said: LocalizedText,
    /// The documented rule, if it was violated.
    pub rule: Option<LocalizedText>,
    pub ms: u64,
}

/// Runs all checks in order; calls `tell` with each result as soon as it is known.
pub async fn check(
    http: &Guarded,
    clock: &Clock,
    endpoint: Endpoint,
    mut tell: impl FnMut(&CheckResult),
) -> Vec<CheckResult> {
    let checker = Checker::new(http, clock, &endpoint);
    let mut lines = Vec::new();
    let mut note = |line: CheckResult| {
        tell(&line);
        lines.push(line);
    };
    let mut scene = CheckScene::new(clock, &endpoint);
    let (line, named) = checker.begins(&scene).await;
    note(line);
    if let (None, Some(named)) = (&endpoint.conversation, named) {
        scene.conversation = named;
    }
    for (name, event) in scene.events() {
        note(checker.takes(name, checker.webhook(&scene, event)).await);
    }
    for (name, event) in checker.of_sources() {
        note(checker.takes(name, checker.plain(event)).await);
    }
    note(checker.takes("unknown.type", checker.plain(unknown_type(clock))).await);
    note(checker.takes("unknown.fields", checker.plain(checker.unknown_fields(&scene))).await);
    note(checker.recognises(&scene).await);
    note(checker.takes_many(&scene).await);
    for (name, settings) in checker.rotations() {
        note(checker.takes(name, sign(checker.text(&scene), &settings)).await);
    }
    for (name, forged) in forged::all(&checker, &scene) {
        note(ask::ask(http, name, ExpectedAnswer::Refused, forged).await.line());
    }
    lines
}

/// What all checks share.
struct Checker<'a> {
    http: &'a Guarded,
    clock: &'a Clock,
    settings: Settings,
    source_id: Uuid,
}

impl<'a> Checker<'a> {
    fn new(http: &'a Guarded, clock: &'a Clock, endpoint: &Endpoint) -> Self {
        Self { http, clock, settings: settings(&endpoint.url, &endpoint.secret), source_id: clock.uuid_v7() }
    }

    /// Checks that the endpoint accepts a webhook.
    async fn takes(&self, name: &'static str, signed: Result<Signed, LocalizedText>) -> CheckResult {
        ask::ask(self.http, name, ExpectedAnswer::Taken, signed).await.line()
    }

    /// A conversation started by a manager; the answer may contain its ids. A messenger without support refuses.
    async fn begins(&self, scene: &CheckScene<'_>) -> (CheckResult, Option<String>) {
        let webhook = self.webhook(&scene.without_dialogue(), scene.begun());
        let answered = ask::ask(self.http, "conversation.started", ExpectedAnswer::TakenOrRefused, webhook).await;
        let named = answered.id_at("/conversation/id");
        (answered.line(), named)
    }

    /// Repeats a webhook, as after a lost answer: the endpoint must accept it and show it to the customer only once.
    async fn recognises(&self, scene: &CheckScene<'_>) -> CheckResult {
        let first = self.outgoing(scene, scene.text());
        let again = Outgoing { repeat: true, ..first.clone() };
        let once = ask::ask(self.http, "repeat", ExpectedAnswer::Taken, self.sign(&first)).await;
        let twice = ask::ask(self.http, "repeat", ExpectedAnswer::Taken, self.sign(&again)).await;
        match (once.id_at("/id"), twice.id_at("/id")) {
            (Some(one), Some(other)) if one != other => {
                let said = LocalizedText::new("check-two-ids").with("one", one).with("other", other);
                CheckResult { ok: false, said, rule: Some(LocalizedText::new("check-rule-repeat")), ..twice.line() }
            }
            _ if once.line().ok => twice.line(),
            _ => once.line(),
        }
    }

    /// Many concurrent webhooks.
    async fn takes_many(&self, scene: &CheckScene<'_>) -> CheckResult {
        let asked = (0..AT_ONCE).map(|_| self.takes("at_once", self.webhook(scene, scene.text())));
        let lines = join_all(asked).await;
        let slowest = lines.iter().map(|line| line.ms).max().unwrap_or_default();
        let failed = lines.into_iter().find(|line| !line.ok);
        failed.unwrap_or_else(|| {
            let said = LocalizedText::new("check-many").with("count", AT_ONCE).with("ms", slowest);
            CheckResult { name: "at_once", ok: true, said, rule: None, ms: slowest }
        })
    }

    /// While a secret is being replaced both secrets sign, in either order.
    fn rotations(&self) -> [(&'static str, Settings); 2] {
        let until = self.clock.millis() + 60_000;
        let both = |first: &SecretString, second: &SecretString| {
            let mut settings = self.settings.clone();
            settings.secrets.insert(SECRET.to_owned(), first.clone());
            settings.secrets.insert(OLD_SECRET.to_owned(), retired(second.expose_secret(), until));
            settings
        };
        let (ours, other) = (self.settings.secrets[SECRET].clone(), new_secret());
        [("rotation.new", both(&ours, &other)), ("rotation.old", both(&other, &ours))]
    }

    fn of_sources(&self) -> [(&'static str, Value); 3] {
        let source = json!({
            "id": self.source_id, "kind": "custom", "name": "Parom check", "status": "working", "paused": false,
        });
        let event = |kind, data| wire::event(kind, self.clock.now(), data, false);
        [
            ("source.test", event("source.test", json!({ "source_id": self.source_id }))),
            ("source.updated", event("source.updated", json!({ "source": source }))),
            ("source.deleted", event("source.deleted", json!({ "source": source }))),
        ]
    }

    /// Webhooks may gain fields: a receiver must ignore unknown ones.
    fn unknown_fields(&self, scene: &CheckScene<'_>) -> Value {
        let mut body = wire::body(&self.outgoing(scene, scene.text()));
        body["parom_check"] = json!({ "new": [1, "two", null] });
        body["data"]["parom_check"] = json!("new");
        body["data"]["message"]["content"]["parom_check"] = json!(true);
        body
    }

    fn outgoing(&self, scene: &CheckScene<'_>, event: Event) -> Outgoing {
        Outgoing {
            letter_id: self.clock.uuid_v7(),
            source_id: self.source_id,
            conversation_id: scene.conversation.clone(),
            last_incoming: None,
            event,
            begun: String::new(),
            repeat: false,
            now: self.clock.now(),
            words: Words::new(Language::En),
            files: SharedShelf::none(),
        }
    }

    fn text(&self, scene: &CheckScene<'_>) -> WebhookRequest {
        self.of(&self.outgoing(scene, scene.text()))
    }

    fn of(&self, outgoing: &Outgoing) -> WebhookRequest {
        self.bare(outgoing.id(), wire::body(outgoing))
    }

    fn bare(&self, id: String, body: Value) -> WebhookRequest {
        let words = Words::new(Language::En);
        WebhookRequest { id, timestamp: self.clock.now().timestamp(), body: body.to_string(), words }
    }

    fn sign(&self, outgoing: &Outgoing) -> Result<Signed, LocalizedText> {
        sign(self.of(outgoing), &self.settings)
    }

    fn webhook(&self, scene: &CheckScene<'_>, event: Event) -> Result<Signed, LocalizedText> {
        self.sign(&self.outgoing(scene, event))
    }

    fn plain(&self, body: Value) -> Result<Signed, LocalizedText> {
        sign(self.bare(self.clock.uuid_v7().to_string(), body), &self.settings)
    }
}

fn sign(webhook: WebhookRequest, settings: &Settings) -> Result<Signed, LocalizedText> {
    webhook.sign(settings)
}

fn settings(url: &Url, secret: &SecretString) -> Settings {
    let secrets = BTreeMap::from([(SECRET.to_owned(), secret.clone())]);
    Settings { public: json!({ "webhook_url": url }), secrets }
}

fn unknown_type(clock: &Clock) -> Value {
    wire::event("parom.check", clock.now(), json!({ "nobody": "knows this type" }), false)
}
