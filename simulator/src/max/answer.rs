//! Answers: a result, or a refusal with `code` and `message`.

use serde_json::{Value, json};

use crate::kit::Answer;
pub(super) use crate::kit::ensure;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    status: u16,
    code: String,
    message: String,
}

pub(super) type Answered = Result<Value, Refusal>;

impl Refusal {
    pub(super) fn new(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self { status, code: code.to_owned(), message: message.into() }
    }

    pub(super) fn answer(&self) -> Answer {
        Answer::json(self.status, &json!({"code": self.code, "message": self.message}))
    }
}

/// A field of the request is invalid.
pub(super) fn wrong(message: impl Into<String>) -> Refusal {
    Refusal::new(400, "proto.payload", message)
}
