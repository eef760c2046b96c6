//! Records: requests, token calls, answers to hooks, and repeated messages.

use std::time::Duration;

use chrono::{DateTime, Utc};

/// The direction of a logged request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogDirection {
    /// A call of amoCRM.
    In,
    /// A call by amoCRM: a hook, an installation, a revoke notice.
    Out,
}

/// One line of the request log, without bodies, codes and tokens.
#[derive(Clone, Debug)]
pub struct RequestView {
    /// Counts up from 1.
    pub number: u64,
    /// When it was answered.
    pub at: DateTime<Utc>,
    pub direction: LogDirection,
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

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenCall {
    /// Host of the account that was called.
    pub host: String,
    /// `grant_type` as it was sent.
    pub grant_type: String,
    /// Whether a pair was issued.
    pub granted: bool,
    pub hint: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct HookAnswer {
    /// `None` without an answer in time.
    pub status: Option<u16>,
    /// Milliseconds until the answer, or until the time-out.
    pub millis: u64,
    /// Why there was no answer.
    pub error: Option<String>,
}

impl HookAnswer {
    /// The answer of a call that was not made, with the reason.
    pub(crate) fn not_called(reason: &str) -> Self {
        Self { status: None, millis: 0, error: Some(reason.to_owned()) }
    }
}

/// A message refused because its `msgid` had been accepted before.
#[derive(Clone, Debug)]
pub struct RepeatView {
    pub scope_id: String,
    pub msgid: String,
}

/// Whole milliseconds of a duration.
pub(crate) fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
