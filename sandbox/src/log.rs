//! Lines of the request log.

use chrono::{DateTime, Utc};

/// The direction of a logged request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogDirection {
    /// A call to the sandbox.
    In,
    /// A call by the sandbox: a hook, an installation, a revoke notice.
    Out,
}

/// One line of the request log, without bodies, codes and tokens.
#[derive(Clone, Debug)]
pub struct RequestView {
    /// Counts up from 1.
    pub number: u64,
    /// When it was answered, by the sandbox's clock.
    pub at: DateTime<Utc>,
    /// Its direction.
    pub direction: LogDirection,
    /// HTTP method.
    pub method: String,
    /// Path, with the query if it contains no secret.
    pub path: String,
    /// Status of the answer; `None` without an answer.
    pub status: Option<u16>,
    /// How long the answer took.
    pub millis: u64,
    /// Why it was refused, its fault, or another remark.
    pub note: Option<String>,
    /// Host of the account concerned, if known.
    pub host: Option<String>,
}

/// One call of the token endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenCall {
    /// Host of the account that was called.
    pub host: String,
    /// `grant_type` as it was sent.
    pub grant_type: String,
    /// Whether a pair was issued.
    pub granted: bool,
    /// The hint of a refusal.
    pub hint: Option<String>,
}
