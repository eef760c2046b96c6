//! A messenger of somebody else's, by webhooks of the Standard Webhooks scheme (product.md §6.3).

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::header;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;
use sha2::Sha256;
use std::time::Duration;
use url::Url;

use super::{Abilities, AfterUnknown, Check, Connector, Field, Input, Outgoing, Probe, Settings, Setup};
use crate::error::FieldError;
use crate::http_client::{Guarded, read_up_to};
use crate::message::{Content, Failure, FailureCode, Role, State};
use crate::verdict::{Report, Taken, Verdict};
use crate::words::Said;

/// 2xx within this time is "taken".
const ANSWER_WITHIN: Duration = Duration::from_secs(15);
/// No more of an answer is read.
const ANSWER_BYTES: usize = 64 * 1024;
/// The name of the secret among a source's credentials.
pub const SECRET: &str = "webhook_secret";
/// The one before it, while both are valid: see [`retired`].
pub const OLD_SECRET: &str = "webhook_secret_old";

const ABILITIES: Abilities = Abilities {
    content: &["text"],
    delivered_on_accept: false,
    after_unknown: AfterUnknown::RepeatMarked,
    requests_per_second: 100,
    at_once: 8,
};

const FIELDS: &[Field] =
    &[Field::required("webhook_url", Input::Url, "wizard-custom-url").with_hint("wizard-custom-url-hint")];

/// The connector of kind `custom`.
pub struct Custom {
    http: Guarded,
}

impl Custom {
    pub fn new(http: Guarded) -> Self {
        Self { http }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CustomSettings {
    webhook_url: Url,
}

/// What a messenger may answer to save a status call.
#[derive(Default, Deserialize)]
struct Answer {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    status: Option<State>,
    #[serde(default)]
    error: Option<Failure>,
}

#[async_trait]
impl Connector for Custom {
    fn kind(&self) -> &'static str {
        "custom"
    }

    fn pool(&self) -> &'static str {
        "webhooks"
    }

    fn abilities(&self) -> &'static Abilities {
        &ABILITIES
    }

    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    /// There is nobody to ask; what can be told without a request is.
    async fn check_access(&self, settings: &Settings) -> Check {
        let (url, secret) = target(settings).ok_or_else(|| Said::new("said-webhook-missing"))?;
        self.http.check_url(&url).map_err(|refused| refused.said())?;
        sign(secret, "", 0, b"").map(|_| None).map_err(|_| Said::new("said-webhook-secret"))
    }

    /// Sends `source.test`, which receivers ignore as they ignore every type they do not know.
    async fn check_webhook(&self, settings: &Settings, probe: &Probe) -> Check {
        let event = json!({
            "type": "source.test",
            "timestamp": probe.now.to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
            "data": { "source_id": probe.source_id },
        });
        let tried = self.post(settings, &probe.id.to_string(), probe.now.timestamp(), event.to_string()).await;
        match tried.report.verdict {
            Verdict::Done(_) => Ok(Some(tried.said)),
            _ => Err(tried.said),
        }
    }

    fn setup(&self, settings: serde_json::Value) -> Result<Setup, Vec<FieldError>> {
        let parsed: CustomSettings = serde_json::from_value(settings)
            .map_err(|error| vec![FieldError::of_serde("/settings/webhook_url", &error)])?;
        self.http
            .check_url(&parsed.webhook_url)
            .map_err(|refused| vec![FieldError::new("/settings/webhook_url", refused.said())])?;
        Ok(Setup { public: json!({ "webhook_url": parsed.webhook_url }), secrets: Default::default() })
    }

    async fn send(&self, settings: &Settings, outgoing: &Outgoing) -> Report {
        let body = body_of(outgoing).to_string();
        self.post(settings, &outgoing.letter_id.to_string(), outgoing.now.timestamp(), body).await.report
    }
}

/// A try, and what people who test are told of it.
struct Tried {
    report: Report,
    said: Said,
}

impl Tried {
    fn not_done(verdict: Verdict, said: Said) -> Self {
        Self { report: Report::not_done(verdict, said.to_string()), said }
    }
}

impl Custom {
    /// Posts a signed event and judges the answer.
    async fn post(&self, settings: &Settings, id: &str, timestamp: i64, body: String) -> Tried {
        let Some((url, secret)) = target(settings) else {
            return Tried::not_done(Verdict::Pause, Said::new("said-webhook-missing"));
        };
        let Ok(signature) = signatures(settings, secret, id, timestamp, body.as_bytes()) else {
            return Tried::not_done(Verdict::Pause, Said::new("said-webhook-secret"));
        };
        let request = match self.http.post(&url) {
            Ok(request) => request,
            Err(refused) => return Tried::not_done(Verdict::Pause, refused.said()),
        };
        let sent = request
            .timeout(ANSWER_WITHIN)
            .header(header::CONTENT_TYPE, "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", signature)
            .body(body)
            .send()
            .await;
        match sent {
            Ok(response) => judge(response).await,
            Err(error) => not_answered(&error),
        }
    }
}

/// Where webhooks go and what signs them.
fn target(settings: &Settings) -> Option<(Url, &SecretString)> {
    let url = settings.public.get("webhook_url").and_then(|url| url.as_str()).and_then(|url| Url::parse(url).ok());
    url.zip(settings.secrets.get(SECRET))
}

/// `v1,` and the base64 HMAC-SHA256 of `id.timestamp.body` under the decoded `whsec_…` secret.
pub fn sign(secret: &SecretString, id: &str, timestamp: i64, body: &[u8]) -> Result<String, &'static str> {
    let encoded = secret.expose_secret().strip_prefix("whsec_").ok_or("the webhook secret has no whsec_ in front")?;
    let key = STANDARD.decode(encoded).map_err(|_| "the webhook secret is not base64")?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).map_err(|_| "the webhook secret is empty")?;
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(body);
    Ok(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

/// The signature, and while an old secret is valid that one's too, with a space between: receivers take either.
fn signatures(
    settings: &Settings,
    secret: &SecretString,
    id: &str,
    timestamp: i64,
    body: &[u8],
) -> Result<String, &'static str> {
    let signature = sign(secret, id, timestamp, body)?;
    let old = settings.secrets.get(OLD_SECRET).and_then(|old| old.expose_secret().split_once(' '));
    let valid = old.filter(|(until, _)| until.parse::<i64>().is_ok_and(|until| until > timestamp.saturating_mul(1000)));
    match valid.and_then(|(_, old)| sign(&SecretString::from(old), id, timestamp, body).ok()) {
        Some(old) => Ok(format!("{signature} {old}")),
        None => Ok(signature),
    }
}

/// How a secret is kept that is replaced: with the time (milliseconds since 1970) until which it signs too.
pub fn retired(secret: &str, until: i64) -> SecretString {
    SecretString::from(format!("{until} {secret}"))
}

/// A fresh secret: 24 random bytes.
pub fn new_secret() -> SecretString {
    let bytes: [u8; 24] = rand::random();
    SecretString::from(format!("whsec_{}", STANDARD.encode(bytes)))
}

fn body_of(outgoing: &Outgoing) -> serde_json::Value {
    let time = |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    let role = match outgoing.sender.role {
        Role::Client => "client",
        Role::Manager => "manager",
        Role::Bot => "bot",
    };
    let mut event = json!({
        "type": "message.created",
        "timestamp": time(outgoing.now),
        "data": { "message": {
            "id": outgoing.message_id,
            "conversation": { "id": outgoing.conversation_id },
            "source_id": outgoing.source_id,
            "receiver": {
                "id": outgoing.receiver.id,
                "phone": outgoing.receiver.phone,
                "name": outgoing.receiver.name,
            },
            "sender": { "role": role, "id": outgoing.sender.id, "name": outgoing.sender.name },
            "content": content_of(&outgoing.content),
            "sent_at": time(outgoing.sent_at),
            "template": null,
            "reply_to": null,
        }},
    });
    if let (true, Some(event)) = (outgoing.repeat, event.as_object_mut()) {
        event.insert("repeat".into(), true.into());
    }
    event
}

fn content_of(content: &Content) -> serde_json::Value {
    serde_json::to_value(content).unwrap_or_default()
}

async fn judge(response: reqwest::Response) -> Tried {
    let status = response.status().as_u16();
    let after = retry_after(response.headers());
    let body = read_up_to(response, ANSWER_BYTES).await;
    // The status line is the answer; a body that breaks off says nothing more.
    let (body, _) = body.unwrap_or_default();
    let text = String::from_utf8_lossy(&body).into_owned();
    let said = Said::new("said-server-answered").with("status", status);
    if (200..300).contains(&status) {
        let answer: Answer = serde_json::from_slice(&body).unwrap_or_default();
        let taken = Taken {
            external_id: answer.id.filter(|id| !id.is_empty() && id.len() <= 255),
            state: answer.status,
            failure: answer.error,
            ..Taken::default()
        };
        return Tried { report: Report::done(status, taken).with_answer(status, &text), said };
    }
    let verdict = match status {
        401 | 403 | 410 => Verdict::Pause,
        408 | 425 | 429 | 500..=599 => Verdict::Retry { after, whole_target: status == 429 },
        _ => Verdict::Bury(Failure {
            code: FailureCode::Rejected,
            text: format!("The messenger refused the message: it answered {status}."),
        }),
    };
    Tried { report: Report::not_done(verdict, said.to_string()).with_answer(status, &text), said }
}

fn not_answered(error: &reqwest::Error) -> Tried {
    if let Some(refused) = crate::http_client::refusal(error) {
        return Tried::not_done(Verdict::Pause, refused.said());
    }
    if error.is_connect() {
        let verdict = Verdict::Retry { after: None, whole_target: false };
        return Tried::not_done(verdict, Said::new("said-server-unconnected"));
    }
    Tried::not_done(
        Verdict::Unknown,
        if error.is_timeout() {
            Said::new("said-server-late").with("seconds", ANSWER_WITHIN.as_secs())
        } else {
            Said::new("said-server-broke")
        },
    )
}

/// Seconds or an HTTP date; nonsense is as good as nothing.
pub fn retry_after(headers: &header::HeaderMap) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    text.parse::<u64>().ok().map(Duration::from_secs)
}
