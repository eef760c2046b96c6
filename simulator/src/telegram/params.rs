//! Parameters of a call in any encoding – typed in JSON, as text in query, form and multipart – and refusals.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

pub(super) use crate::kit::ensure;
use crate::kit::{Answer, Call, Part, text_of};

pub(super) type Answered = Result<Value, Refusal>;

/// An answer with `"ok": false`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// HTTP status and `error_code`.
    pub(super) code: u16,
    pub(super) description: String,
    pub(super) retry_after: Option<i64>,
    pub(super) migrate_to: Option<i64>,
}

impl Refusal {
    pub(super) fn new(code: u16, description: impl Into<String>) -> Self {
        Self { code, description: description.into(), retry_after: None, migrate_to: None }
    }

    /// 429 with the seconds to wait.
    pub(super) fn too_many(seconds: i64) -> Self {
        let description = format!("Too Many Requests: retry after {seconds}");
        Self { retry_after: Some(seconds), ..Self::new(429, description) }
    }

    pub(super) fn answer(&self) -> Answer {
        let mut body = json!({"ok": false, "error_code": self.code, "description": self.description});
        if let Some(seconds) = self.retry_after {
            body["parameters"] = json!({"retry_after": seconds});
        }
        if let Some(chat) = self.migrate_to {
            body["parameters"] = json!({"migrate_to_chat_id": chat});
        }
        Answer::new(self.code, "application/json", body.to_string())
    }
}

/// 400.
pub(super) fn bad(text: &str) -> Refusal {
    Refusal::new(400, format!("Bad Request: {text}"))
}

/// 403.
pub(super) fn forbidden(text: &str) -> Refusal {
    Refusal::new(403, format!("Forbidden: {text}"))
}

#[derive(Clone, Debug, Default)]
pub(super) struct Params {
    pub(super) values: Map<String, Value>,
    pub(super) files: BTreeMap<String, Part>,
}

impl Params {
    pub(super) fn of(values: Map<String, Value>) -> Self {
        Self { values, files: BTreeMap::new() }
    }

    pub(super) fn read(call: &Call) -> Result<Self, Refusal> {
        ensure(!call.is_too_large, || Refusal::new(413, "Request Entity Too Large"))?;
        let files = call.parts.iter().filter(|part| !part.file_name.is_empty());
        let files = files.map(|part| (part.name.clone(), part.clone())).collect();
        let mut params = Self { values: call.values(), files };
        let kind = call.header("content-type").unwrap_or_default().to_ascii_lowercase();
        if kind.starts_with("application/json") && !call.body.is_empty() {
            let wrong = || bad("can't parse request JSON object");
            params.values.extend(call.json.as_object().cloned().ok_or_else(wrong)?);
        } else if kind.starts_with("multipart/") {
            ensure(!call.is_garbled, || bad("can't parse multipart body"))?;
        }
        Ok(params)
    }

    /// A parameter as text, also if it is a number.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        text_of(&self.values, name)
    }

    /// The same, if it is not empty.
    pub(super) fn filled(&self, name: &str) -> Option<String> {
        self.text(name).filter(|text| !text.is_empty())
    }

    /// A required, non-empty parameter.
    pub(super) fn needed(&self, name: &str, otherwise: &str) -> Result<String, Refusal> {
        self.filled(name).ok_or_else(|| bad(otherwise))
    }

    pub(super) fn int(&self, name: &str) -> Option<i64> {
        match self.values.get(name)? {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    pub(super) fn float(&self, name: &str) -> Option<f64> {
        match self.values.get(name)? {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        match self.values.get(name) {
            Some(Value::Bool(on)) => *on,
            Some(Value::String(text)) => ["true", "1", "yes"].contains(&text.to_ascii_lowercase().as_str()),
            Some(Value::Number(number)) => number.as_i64() == Some(1),
            _ => false,
        }
    }

    /// `message_id`.
    pub(super) fn message(&self) -> Result<i64, Refusal> {
        self.int("message_id").ok_or_else(|| bad("message identifier is not specified"))
    }

    /// An array or object: native in JSON, else JSON text. `what` names it in the error.
    pub(super) fn json(&self, name: &str, what: &str) -> Result<Option<Value>, Refusal> {
        match self.values.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(Value::String(text)) => {
                let parsed =
                    serde_json::from_str::<Value>(text).ok().filter(|value| value.is_object() || value.is_array());
                parsed.map(Some).ok_or_else(|| bad(&format!("can't parse {what} JSON object")))
            }
            Some(value) => Ok(Some(value.clone())),
        }
    }
}
