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
    /// amoCRM's own words name the code or refresh token as used up, expired or unknown. Permanent for this grant.
    #[error("{asked}: amoCRM rejected the grant: {hint}")]
    Rejected {
        /// The call.
        asked: Asked,
        /// amoCRM's text, for people; may be empty.
        hint: String,
    },
    /// 401 or 404: the account may have another host now; ask [`subdomain`](super::OAuth::subdomain) and try once there.
    /// It says nothing about the grant.
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
    /// 5xx, or an answer of a gateway: retry later with the same grant.
    #[error("{asked}: amoCRM has trouble ({status})")]
    Unavailable {
        /// The call.
        asked: Asked,
        /// HTTP status.
        status: u16,
        /// How long amoCRM asks to wait.
        retry_after: Option<Duration>,
    },
    /// Any other refusal in amoCRM's own form. It blames the integration, or nothing that we know: the grant is not
    /// used up, and the vendor has to look.
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
        let own = serde_json::from_slice::<Value>(&answer.body).ok().filter(Value::is_object);
        match (status, own.as_ref().map(Blamed::by)) {
            (429, _) => OAuthError::Busy { asked, retry_after },
            (500..=599, _) => OAuthError::Unavailable { asked, status, retry_after },
            (_, Some(Blamed::Grant)) => OAuthError::Rejected { asked, hint },
            (_, Some(Blamed::Integration)) => OAuthError::Refused { asked, status, hint },
            (401 | 404, _) => OAuthError::HostChanged { asked, status, hint },
            (402, Some(_)) => OAuthError::Unpaid { asked },
            (403, Some(_)) => OAuthError::Blocked { asked, hint },
            (400.., Some(_)) => OAuthError::Refused { asked, status, hint },
            _ => OAuthError::Unavailable { asked, status, retry_after },
        }
    }
}

/// What amoCRM blames for a refusal, by the words in its `hint` (crm-api §1.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Blamed {
    /// The code or the refresh token: it is used up, expired or unknown.
    Grant,
    /// The integration's id, secret or address, as they are set here or at amoCRM.
    Integration,
    /// Nothing that we know.
    Nothing,
}

/// amoCRM's sentences, which are those of the OAuth server that it is built on.
const WORDS: [(&str, Blamed); 13] = [
    ("token has been revoked", Blamed::Grant),
    ("token has expired", Blamed::Grant),
    ("invalid refresh token", Blamed::Grant),
    ("refresh token is invalid", Blamed::Grant),
    ("cannot decrypt the refresh token", Blamed::Grant),
    ("authorization code has been revoked", Blamed::Grant),
    ("authorization code has expired", Blamed::Grant),
    ("cannot decrypt the authorization code", Blamed::Grant),
    ("not linked to client", Blamed::Integration),
    ("not issued to this client", Blamed::Integration),
    ("`client_id`", Blamed::Integration),
    ("`client_secret`", Blamed::Integration),
    ("redirect", Blamed::Integration),
];

impl Blamed {
    fn by(refusal: &Value) -> Self {
        let hint = lenient::text(refusal, "hint").unwrap_or_default().to_lowercase();
        WORDS.iter().find(|(words, _)| hint.contains(words)).map_or(Self::Nothing, |(_, blamed)| *blamed)
    }
}

impl From<Error> for OAuthError {
    fn from(error: Error) -> Self {
        let asked = Asked { call: error.call(), address: error.address().unwrap_or_default().to_owned() };
        match error {
            Error::NotSent { reason, .. } => OAuthError::NotSent { asked, reason },
            Error::NoAnswer { reason, .. } => OAuthError::NoAnswer { asked, reason },
            Error::Refused { status, text, .. } => OAuthError::Refused { asked, status, hint: text },
            Error::Gateway { status, retry_after, .. } => OAuthError::Unavailable { asked, status, retry_after },
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
