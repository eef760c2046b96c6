//! The log of calls.

use serde::Serialize;
use serde_json::Value;

/// One API call.
#[derive(Clone, Debug, Serialize)]
pub struct CallView {
    /// The method; `upload` for uploads.
    pub method: String,
    /// Parameters as received, without the token.
    pub parameters: Value,
    /// `error_code`; 0 for success, -1 if the connection was dropped.
    pub code: i64,
}
