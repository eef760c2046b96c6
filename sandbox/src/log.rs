//! Lines of the request log.

use chrono::{DateTime, Utc};

/// Which way a logged request went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogDirection {
    /// Somebody called the sandbox.
    In,
    /// The sandbox called out: a hook, an installation, a revoke notice.
    Out,
}

/// One line of the request log. Bodies, codes and tokens are never kept in it.
#[derive(Clone, Debug)]
pub struct RequestView {
    /// Counts up from 1 over the life of the sandbox.
    pub number: u64,
    /// When it was answered, by the sandbox's clock.
    pub at: DateTime<Utc>,
    /// Which way it went.
    pub direction: LogDirection,
    /// HTTP method.
    pub method: String,
    /// Path, with the query where it carries no secret.
    pub path: String,
    /// Status of the answer; none when there was no answer.
    pub status: Option<u16>,
    /// How long the answer took.
    pub millis: u64,
    /// Why it was refused, which fault it met, or what else is worth knowing.
    pub note: Option<String>,
    /// Host of the account it concerns, where that is known.
    pub host: Option<String>,
}

/// One call of the token endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenCall {
    /// Host of the account whose endpoint was called.
    pub host: String,
    /// `grant_type` as it was sent.
    pub grant_type: String,
    /// Whether a pair was issued.
    pub granted: bool,
    /// The hint of a refusal.
    pub hint: Option<String>,
}
