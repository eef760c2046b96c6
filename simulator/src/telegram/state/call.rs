//! The log of calls.

use serde::Serialize;
use serde_json::Value;

/// One call of the Bot API.
#[derive(Clone, Debug, Serialize)]
pub struct CallView {
    /// As in the request.
    pub method: String,
    /// Parameters as received; files are `"<file NAME, N bytes>"`.
    pub parameters: Value,
    /// HTTP status of the answer; 0 if the connection was dropped.
    pub status: u16,
    /// `description` of a refusal.
    pub description: String,
    /// `chat_id`, if it is a number.
    pub chat: Option<i64>,
}
