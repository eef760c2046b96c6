//! Sends an endpoint everything that Parom sends, and forged requests that it must refuse, through the same code that
//! serves sources. `parom connector check` prints the results.

use std::collections::BTreeMap;
use std::time::Instant;

use base::clock::Clock;
use base::http_client::{Guarded, read_up_to};
use base::i18n::{Language, LocalizedText, Words};
use base::message::{Failure, State};
use chrono::TimeDelta;
use futures_util::future::join_all;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use super::api::{ANSWER_BYTES, ID_BYTES, NotAnswered, Signed, WebhookRequest, unanswered};
use super::{OLD_SECRET, SECRET, new_secret, retired, wire};
use crate::file::SharedShelf;
use crate::{Event, Outgoing, Settings};
use events::CheckScene;

mod events;

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
        note(checker.takes(name, checker.text(&scene).sign(&settings)).await);
    }
    for (name, forged) in all(&checker, &scene) {
        note(ask(http, name, ExpectedAnswer::Refused, forged).await.line());
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
        let secrets = BTreeMap::from([(SECRET.to_owned(), endpoint.secret.clone())]);
        let settings = Settings { public: json!({ "webhook_url": endpoint.url }), secrets };
        Self { http, clock, settings, source_id: clock.uuid_v7() }
    }

    /// Checks that the endpoint accepts a webhook.
    async fn takes(&self, name: &'static str, signed: Result<Signed, LocalizedText>) -> CheckResult {
        ask(self.http, name, ExpectedAnswer::Taken, signed).await.line()
    }

    /// A conversation started by a manager; the answer may contain its ids. A messenger without support refuses.
    async fn begins(&self, scene: &CheckScene<'_>) -> (CheckResult, Option<String>) {
        let webhook = self.webhook(&scene.without_dialogue(), scene.begun());
        let answered = ask(self.http, "conversation.started", ExpectedAnswer::TakenOrRefused, webhook).await;
        let named = answered.id_at("/conversation/id");
        (answered.line(), named)
    }

    /// Repeats a webhook, as after a lost answer: the endpoint must accept it and show it to the customer only once.
    async fn recognises(&self, scene: &CheckScene<'_>) -> CheckResult {
        let first = self.outgoing(scene, scene.text());
        let again = Outgoing { repeat: true, ..first.clone() };
        let once = ask(self.http, "repeat", ExpectedAnswer::Taken, self.sign(&first)).await;
        let twice = ask(self.http, "repeat", ExpectedAnswer::Taken, self.sign(&again)).await;
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
        WebhookRequest::of(outgoing.id(), self.clock.now(), &wire::body(outgoing))
    }

    fn sign(&self, outgoing: &Outgoing) -> Result<Signed, LocalizedText> {
        self.of(outgoing).sign(&self.settings)
    }

    fn webhook(&self, scene: &CheckScene<'_>, event: Event) -> Result<Signed, LocalizedText> {
        self.sign(&self.outgoing(scene, event))
    }

    fn plain(&self, body: Value) -> Result<Signed, LocalizedText> {
        WebhookRequest::of(self.clock.uuid_v7(), self.clock.now(), &body).sign(&self.settings)
    }
}

fn unknown_type(clock: &Clock) -> Value {
    wire::event("parom.check", clock.now(), json!({ "nobody": "knows this type" }), false)
}

/// The expected answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ExpectedAnswer {
    /// 2xx.
    Taken,
    /// 2xx, or 4xx by a messenger that does not support this.
    TakenOrRefused,
    /// 4xx, because the request is forged.
    Refused,
}

/// A check with its answer.
pub(super) struct Answered {
    name: &'static str,
    ms: u64,
    /// What was observed, or the failure and the violated rule.
    outcome: Result<LocalizedText, (LocalizedText, &'static str)>,
    /// Null if there is none or it is not JSON.
    body: Value,
}

/// Posts a webhook and judges the answer.
pub(super) async fn ask(
    http: &Guarded,
    name: &'static str,
    wanted: ExpectedAnswer,
    signed: Result<Signed, LocalizedText>,
) -> Answered {
    let started = Instant::now();
    let (outcome, body) = match signed {
        Ok(signed) => answer(http, name, wanted, signed).await,
        Err(said) => (Err((said, "check-rule-secret")), Value::Null),
    };
    let ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let outcome = outcome.map(|said| said.with("ms", ms));
    Answered { name, ms, outcome, body }
}

impl Answered {
    pub fn line(&self) -> CheckResult {
        let (ok, said, rule) = match &self.outcome {
            Ok(said) => (true, said.clone(), None),
            Err((said, rule)) => (false, said.clone(), Some(LocalizedText::new(*rule))),
        };
        CheckResult { name: self.name, ok, said, rule, ms: self.ms }
    }

    /// An id in the answer.
    pub fn id_at(&self, pointer: &str) -> Option<String> {
        match self.body.pointer(pointer)? {
            Value::String(id) => Some(id.clone()).filter(|id| !id.is_empty()),
            Value::Number(id) => Some(id.to_string()),
            _ => None,
        }
    }
}

type Outcome = Result<LocalizedText, (LocalizedText, &'static str)>;

async fn answer(http: &Guarded, name: &str, wanted: ExpectedAnswer, signed: Signed) -> (Outcome, Value) {
    let response = match signed.post(http).await {
        Ok(response) => response,
        Err(NotAnswered::Refused(refused)) => return (Err((refused.text(), "check-rule-address")), Value::Null),
        Err(NotAnswered::Failed(error)) => return (Err((unanswered(&error), "check-rule-taken")), Value::Null),
    };
    let status = response.status().as_u16();
    let (bytes, whole) = match read_up_to(response, ANSWER_BYTES).await {
        Ok(read) => read,
        Err(error) => return (Err((unanswered(&error), "check-rule-taken")), Value::Null),
    };
    let body = serde_json::from_slice(&bytes).unwrap_or_default();
    (judged(name, wanted, status, whole, &body), body)
}

fn judged(name: &str, wanted: ExpectedAnswer, status: u16, whole: bool, body: &Value) -> Outcome {
    let said = |key: &'static str| LocalizedText::new(key).with("status", status);
    match (wanted, status) {
        (ExpectedAnswer::Refused, 400..=499) => return Ok(said("check-refused")),
        (ExpectedAnswer::Refused, 200..=299) => return Err((said("check-took-forged"), rule(name))),
        (ExpectedAnswer::Refused, _) => return Err((said("said-server-answered"), rule(name))),
        (ExpectedAnswer::TakenOrRefused, 400 | 404 | 405 | 409 | 415 | 422 | 501) => {
            return Ok(said("check-not-begun"));
        }
        (_, 200..=299) => {}
        (_, 300..=399) => return Err((said("said-server-answered"), "check-rule-redirect")),
        (_, 401 | 403 | 410) => return Err((said("said-server-answered"), "check-rule-locked")),
        _ => return Err((said("said-server-answered"), rule(name))),
    }
    if !whole {
        return Err((LocalizedText::new("check-answer-long").with("most", ANSWER_BYTES / 1024), "check-rule-answer"));
    }
    match wrong_field(body) {
        Some(field) => Err((LocalizedText::new("check-answer-field").with("field", field), "check-rule-answer")),
        None => Ok(said("check-answered")),
    }
}

/// The documented rule for a check that failed by its status.
fn rule(name: &str) -> &'static str {
    match name.split_once('.').unwrap_or((name, "")) {
        ("forged", "old" | "early") => "check-rule-fresh",
        ("forged", _) => "check-rule-forged",
        ("rotation", _) => "check-rule-rotation",
        ("unknown" | "source", _) => "check-rule-unknown",
        ("repeat", _) => "check-rule-repeat",
        _ => "check-rule-taken",
    }
}

/// The first known field of an answer that has an unusable value. Unknown fields are ignored.
fn wrong_field(body: &Value) -> Option<&'static str> {
    let id = |pointer: &str| match body.pointer(pointer) {
        None | Some(Value::Null) => true,
        Some(Value::String(id)) => !id.is_empty() && id.len() <= ID_BYTES && !id.contains('\0'),
        Some(Value::Number(id)) => !id.is_f64(),
        Some(_) => false,
    };
    let read = |field: &str| body.get(field).cloned().unwrap_or_default();
    let state = serde_json::from_value::<Option<State>>(read("status")).ok();
    let failure = serde_json::from_value::<Option<Failure>>(read("error")).is_ok();
    let known = match state {
        Some(state) => state != Some(State::Queued),
        None => false,
    };
    [
        ("id", id("/id")),
        ("conversation.id", id("/conversation/id")),
        ("receiver.id", id("/receiver/id")),
        ("status", known),
        ("error", failure),
    ]
    .into_iter()
    .find_map(|(field, right)| (!right).then_some(field))
}

/// Outside the five minutes that receivers allow.
const FAR: TimeDelta = TimeDelta::minutes(10);

/// Requests that are signed correctly and then altered.
fn all(checker: &Checker<'_>, scene: &CheckScene<'_>) -> Vec<(&'static str, Result<Signed, LocalizedText>)> {
    let spoilt = |spoil: fn(&mut Signed)| -> Result<Signed, LocalizedText> {
        let mut signed = checker.text(scene).sign(&checker.settings)?;
        spoil(&mut signed);
        Ok(signed)
    };
    let at = |seconds: i64| {
        let webhook = checker.text(scene);
        WebhookRequest { timestamp: webhook.timestamp + seconds, ..webhook }.sign(&checker.settings)
    };
    let mut other = checker.settings.clone();
    other.secrets.insert(SECRET.to_owned(), new_secret());
    vec![
        ("forged.secret", checker.text(scene).sign(&other)),
        ("forged.unsigned", spoilt(|signed| signed.signature.clear())),
        ("forged.scheme", spoilt(|signed| signed.signature = signed.signature.replacen("v1,", "v2,", 1))),
        ("forged.cut", spoilt(|signed| signed.signature.truncate(signed.signature.len() / 2))),
        ("forged.body", spoilt(|signed| signed.body.push(' '))),
        ("forged.id", spoilt(|signed| signed.id.push('x'))),
        ("forged.timestamp", spoilt(|signed| signed.timestamp += 1)),
        ("forged.old", at(-FAR.num_seconds())),
        ("forged.early", at(FAR.num_seconds())),
    ]
}

#[cfg(test)]
mod tests;
