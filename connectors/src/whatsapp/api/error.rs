//! Why a call has no result (whatsapp §15).

use std::time::Duration;

use base::i18n::LocalizedText;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use serde_json::Value;

use crate::unanswered::words;
use crate::whatsapp::wire::{Code, Id, wire};

/// Codes of management calls, which Meta sends as the subcode of a general code.
const MANAGEMENT: std::ops::RangeInclusive<u32> = 2_388_000..=2_389_999;

/// Why there is no result. Contains no token and no address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApiError {
    /// Meta or a gateway in front of it refused.
    Refused(Box<Refused>),
    /// The request did not reach the server completely: nothing happened there.
    NotSent(LocalizedText),
    /// The request was sent, and no complete answer came.
    Unknown(LocalizedText),
    /// An unreadable success answer: accepted, with an unknown result.
    Unreadable { status: u16 },
}

/// A refusal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refused {
    /// The HTTP status.
    pub status: u16,
    /// Meta's code; the HTTP status if the answer was not Meta's own.
    pub code: u32,
    pub subcode: u32,
    /// Meta's text, empty if the answer was not Meta's own.
    pub text: String,
    /// The id by which Meta's support can find the call.
    pub trace: String,
    /// When Meta asks to try again.
    pub retry_after: Option<Duration>,
}

impl Refused {
    /// Whether something before Meta answered, whose own refusals have a text. What it says is no verdict.
    pub fn is_gateways(&self) -> bool {
        self.code == u32::from(self.status) && self.text.is_empty()
    }
}

impl ApiError {
    /// Whether the server has no such call. Meta has all; its refusals have a text.
    pub fn is_missing(&self) -> bool {
        match self {
            Self::Refused(refused) => matches!(refused.status, 404 | 405 | 501) && refused.text.is_empty(),
            Self::Unreadable { .. } => true,
            Self::NotSent(_) | Self::Unknown(_) => false,
        }
    }

    /// The refusal, if it is one.
    pub fn refused(&self) -> Option<&Refused> {
        match self {
            Self::Refused(refused) => Some(refused),
            _ => None,
        }
    }
}

wire! {
    /// An answer with an error. Every field may be absent or of another type.
    ErrorAnswer {
        error: Option<ErrorBody>,
    }

    ErrorBody {
        code: Code,
        error_subcode: Code,
        message: Id,
        /// Written for people; only management calls have it.
        error_user_msg: Id,
        error_data: Value,
        fbtrace_id: Id,
    }
}

impl ErrorBody {
    /// `error_data.details`; some errors have a text in place of the object.
    fn details(&self) -> &str {
        self.error_data.get("details").unwrap_or(&self.error_data).as_str().unwrap_or_default()
    }
}

/// The refusal in an answer; none if it is a success. Meta may send an error with any status.
pub(super) fn refused(status: u16, body: &[u8], secret: &str) -> Option<Refused> {
    let failed = status >= 300;
    let answer: ErrorAnswer = serde_json::from_slice(body).unwrap_or_default();
    let error = answer.error.filter(|error| failed || error.code.0.is_some());
    let Some(error) = error else {
        return failed.then(|| Refused { status, code: u32::from(status), ..Refused::default() });
    };
    let mut texts = vec![&*error.message, error.details(), &*error.error_user_msg];
    texts.retain(|text| !text.is_empty());
    let text = texts.join(": ");
    let text = if secret.is_empty() { text } else { text.replace(secret, "…") };
    let subcode = error.error_subcode.0.unwrap_or_default();
    // Without a code the status is used: a code of 0 would mean that the token is invalid.
    let code = error.code.0.unwrap_or_else(|| u32::from(status));
    let code = if MANAGEMENT.contains(&subcode) { subcode } else { code };
    Some(Refused { status, code, subcode, text, trace: error.fbtrace_id.0, retry_after: None })
}

/// A refusal without a text of Meta's.
pub(super) fn refused_by(status: u16) -> ApiError {
    ApiError::Refused(Box::new(Refused { status, code: u32::from(status), ..Refused::default() }))
}

/// The error for an id that cannot be part of an address, so that no object can have it.
pub(super) fn unreadable_address() -> ApiError {
    let text = "the id cannot be part of an address".to_owned();
    ApiError::Refused(Box::new(Refused { status: 0, code: 100, text, ..Refused::default() }))
}

/// Seconds; anything else is ignored.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

/// `whole`: set when all of the request was sent.
pub(super) fn unanswered(error: reqwest::Error, whole: bool) -> ApiError {
    let sent = whole && !error.is_connect() && !error.is_builder();
    let said = words(error);
    if sent { ApiError::Unknown(said) } else { ApiError::NotSent(said) }
}
