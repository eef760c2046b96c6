//! Results of methods.

use serde_json::{Value, json};

/// A method's result, or its refusal.
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

    pub(super) fn json(&self) -> Value {
        let mut body = json!({"ok": false, "error_code": self.code, "description": self.description});
        if let Some(seconds) = self.retry_after {
            body["parameters"] = json!({"retry_after": seconds});
        }
        if let Some(chat) = self.migrate_to {
            body["parameters"] = json!({"migrate_to_chat_id": chat});
        }
        body
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

/// Returns the refusal unless the condition holds.
pub(super) fn ensure(fine: bool, refusal: impl FnOnce() -> Refusal) -> Result<(), Refusal> {
    if fine { Ok(()) } else { Err(refusal()) }
}
