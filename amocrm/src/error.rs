//! The outcomes of a failed call, by which a caller decides whether to retry.

use std::time::Duration;

/// Maximum bytes kept of the text of a refused or unreadable answer.
pub const TEXT_LIMIT: usize = 2048;

/// Why a call did not succeed.
///
/// The variants differ in what is known about amoCRM's side: with [`NotSent`](Error::NotSent) and
/// [`Invalid`](Error::Invalid) it received nothing, with [`Refused`](Error::Refused) it refused, with
/// [`Gateway`](Error::Gateway) it was not asked, with the other two the request may or may not have taken effect. `call` is the method of this crate, e.g. `"send_message"`; `address` is
/// host and path of the request and therefore names the account or scope.
///
/// No variant contains a secret, a token or a query.
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
    /// The request may have been written, but no complete answer arrived: a timeout, a reset connection, a truncated
    /// body. Whether the call took effect is unknown.
    #[error("{call} ({address}): no whole answer came, the outcome is unknown ({reason})")]
    NoAnswer {
        /// The call.
        call: &'static str,
        /// Host and path, e.g. `amojo.amocrm.ru/v2/origin/custom/…`; empty if unknown.
        address: String,
        /// The causes, outermost first.
        reason: String,
    },
    /// A complete answer with a status other than 2xx; redirects count as refusals because they are never followed.
    #[error("{call} ({address}): amoCRM answered {status}: {text}")]
    Refused {
        /// The call.
        call: &'static str,
        /// Host and path, e.g. `amojo.amocrm.ru/v2/origin/custom/…`; empty if unknown.
        address: String,
        /// HTTP status.
        status: u16,
        /// How long amoCRM asks to wait: the `Retry-After` header in seconds or as a date, else the field `retry_after`
        /// of a JSON body (crm-api §1.13). At most [`RETRY_AFTER_LIMIT`](crate::RETRY_AFTER_LIMIT).
        retry_after: Option<Duration>,
        /// amoCRM's text, at most [`TEXT_LIMIT`] bytes, with control characters replaced by spaces. For people and
        /// logs: do not base decisions on it.
        text: String,
    },
    /// A page of something between amoCRM and us – a proxy, a gateway, amoCRM's protection against floods – with a 3xx or
    /// 4xx status. It says nothing about the request, the account or its access: retry later. What concerns the whole
    /// host, 429 and 5xx, and what concerns the size or type of the request, 413 to 415, is [`Refused`](Error::Refused)
    /// whatever its body.
    #[error("{call} ({address}): not amoCRM but something before it answered {status}: {text}")]
    Gateway {
        /// The call.
        call: &'static str,
        /// Host and path, e.g. `amojo.amocrm.ru/v2/origin/custom/…`; empty if unknown.
        address: String,
        /// HTTP status.
        status: u16,
        /// How long it asks to wait, as in [`Refused`](Error::Refused).
        retry_after: Option<Duration>,
        /// The beginning of the page; at most [`TEXT_LIMIT`] bytes.
        text: String,
    },
    /// A 2xx answer that is not as documented: HTML, garbage, a missing id, more than
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
    /// The caller's own input cannot be sent. Retrying does not help.
    #[error("{call}: {what}")]
    Invalid {
        /// The call.
        call: &'static str,
        /// What is wrong with the input.
        what: String,
    },
}

impl Error {
    /// True if the request may have taken effect although no success was received.
    pub fn outcome_unknown(&self) -> bool {
        matches!(self, Error::NoAnswer { .. } | Error::Unreadable { .. })
    }

    /// The HTTP status of amoCRM's own answer, if there was one.
    pub fn status(&self) -> Option<u16> {
        match self {
            Error::Refused { status, .. } | Error::Unreadable { status, .. } => Some(*status),
            Error::NotSent { .. } | Error::NoAnswer { .. } | Error::Gateway { .. } | Error::Invalid { .. } => None,
        }
    }

    /// The name of the call that failed.
    pub fn call(&self) -> &'static str {
        match self {
            Error::NotSent { call, .. }
            | Error::NoAnswer { call, .. }
            | Error::Refused { call, .. }
            | Error::Gateway { call, .. }
            | Error::Unreadable { call, .. }
            | Error::Invalid { call, .. } => call,
        }
    }

    /// Host and path of the request, if known.
    pub fn address(&self) -> Option<&str> {
        match self {
            Error::NotSent { address, .. }
            | Error::NoAnswer { address, .. }
            | Error::Refused { address, .. }
            | Error::Gateway { address, .. }
            | Error::Unreadable { address, .. } => Some(address),
            Error::Invalid { .. } => None,
        }
    }

    pub(crate) fn invalid(call: &'static str, what: impl Into<String>) -> Self {
        Error::Invalid { call, what: what.into() }
    }
}
