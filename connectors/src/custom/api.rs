//! The signed POST, used by messages, tests and `parom connector check` alike, and what its answers mean.

use std::time::Duration;

use base::http_client::{Guarded, UrlRefused, proxy_failure, read_up_to, refusal, send_to_tenant};
use base::i18n::{Language, LocalizedText, Words};
use base::message::{Failure, FailureCode};
use base::verdict::{Report, Taken, Verdict};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use reqwest::{RequestBuilder, Response, header};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use sha2::Sha256;
use url::Url;

use super::{AttemptResult, OLD_SECRET, SECRET};
use crate::Settings;

/// Time limit for the answer; a 2xx within it means accepted.
pub const ANSWER_WITHIN: Duration = Duration::from_secs(15);

/// What is posted. `words`: the language in which refusals are explained.
pub(super) struct WebhookRequest {
    pub id: String,
    pub timestamp: i64,
    pub body: String,
    pub words: Words,
}

/// A signed webhook, ready to send. Unsigned ones exist only for checks.
pub(super) struct Signed {
    pub url: Url,
    pub id: String,
    pub timestamp: i64,
    pub signature: String,
    pub body: String,
}

/// Why there is no answer.
pub(super) enum NotAnswered {
    /// The address must not be called.
    Refused(UrlRefused),
    Failed(reqwest::Error),
}

impl WebhookRequest {
    /// In English: only a webhook about a message has a reader who needs another language.
    pub fn of(id: impl ToString, now: DateTime<Utc>, body: &Value) -> Self {
        let (timestamp, words) = (now.timestamp(), Words::new(Language::En));
        Self { id: id.to_string(), timestamp, body: body.to_string(), words }
    }

    /// Signs it with the source's secret. The error names what the source lacks.
    pub fn sign(self, settings: &Settings) -> Result<Signed, LocalizedText> {
        let Self { id, timestamp, body, .. } = self;
        let (url, secret) = target(settings).ok_or_else(|| LocalizedText::new("said-webhook-missing"))?;
        let signature = signatures(settings, secret, &id, timestamp, body.as_bytes());
        let signature = signature.map_err(|_| LocalizedText::new("said-webhook-secret"))?;
        Ok(Signed { url, id, timestamp, signature, body })
    }
}

impl Signed {
    /// Sends it, once.
    pub async fn post(self, http: &Guarded) -> Result<Response, NotAnswered> {
        let request = http.post(&self.url).map_err(NotAnswered::Refused)?.timeout(ANSWER_WITHIN);
        let request = unsigned(request, &self.id, self.timestamp, self.body);
        let request = match self.signature {
            none if none.is_empty() => request,
            signature => request.header("webhook-signature", signature),
        };
        send_to_tenant(request).await.map_err(NotAnswered::Failed)
    }
}

/// The target address and the signing secret.
pub(super) fn target(settings: &Settings) -> Option<(Url, &SecretString)> {
    let url = settings.public.get("webhook_url").and_then(|url| url.as_str()).and_then(|url| Url::parse(url).ok());
    url.zip(settings.secrets.get(SECRET))
}

// What a custom messenger's answer to a webhook means (docs/custom-messenger.md#4-a-manager-answers-20-minutes).

/// Maximum number of bytes read from an answer.
pub(super) const ANSWER_BYTES: usize = 64 * 1024;
/// Maximum length of a messenger's id, in bytes.
pub(super) const ID_BYTES: usize = 255;

/// Extracts what is readable: an id saves a look-up, a state saves a call, the ids of a conversation show that it was
/// opened. Unreadable parts are ignored, because the status has already confirmed the webhook.
fn taken(body: &[u8]) -> Taken {
    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
    let id = |at: &str| match answer.pointer(at)? {
        Value::String(id) => Some(id.clone()),
        Value::Number(id) if !id.is_f64() => Some(id.to_string()),
        _ => None,
    };
    let id = |at: &str| id(at).filter(|id| !id.is_empty() && id.len() <= ID_BYTES && !id.contains('\0'));
    let read = |field: &str| answer.get(field).cloned().unwrap_or_default();
    Taken {
        external_id: id("/id"),
        conversation_id: id("/conversation/id"),
        receiver_id: id("/receiver/id"),
        state: serde_json::from_value(read("status")).unwrap_or_default(),
        failure: failure(read("error")),
        ..Taken::default()
    }
}

/// Why the messenger could not deliver. Of an error with a code that is unknown here, its text is kept: the manager
/// reads it.
fn failure(error: Value) -> Option<Failure> {
    let text = error.get("text").and_then(Value::as_str).map(str::to_owned);
    let known: Option<Failure> = serde_json::from_value(error).unwrap_or_default();
    known.or_else(|| text.map(|text| Failure { code: FailureCode::Rejected, text }))
}

/// The outcome of a request sent at `asked_at` (Unix seconds); `words`: the account's language.
pub(super) async fn judge(response: reqwest::Response, asked_at: i64, words: Words) -> AttemptResult {
    let status = response.status().as_u16();
    let after = retry_after(response.headers(), asked_at);
    let body = read_up_to(response, ANSWER_BYTES).await;
    // The status alone counts; an incomplete body changes nothing.
    let (body, _) = body.unwrap_or_default();
    let text = String::from_utf8_lossy(&body).into_owned();
    let said = LocalizedText::new("said-server-answered").with("status", status);
    if (200..300).contains(&status) {
        return AttemptResult { report: Report::done(status, taken(&body)).with_answer(status, &text), said };
    }
    let verdict = match status {
        401 | 403 | 410 => Verdict::Pause,
        408 | 425 | 429 | 500..=599 => Verdict::Retry { after, whole_target: status == 429 },
        _ => Verdict::Bury(Failure {
            code: FailureCode::Rejected,
            text: words.text("failure-rejected-with").with("status", status).to_string(),
        }),
    };
    AttemptResult { report: Report::not_done(verdict, said.to_string()).with_answer(status, &text), said }
}

pub(super) fn not_answered(error: &reqwest::Error) -> AttemptResult {
    let verdict = match error {
        error if refusal(error).is_some() => Verdict::Pause,
        error if error.is_connect() => Verdict::Retry { after: None, whole_target: false },
        _ => Verdict::Unknown,
    };
    AttemptResult::not_done(verdict, unanswered(error))
}

/// Why there is no answer, as a text for people.
pub(super) fn unanswered(error: &reqwest::Error) -> LocalizedText {
    match (refusal(error), error) {
        (Some(refused), _) => refused.text(),
        (None, error) if error.is_connect() => {
            proxy_failure(error).unwrap_or_else(|| LocalizedText::new("said-server-unconnected"))
        }
        (None, error) if error.is_timeout() => {
            LocalizedText::new("said-server-late").with("seconds", ANSWER_WITHIN.as_secs())
        }
        _ => LocalizedText::new("said-server-broke"),
    }
}

/// The pause that an answer asks for, as seconds or as an HTTP date, from `asked_at` (seconds since 1970) on; anything
/// else is ignored.
pub fn retry_after(headers: &header::HeaderMap, asked_at: i64) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    let until = || DateTime::parse_from_rfc2822(text).ok().map(|date| date.timestamp().saturating_sub(asked_at));
    let seconds = text.parse().ok().or_else(|| until().and_then(|seconds| u64::try_from(seconds).ok()));
    seconds.map(Duration::from_secs)
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

/// Adds a body with its id, its timestamp and its signature to a request. Fails as [`sign`].
pub fn signed(
    request: RequestBuilder,
    secret: &SecretString,
    id: &str,
    timestamp: i64,
    body: String,
) -> Result<RequestBuilder, &'static str> {
    let signature = sign(secret, id, timestamp, body.as_bytes())?;
    Ok(unsigned(request, id, timestamp, body).header("webhook-signature", signature))
}

/// The same without a signature.
fn unsigned(request: RequestBuilder, id: &str, timestamp: i64, body: String) -> RequestBuilder {
    request
        .header(header::CONTENT_TYPE, "application/json")
        .header("webhook-id", id)
        .header("webhook-timestamp", timestamp)
        .body(body)
}

/// The signature; while an old secret is valid, followed by a space and that secret's signature, so that receivers may
/// accept either.
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

/// Stored form of a replaced secret: with the time (milliseconds since 1970) until which it also signs.
pub fn retired(secret: &str, until: i64) -> SecretString {
    SecretString::from(format!("{until} {secret}"))
}

/// A new secret: 24 random bytes.
pub fn new_secret() -> SecretString {
    let bytes: [u8; 24] = rand::random();
    SecretString::from(format!("whsec_{}", STANDARD.encode(bytes)))
}

#[cfg(test)]
mod tests {
    use base::message::State;

    use super::*;

    #[test]
    fn retry_after_is_read_as_seconds_or_as_a_date() {
        let asked_at = 1_795_167_060;
        let given = |text: &str| {
            let value = header::HeaderValue::from_str(text).unwrap();
            retry_after(&header::HeaderMap::from_iter([(header::RETRY_AFTER, value)]), asked_at)
        };
        assert_eq!(given(" 120 "), Some(Duration::from_secs(120)));
        assert_eq!(given("Fri, 20 Nov 2026 09:32:00 GMT"), Some(Duration::from_secs(60)));
        for nonsense in ["", "-5", "1.5", "soon", "Fri, 20 Nov 2026 09:30:00 GMT"] {
            assert_eq!(given(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn ids_and_state_are_read_from_any_form_and_a_2xx_stays_a_success() {
        let all = taken(br#"{"id":"m1","status":"delivered","conversation":{"id":"c1"},"receiver":{"id":"r1"}}"#);
        let given = [all.external_id, all.conversation_id, all.receiver_id];
        assert_eq!(given.map(Option::unwrap_or_default), ["m1", "c1", "r1"]);
        assert_eq!(all.state, Some(State::Delivered));
        let large = taken(br#"{"id":9223372036854775808,"conversation":{"id":-7},"status":"unheard of"}"#);
        assert_eq!(large.external_id.as_deref(), Some("9223372036854775808"));
        assert_eq!((large.conversation_id.as_deref(), large.state), (Some("-7"), None));
        let failed = taken(br#"{"status":"failed","error":{"code":"window_closed"}}"#);
        assert_eq!(failed.failure.map(|failure| failure.code), Some(FailureCode::WindowClosed));
        let unknown = taken(br#"{"status":"failed","error":{"code":"unheard of","text":"No such number"}}"#);
        let said = Failure { code: FailureCode::Rejected, text: "No such number".to_owned() };
        assert_eq!((unknown.state, unknown.failure), (Some(State::Failed), Some(said)));
        let long = format!(r#"{{"id":"{}"}}"#, "x".repeat(256));
        for nothing in ["", "[]", "ok", "7", r#"{"id":""}"#, r#"{"id":1.5}"#, r#"{"id":{"id":"x"}}"#, &long] {
            assert_eq!(taken(nothing.as_bytes()), Taken::default(), "{nothing}");
        }
    }
}
