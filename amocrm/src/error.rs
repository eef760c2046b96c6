//! What can become of a call: the seam by which a caller decides whether to try again.

use std::time::Duration;

/// Longest text kept of a refused or unreadable answer, in bytes.
pub const TEXT_LIMIT: usize = 2048;

/// Why a call did not succeed.
///
/// The variants differ in what is known about the other side: [`NotSent`](Error::NotSent) and
/// [`Invalid`](Error::Invalid) mean that amoCRM saw nothing, [`Refused`](Error::Refused) that it said no, the other two
/// that the request may or may not have taken effect. `call` names the method of this crate, e.g. `"send_message"`;
/// `address` is host and path of what was asked, and with them the account or scope that the call was made for.
///
/// No variant ever holds a secret, a token or a query.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The connection could not be made (name, address, TLS, connect time limit): nothing reached amoCRM.
    #[error("{call} ({address}): amoCRM could not be reached, nothing was sent ({reason})")]
    NotSent {
        /// The call.
        call: &'static str,
        /// Host and path, e.g. `amojo.amocrm.ru/v2/origin/custom/…`; empty if unknown.
        address: String,
        /// The causes, outermost first.
        reason: String,
    },
    /// The request may have been written, but no whole answer came: time ran out, the connection was reset, the body
    /// was cut. Whether the call took effect is unknown.
    #[error("{call} ({address}): no whole answer came, the outcome is unknown ({reason})")]
    NoAnswer {
        /// The call.
        call: &'static str,
        /// Host and path, e.g. `amojo.amocrm.ru/v2/origin/custom/…`; empty if unknown.
        address: String,
        /// The causes, outermost first.
        reason: String,
    },
    /// A whole answer whose status is not 2xx; redirects count as refusals because they are never followed.
    #[error("{call} ({address}): amoCRM answered {status}: {text}")]
    Refused {
        /// The call.
        call: &'static str,
        /// Host and path, e.g. `amojo.amocrm.ru/v2/origin/custom/…`; empty if unknown.
        address: String,
        /// HTTP status.
        status: u16,
        /// How long amoCRM asks to wait: the `Retry-After` header in seconds or as a date, else the field
        /// `retry_after` of a JSON body (crm-api §1.13). At most [`RETRY_AFTER_LIMIT`](crate::RETRY_AFTER_LIMIT).
        retry_after: Option<Duration>,
        /// What amoCRM said, at most [`TEXT_LIMIT`] bytes, control characters replaced by spaces. For people and logs:
        /// never decide by it.
        text: String,
    },
    /// A 2xx answer that is not what was promised: HTML, garbage, a missing id, more than
    /// [`ANSWER_LIMIT`](crate::ANSWER_LIMIT) bytes. Whether the call took effect is unknown.
    #[error("{call} ({address}): amoCRM answered {status} with something unreadable, the outcome is unknown: {text}")]
    Unreadable {
        /// The call.
        call: &'static str,
        /// Host and path, e.g. `amojo.amocrm.ru/v2/origin/custom/…`; empty if unknown.
        address: String,
        /// HTTP status.
        status: u16,
        /// What is wrong, followed by the beginning of the answer; at most [`TEXT_LIMIT`] bytes.
        text: String,
    },
    /// The caller's own input can't be sent. Trying again does not help.
    #[error("{call}: {what}")]
    Invalid {
        /// The call.
        call: &'static str,
        /// What is wrong with the input.
        what: String,
    },
}

impl Error {
    /// True when the request may have taken effect although no success was seen.
    pub fn outcome_unknown(&self) -> bool {
        matches!(self, Error::NoAnswer { .. } | Error::Unreadable { .. })
    }

    /// The HTTP status, when an answer came.
    pub fn status(&self) -> Option<u16> {
        match self {
            Error::Refused { status, .. } | Error::Unreadable { status, .. } => Some(*status),
            Error::NotSent { .. } | Error::NoAnswer { .. } | Error::Invalid { .. } => None,
        }
    }

    /// The name of the call that failed.
    pub fn call(&self) -> &'static str {
        match self {
            Error::NotSent { call, .. }
            | Error::NoAnswer { call, .. }
            | Error::Refused { call, .. }
            | Error::Unreadable { call, .. }
            | Error::Invalid { call, .. } => call,
        }
    }

    /// Host and path of what was asked, when something was.
    pub fn address(&self) -> Option<&str> {
        match self {
            Error::NotSent { address, .. }
            | Error::NoAnswer { address, .. }
            | Error::Refused { address, .. }
            | Error::Unreadable { address, .. } => Some(address),
            Error::Invalid { .. } => None,
        }
    }

    pub(crate) fn invalid(call: &'static str, what: impl Into<String>) -> Self {
        Error::Invalid { call, what: what.into() }
    }
}
