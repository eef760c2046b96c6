//! Responses to refused requests, in the format that each class of callers expects.

use actix_web::HttpResponse;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::http::{ConnectionType, StatusCode};
use base::error::{Error, Problem, problem_in, problem_type, title};
use base::i18n::{CRM, Language, LocalizedText, Words};

use super::body::End;
use super::class::RequestClass;

/// Value of `Retry-After`, in seconds.
const AGAIN: &str = "5";

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoadRefusal {
    /// The database is slow or full.
    Busy,
    /// The address has its share of requests in progress, or of uploads.
    TooMany,
    /// The body took too long.
    Slow,
    /// There was no room for the body.
    NoRoom,
}

impl LoadRefusal {
    /// The refusal for a body that failed; `None` if the handler answers.
    pub(super) fn of(end: Option<End>) -> Option<Self> {
        match end? {
            End::Slow => Some(Self::Slow),
            End::NoRoom => Some(Self::NoRoom),
            End::Replaced => Some(Self::TooMany),
            End::Whole | End::BrokeOff => None,
        }
    }

    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::TooMany => "too_many",
            Self::Slow => "slow",
            Self::NoRoom => "no_room",
        }
    }

    const fn status(self) -> StatusCode {
        match self {
            Self::Busy | Self::NoRoom => StatusCode::SERVICE_UNAVAILABLE,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
        }
    }

    const fn problem(self) -> &'static str {
        match self {
            Self::Busy | Self::NoRoom => "unavailable",
            Self::TooMany => "rate_limited",
            Self::Slow => "request_timeout",
        }
    }

    const fn text(self) -> &'static str {
        match self {
            Self::Busy => "page-busy",
            Self::TooMany => "said-too-many-at-once",
            Self::Slow => "said-body-slow",
            Self::NoRoom => "said-too-much-waits",
        }
    }
}

/// The response to a caller of a class.
pub fn answer(class: RequestClass, refusal: LoadRefusal, headers: &HeaderMap) -> HttpResponse {
    let words = Words::new(Language::accepted(headers));
    let status = refusal.status();
    let mut answer = match (class, refusal) {
        (RequestClass::Api, LoadRefusal::Busy) => Error::not_storing().answer(words, CRM),
        (RequestClass::Api, _) => {
            let problem = Problem {
                kind: problem_type(refusal.problem()),
                title: title(refusal.problem(), words, CRM),
                status: status.as_u16(),
                detail: LocalizedText::new(refusal.text()).plain(words, CRM),
                errors: Vec::new(),
            };
            problem_in(words.language(), status).body(serde_json::to_string(&problem).unwrap_or_default())
        }
        _ => HttpResponse::build(status)
            .content_type("text/plain; charset=utf-8")
            .body(format!("{}\n", words.text(refusal.text()))),
    };
    if refusal != LoadRefusal::Slow && !answer.headers().contains_key(header::RETRY_AFTER) {
        answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static(AGAIN));
    }
    if refusal != LoadRefusal::Busy {
        answer.head_mut().set_connection_type(ConnectionType::Close);
    }
    answer
}
