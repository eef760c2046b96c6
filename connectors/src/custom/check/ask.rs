//! Sends one webhook and judges its answer.

use std::time::Instant;

use base::http_client::{Guarded, read_up_to, refusal};
use base::i18n::LocalizedText;
use base::message::{Failure, State};
use serde_json::Value;

use super::CheckResult;
use crate::custom::answer::{ANSWER_BYTES, ID_BYTES};
use crate::custom::post::{ANSWER_WITHIN, NotAnswered, Signed};

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
        Err(NotAnswered::Failed(error)) => return (Err((failed(&error), "check-rule-taken")), Value::Null),
    };
    let status = response.status().as_u16();
    let (bytes, whole) = match read_up_to(response, ANSWER_BYTES).await {
        Ok(read) => read,
        Err(error) => return (Err((failed(&error), "check-rule-taken")), Value::Null),
    };
    let body = serde_json::from_slice(&bytes).unwrap_or_default();
    (judged(name, wanted, status, whole, &body), body)
}

fn failed(error: &reqwest::Error) -> LocalizedText {
    if let Some(refused) = refusal(error) {
        return refused.text();
    }
    match error {
        error if error.is_timeout() => LocalizedText::new("said-server-late").with("seconds", ANSWER_WITHIN.as_secs()),
        error if error.is_connect() => LocalizedText::new("said-server-unconnected"),
        _ => LocalizedText::new("said-server-broke"),
    }
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rule(wanted: ExpectedAnswer, status: u16) -> Option<&'static str> {
        let name = if wanted == ExpectedAnswer::Refused { "forged.body" } else { "message.text" };
        judged(name, wanted, status, true, &Value::Null).err().map(|(_, rule)| rule)
    }

    #[test]
    fn an_endpoint_takes_what_is_signed_and_refuses_the_rest() {
        for status in [200, 202, 204] {
            assert_eq!(rule(ExpectedAnswer::Taken, status), None);
            assert_eq!(rule(ExpectedAnswer::TakenOrRefused, status), None);
            assert_eq!(rule(ExpectedAnswer::Refused, status), Some("check-rule-forged"));
        }
        assert_eq!(rule(ExpectedAnswer::Taken, 301), Some("check-rule-redirect"));
        assert_eq!(rule(ExpectedAnswer::Taken, 401), Some("check-rule-locked"));
        assert_eq!(rule(ExpectedAnswer::Taken, 404), Some("check-rule-taken"));
        assert_eq!(rule(ExpectedAnswer::TakenOrRefused, 422), None);
        assert_eq!(rule(ExpectedAnswer::TakenOrRefused, 500), Some("check-rule-taken"));
        for status in [400, 401, 403] {
            assert_eq!(rule(ExpectedAnswer::Refused, status), None);
        }
        assert_eq!(rule(ExpectedAnswer::Refused, 500), Some("check-rule-forged"), "a mistake is no refusal");
        assert!(
            judged("message.text", ExpectedAnswer::Taken, 200, false, &Value::Null).is_err(),
            "longer than anybody reads"
        );
        let unknown = judged("unknown.type", ExpectedAnswer::Taken, 400, true, &Value::Null);
        assert_eq!(unknown.err().map(|(_, rule)| rule), Some("check-rule-unknown"));
    }

    #[test]
    fn an_answer_is_read_as_the_engine_reads_it() {
        for right in [
            json!(null),
            json!("ok"),
            json!([]),
            json!({}),
            json!({"id": "m-1", "status": "delivered", "conversation": {"id": 7}, "more": true}),
            json!({"id": null, "status": "failed", "error": {"code": "window_closed"}}),
        ] {
            assert_eq!(wrong_field(&right), None, "{right}");
        }
        for (wrong, field) in [
            (json!({"id": 1.5}), "id"),
            (json!({"id": ""}), "id"),
            (json!({"id": "x".repeat(256)}), "id"),
            (json!({"conversation": {"id": {}}}), "conversation.id"),
            (json!({"status": "seen"}), "status"),
            (json!({"status": "queued"}), "status"),
            (json!({"status": "failed", "error": "full"}), "error"),
            (json!({"status": "failed", "error": {"code": "full"}}), "error"),
        ] {
            assert_eq!(wrong_field(&wrong), Some(field), "{wrong}");
        }
    }
}
