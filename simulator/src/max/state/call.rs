//! The log of calls.

use serde::Serialize;
use serde_json::Value;

/// One call of the Bot API.
#[derive(Clone, Debug, Serialize)]
pub struct CallView {
    /// `POST /messages`.
    pub call: String,
    /// The query, as received.
    pub query: String,
    /// The JSON body, or null.
    pub body: Value,
    /// HTTP status of the answer; 0 if the connection was dropped.
    pub status: u16,
}
