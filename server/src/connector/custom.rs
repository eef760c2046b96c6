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

use super::{Abilities, AfterUnknown, Connector, Outgoing, Settings, Setup};
use crate::error::FieldError;
use crate::http_client::{Guarded, read_up_to};
use crate::message::{Content, Failure, FailureCode, Role, State};
use crate::verdict::{Report, Taken, Verdict};

/// 2xx within this time is "taken".
const ANSWER_WITHIN: Duration = Duration::from_secs(15);
/// No more of an answer is read.
const ANSWER_BYTES: usize = 64 * 1024;
/// The name of the secret among a source's credentials.
pub const SECRET: &str = "webhook_secret";

const ABILITIES: Abilities = Abilities {
    content: &["text"],
    delivered_on_accept: false,
    after_unknown: AfterUnknown::RepeatMarked,
    requests_per_second: 100,
    at_once: 8,
};

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

    fn setup(&self, settings: serde_json::Value) -> Result<Setup, Vec<FieldError>> {
        let parsed: CustomSettings = serde_json::from_value(settings)
            .map_err(|error| vec![FieldError::new("/settings/webhook_url", error.to_string())])?;
        self.http
            .check_url(&parsed.webhook_url)
            .map_err(|refused| vec![FieldError::new("/settings/webhook_url", refused.to_string())])?;
        Ok(Setup { public: json!({ "webhook_url": parsed.webhook_url }), secrets: Default::default() })
    }

    async fn send(&self, settings: &Settings, outgoing: &Outgoing) -> Report {
        let url = settings.public.get("webhook_url").and_then(|url| url.as_str()).and_then(|url| Url::parse(url).ok());
        let (Some(url), Some(secret)) = (url, settings.secrets.get(SECRET)) else {
            return Report::not_done(Verdict::Pause, "the source has no webhook address or secret");
        };
        let body = body_of(outgoing).to_string();
        let id = outgoing.letter_id.to_string();
        let timestamp = outgoing.now.timestamp();
        let signature = match sign(secret, &id, timestamp, body.as_bytes()) {
            Ok(signature) => signature,
            Err(reason) => return Report::not_done(Verdict::Pause, reason),
        };
        let request = match self.http.post(&url) {
            Ok(request) => request,
            Err(refused) => return Report::not_done(Verdict::Pause, refused.to_string()),
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

/// `v1,` and the base64 HMAC-SHA256 of `id.timestamp.body` under the decoded `whsec_…` secret.
pub fn sign(secret: &SecretString, id: &str, timestamp: i64, body: &[u8]) -> Result<String, &'static str> {
    let encoded = secret.expose_secret().strip_prefix("whsec_").ok_or("the webhook secret has no whsec_ in front")?;
    let key = STANDARD.decode(encoded).map_err(|_| "the webhook secret is not base64")?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).map_err(|_| "the webhook secret is empty")?;
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(body);
    Ok(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
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

async fn judge(response: reqwest::Response) -> Report {
    let status = response.status().as_u16();
    let after = retry_after(response.headers());
    let body = read_up_to(response, ANSWER_BYTES).await;
    // The status line is the answer; a body that breaks off says nothing more.
    let (body, _) = body.unwrap_or_default();
    let text = String::from_utf8_lossy(&body).into_owned();
    if (200..300).contains(&status) {
        let answer: Answer = serde_json::from_slice(&body).unwrap_or_default();
        let taken = Taken {
            external_id: answer.id.filter(|id| !id.is_empty() && id.len() <= 255),
            state: answer.status,
            failure: answer.error,
            ..Taken::default()
        };
        return Report::done(status, taken).with_answer(status, &text);
    }
    let reason = format!("your server answered {status}");
    let verdict = match status {
        401 | 403 | 410 => Verdict::Pause,
        408 | 425 | 429 | 500..=599 => Verdict::Retry { after, whole_target: status == 429 },
        _ => Verdict::Bury(Failure {
            code: FailureCode::Rejected,
            text: format!("The messenger refused the message: it answered {status}."),
        }),
    };
    Report::not_done(verdict, reason).with_answer(status, &text)
}

fn not_answered(error: &reqwest::Error) -> Report {
    if let Some(refused) = crate::http_client::refusal(error) {
        return Report::not_done(Verdict::Pause, refused.to_string());
    }
    if error.is_connect() {
        return Report::not_done(Verdict::Retry { after: None, whole_target: false }, "no connection to your server");
    }
    let reason = if error.is_timeout() { "your server did not answer in 15 seconds" } else { "the connection broke" };
    Report::not_done(Verdict::Unknown, reason)
}

/// Seconds or an HTTP date; nonsense is as good as nothing.
pub fn retry_after(headers: &header::HeaderMap) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    text.parse::<u64>().ok().map(Duration::from_secs)
}
