//! Answers: a result, or a refusal with `code` and `message`.

use serde_json::{Value, json};

/// A refused call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) code: String,
    pub(super) message: String,
}

/// The outcome of a call.
pub(super) type Answered = Result<Value, Refusal>;

impl Refusal {
    pub(super) fn new(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self { status, code: code.to_owned(), message: message.into() }
    }

    pub(super) fn json(&self) -> Value {
        json!({"code": self.code, "message": self.message})
    }
}

/// A field of the request is invalid.
pub(super) fn wrong(message: impl Into<String>) -> Refusal {
    Refusal::new(400, "proto.payload", message)
}

/// Returns the refusal unless the condition holds.
pub(super) fn ensure(holds: bool, otherwise: impl FnOnce() -> Refusal) -> Result<(), Refusal> {
    if holds { Ok(()) } else { Err(otherwise()) }
}

/// The answer of methods without a result.
pub(super) fn success() -> Value {
    json!({"success": true})
}

/// A failure reported with a success status.
pub(super) fn not_success(message: &str) -> Value {
    json!({"success": false, "message": message})
}
