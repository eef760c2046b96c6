//! What a custom messenger's answer to a webhook means (docs/custom-messenger.md#4-a-manager-answers-20-minutes).

use std::time::Duration;

use base::http_client::read_up_to;
use base::i18n::{LocalizedText, Words};
use base::message::{Failure, FailureCode};
use base::verdict::{Report, Taken, Verdict};
use chrono::DateTime;
use reqwest::header;
use serde_json::Value;

use super::AttemptResult;
use super::post::ANSWER_WITHIN;

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
    if let Some(refused) = base::http_client::refusal(error) {
        return AttemptResult::not_done(Verdict::Pause, refused.text());
    }
    if error.is_connect() {
        let verdict = Verdict::Retry { after: None, whole_target: false };
        return AttemptResult::not_done(verdict, LocalizedText::new("said-server-unconnected"));
    }
    AttemptResult::not_done(
        Verdict::Unknown,
        if error.is_timeout() {
            LocalizedText::new("said-server-late").with("seconds", ANSWER_WITHIN.as_secs())
        } else {
            LocalizedText::new("said-server-broke")
        },
    )
}

/// The pause that an answer asks for, as seconds or as an HTTP date, from `asked_at` (seconds since 1970) on; anything
/// else is ignored.
pub fn retry_after(headers: &header::HeaderMap, asked_at: i64) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    let until = || DateTime::parse_from_rfc2822(text).ok().map(|date| date.timestamp().saturating_sub(asked_at));
    let seconds = text.parse().ok().or_else(|| until().and_then(|seconds| u64::try_from(seconds).ok()));
    seconds.map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::message::State;

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
