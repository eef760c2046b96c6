//! Graph errors.

use serde_json::{Value, json};

use crate::whatsapp::codes;

/// The result of a call, or its error.
pub(super) type Answered = Result<Value, GraphError>;

/// `{"error": {…}}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct GraphError {
    pub(super) status: u16,
    pub(super) code: i64,
    pub(super) kind: &'static str,
    pub(super) message: String,
    pub(super) subcode: Option<i64>,
    /// `error_data.details`.
    pub(super) details: Option<String>,
    /// `error_user_title` and `error_user_msg`.
    pub(super) user: Option<Box<(String, String)>>,
}

impl GraphError {
    pub(super) fn new(status: u16, code: i64, message: impl Into<String>) -> Self {
        Self { status, code, kind: "OAuthException", message: message.into(), subcode: None, details: None, user: None }
    }

    /// A documented error of messaging, with its usual details.
    pub(super) fn known(code: i64) -> Self {
        Self::detailed(code, codes::of(code).details)
    }

    /// A documented error of messaging: `(#code) Title`.
    pub(super) fn detailed(code: i64, details: impl Into<String>) -> Self {
        let known = codes::of(code);
        let message = format!("(#{code}) {}", known.title);
        Self { details: Some(details.into()), ..Self::new(known.status, code, message) }
    }

    /// `(#100) …`: an invalid parameter.
    pub(super) fn parameter(words: &str) -> Self {
        Self::new(400, 100, format!("(#100) {words}"))
    }

    /// 131009 with details.
    pub(super) fn value(details: impl Into<String>) -> Self {
        Self::detailed(131_009, details)
    }

    /// 131008 with details.
    pub(super) fn missing(details: impl Into<String>) -> Self {
        Self::detailed(131_008, details)
    }

    /// An object that does not exist or is not accessible.
    pub(super) fn no_object(verb: &str, id: &str) -> Self {
        let message = format!(
            "Unsupported {verb} request. Object with ID '{id}' does not exist, cannot be loaded due to missing \
             permissions, or does not support this operation. Please read the Graph API documentation at \
             https://developers.facebook.com/docs/graph-api"
        );
        Self { kind: "GraphMethodException", subcode: Some(33), ..Self::new(400, 100, message) }
    }

    /// A refusal by the template API: code 100 with a subcode and a text for people.
    pub(super) fn template(subcode: i64, title: &str, words: &str) -> Self {
        Self {
            subcode: Some(subcode),
            user: Some(Box::new((title.to_owned(), words.to_owned()))),
            ..Self::new(400, 100, "Invalid parameter")
        }
    }

    pub(super) fn json(&self, trace: &str) -> Value {
        let mut error = json!({"message": self.message, "type": self.kind, "code": self.code});
        if let Some(details) = &self.details {
            error["error_data"] = json!({"messaging_product": "whatsapp", "details": details});
        }
        if let Some(subcode) = self.subcode {
            error["error_subcode"] = json!(subcode);
        }
        if let Some((title, words)) = self.user.as_deref() {
            error["is_transient"] = json!(false);
            error["error_user_title"] = json!(title);
            error["error_user_msg"] = json!(words);
        }
        error["fbtrace_id"] = json!(trace);
        json!({"error": error})
    }
}

/// Returns the error unless the condition holds.
pub(super) fn ensure(fine: bool, error: impl FnOnce() -> GraphError) -> Result<(), GraphError> {
    if fine { Ok(()) } else { Err(error()) }
}

/// `{"success": true}`.
pub(super) fn success() -> Answered {
    Ok(json!({"success": true}))
}
