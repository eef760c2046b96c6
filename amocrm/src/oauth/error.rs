//! The outcomes of a failed token call.

use std::fmt;
use std::time::Duration;

use serde_json::Value;

use crate::error::Error;
use crate::lenient;
use crate::transport::{Answer, clean, excerpt};

/// Longest hint kept, in characters.
const HINT_LIMIT: usize = 300;

/// A call and its address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// The method of this crate, e.g. `"refresh"`.
    pub call: &'static str,
    /// Host and path, e.g. `acme.amocrm.ru/oauth2/access_token`.
    pub address: String,
}

impl fmt::Display for Asked {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ({})", self.call, self.address)
    }
}

/// Why a token call failed, in the classes of crm-api §1.8. Never contains a token or secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OAuthError {
    /// 400: the code or refresh token is used up, expired or wrong, or the integration's settings are. Permanent for
    /// this grant.
    #[error("{asked}: amoCRM rejected the grant: {hint}")]
    Rejected {
        /// The call.
        asked: Asked,
        /// amoCRM's text, for people; may be empty.
        hint: String,
    },
    /// 401 or 404: the account may have another host now; ask [`subdomain`](super::OAuth::subdomain), try once there,
    /// then treat it as [`Rejected`](OAuthError::Rejected).
    #[error("{asked}: the account is not known at this address ({status}): {hint}")]
    HostChanged {
        /// The call.
        asked: Asked,
        /// 401 or 404.
        status: u16,
        /// amoCRM's text, for people; may be empty.
        hint: String,
    },
    /// 402: the account is not paid for.
    #[error("{asked}: the account is not paid for")]
    Unpaid {
        /// The call.
        asked: Asked,
    },
    /// 403: the account or our address is blocked.
    #[error("{asked}: access is blocked: {hint}")]
    Blocked {
        /// The call.
        asked: Asked,
        /// amoCRM's text, for people; may be empty.
        hint: String,
    },
    /// 429: too many requests. The grant is not used up.
    #[error("{asked}: amoCRM asks to slow down")]
    Busy {
        /// The call.
        asked: Asked,
        /// How long amoCRM asks to wait.
        retry_after: Option<Duration>,
    },
    /// 5xx: a problem at amoCRM; retry later with the same grant.
    #[error("{asked}: amoCRM has trouble ({status})")]
    Unavailable {
        /// The call.
        asked: Asked,
        /// HTTP status.
        status: u16,
        /// How long amoCRM asks to wait.
        retry_after: Option<Duration>,
    },
    /// Any other unsuccessful status, including redirects.
    #[error("{asked}: amoCRM answered {status}: {hint}")]
    Refused {
        /// The call.
        asked: Asked,
        /// HTTP status.
        status: u16,
        /// amoCRM's text, for people; may be empty.
        hint: String,
    },
    /// Nothing reached amoCRM, see [`Error::NotSent`].
    #[error("{asked}: amoCRM could not be reached, nothing was sent ({reason})")]
    NotSent {
        /// The call.
        asked: Asked,
        /// The causes.
        reason: String,
    },
    /// No complete answer arrived: whether the grant is used up is unknown, see [`Error::NoAnswer`].
    #[error("{asked}: no whole answer came, the outcome is unknown ({reason})")]
    NoAnswer {
        /// The call.
        asked: Asked,
        /// The causes.
        reason: String,
    },
    /// A successful answer without a pair of tokens, or without an address: whether the grant is used up is unknown.
    #[error("{asked}: amoCRM answered {status} with something unreadable, the outcome is unknown: {reason}")]
    Unreadable {
        /// The call.
        asked: Asked,
        /// HTTP status.
        status: u16,
        /// What is wrong with it; contains nothing of the answer.
        reason: String,
    },
    /// Our own input is invalid: an address or a token.
    #[error("{what}")]
    Invalid {
        /// What is wrong with it.
        what: String,
    },
}

impl Asked {
    pub(super) fn of(answer: &Answer) -> Self {
        Self { call: answer.call, address: answer.address.clone() }
    }
}

impl OAuthError {
    /// True if the grant may be used up although no tokens arrived.
    pub fn outcome_unknown(&self) -> bool {
        matches!(self, OAuthError::NoAnswer { .. } | OAuthError::Unreadable { .. })
    }

    pub(super) fn unreadable(asked: Asked, status: u16, reason: &str) -> Self {
        OAuthError::Unreadable { asked, status, reason: reason.to_owned() }
    }

    /// The meaning of an unsuccessful answer. `secrets` were part of the request and must not appear in the error.
    pub(super) fn refusal(answer: &Answer, secrets: &[&str]) -> Self {
        let (status, retry_after) = (answer.status, answer.retry_after());
        let (asked, hint) = (Asked::of(answer), hint(&answer.body, secrets));
        match status {
            400 => OAuthError::Rejected { asked, hint },
            401 | 404 => OAuthError::HostChanged { asked, status, hint },
            402 => OAuthError::Unpaid { asked },
            403 => OAuthError::Blocked { asked, hint },
            429 => OAuthError::Busy { asked, retry_after },
            500..=599 => OAuthError::Unavailable { asked, status, retry_after },
            _ => OAuthError::Refused { asked, status, hint },
        }
    }
}

impl From<Error> for OAuthError {
    fn from(error: Error) -> Self {
        let asked = Asked { call: error.call(), address: error.address().unwrap_or_default().to_owned() };
        match error {
            Error::NotSent { reason, .. } => OAuthError::NotSent { asked, reason },
            Error::NoAnswer { reason, .. } => OAuthError::NoAnswer { asked, reason },
            Error::Refused { status, text, .. } => OAuthError::Refused { asked, status, hint: text },
            Error::Unreadable { status, text, .. } => OAuthError::Unreadable { asked, status, reason: text },
            Error::Invalid { what, .. } => OAuthError::Invalid { what },
        }
    }
}

/// `hint`, else `detail`, else `title`, else the beginning of the body; omitted if it contains a secret.
fn hint(body: &[u8], secrets: &[&str]) -> String {
    let problem = serde_json::from_slice::<Value>(body).unwrap_or_default();
    let detail = ["hint", "detail", "title"].into_iter().find_map(|key| lenient::text(&problem, key));
    let detail = detail.map_or_else(|| excerpt(body), |detail| clean(&detail));
    if secrets.iter().any(|secret| !secret.is_empty() && detail.contains(secret)) {
        return "(hidden, it repeats a secret)".to_owned();
    }
    detail.chars().take(HINT_LIMIT).collect()
}
