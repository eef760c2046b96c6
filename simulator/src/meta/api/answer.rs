//! Answers and Graph errors (`error-codes` of the Messenger Platform, `graph-api/guides/error-handling`).

use serde_json::{Value, json};

/// A call's result, or its refusal.
pub(crate) type Answered = Result<Value, Refusal>;

/// An answer with `error`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: i64,
    pub(crate) subcode: Option<i64>,
    pub(crate) message: String,
}

impl Refusal {
    pub(crate) fn new(status: u16, code: i64, subcode: impl Into<Option<i64>>, message: impl Into<String>) -> Self {
        Self { status, code, subcode: subcode.into(), message: message.into() }
    }

    pub(crate) fn json(&self) -> Value {
        let mut error = json!({
            "message": self.message,
            "type": if self.code == 100 && self.subcode.is_none() { "IGApiException" } else { "OAuthException" },
            "code": self.code,
            "fbtrace_id": "AbCdEfGhIjKlMnOpQrStUvW",
        });
        if let Some(subcode) = self.subcode {
            error["error_subcode"] = json!(subcode);
        }
        json!({ "error": error })
    }
}

/// An invalid parameter.
pub(crate) fn bad(message: &str) -> Refusal {
    Refusal::new(400, 100, None, format!("(#100) {message}"))
}

/// An invalid parameter, identified by the subcode.
pub(crate) fn wrong(subcode: i64, message: &str) -> Refusal {
    Refusal::new(400, 100, subcode, format!("(#100) {message}"))
}

/// The token gives no access to this.
pub(crate) fn invalid_token(subcode: Option<i64>, message: &str) -> Refusal {
    Refusal::new(401, 190, subcode, message)
}

/// The token lacks a permission.
pub(crate) fn not_permitted() -> Refusal {
    Refusal::new(403, 10, None, "(#10) Application does not have permission for this action")
}

/// There is no such object, or this token has no access to it.
pub(crate) fn no_object(id: &str) -> Refusal {
    let message = format!(
        "Unsupported request. Object with ID '{id}' does not exist, cannot be loaded due to missing permissions, or \
         does not support this operation. Please read the Graph API documentation at \
         https://developers.facebook.com/docs/graph-api"
    );
    Refusal::new(400, 100, 33, message)
}

/// Returns the refusal unless the condition holds.
pub(crate) fn ensure(fine: bool, refusal: impl FnOnce() -> Refusal) -> Result<(), Refusal> {
    if fine { Ok(()) } else { Err(refusal()) }
}
