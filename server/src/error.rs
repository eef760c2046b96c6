//! The one application error. What a caller may know is in the variant; the cause of anything else goes to the log
//! and never into an answer.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;

use crate::delivery::queue::writer::Refused;

/// A field that is wrong, by JSON pointer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FieldError {
    /// JSON pointer into the request body, e.g. `/content/text`.
    pub pointer: String,
    pub detail: String,
}

impl FieldError {
    pub fn new(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), detail: detail.into() }
    }
}

/// What somebody else did to a thing that was to be changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changed {
    /// Their name; empty: unknown.
    pub who: String,
    /// The fields, by their names in the API.
    pub what: Vec<String>,
    /// When, milliseconds since 1970.
    pub at: i64,
}

impl std::fmt::Display for Changed {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let who = if self.who.is_empty() { "somebody" } else { &self.who };
        let what = if self.what.is_empty() { "it".to_owned() } else { self.what.join(", ") };
        let at = chrono::DateTime::from_timestamp_millis(self.at).unwrap_or_default();
        let at = at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
        write!(out, "{who} changed {what} at {at}; nothing of yours is stored. Read it again and repeat your change")
    }
}

/// Why a request was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// 400: cannot be read at all.
    #[error("{0}")]
    Malformed(String),
    /// 422: read, but these fields are wrong.
    #[error("some fields need a correction")]
    Invalid(Vec<FieldError>),
    /// 401.
    #[error("the key is missing, revoked or wrong")]
    Unauthorized,
    /// 403.
    #[error("{0}")]
    Forbidden(String),
    /// 404: also another tenant's thing.
    #[error("nothing with this id")]
    NotFound,
    /// 409, with the name of the problem and a sentence.
    #[error("{detail}")]
    Conflict { problem: &'static str, detail: String },
    /// 412: it is no longer as the caller knows it.
    #[error("{0}")]
    Changed(Box<Changed>),
    /// 413.
    #[error("the request is larger than {0} bytes")]
    TooLarge(usize),
    /// 415.
    #[error("{0}")]
    MediaType(String),
    /// 503: nothing is stored or half-made, repeat later.
    #[error("{detail}")]
    Unavailable { detail: String, retry_after: u32 },
    /// 500: our own mistake. The cause is logged.
    #[error("Parom's own error, nothing is stored")]
    Internal(#[from] anyhow::Error),
}

/// What handlers return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// A single wrong field.
    pub fn field(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(pointer, detail)])
    }

    /// The storage does not take anything right now.
    pub fn not_storing() -> Self {
        Self::Unavailable { detail: "Parom cannot store anything right now, repeat later".into(), retry_after: 2 }
    }

    fn problem(&self) -> (&'static str, &'static str) {
        match self {
            Self::Malformed(_) => ("malformed_json", "The body cannot be read"),
            Self::Invalid(_) => ("validation", "Some fields need a correction"),
            Self::Unauthorized => ("unauthorized", "The key is missing, revoked or wrong"),
            Self::Forbidden(_) => ("forbidden", "The key's scope does not allow this"),
            Self::NotFound => ("not_found", "Nothing with this id"),
            Self::Conflict { problem, .. } => (problem, conflict_title(problem)),
            Self::Changed(_) => ("changed_meanwhile", "Somebody else has changed this meanwhile"),
            Self::TooLarge(_) => ("too_large", "The request is too large"),
            Self::MediaType(_) => ("media_type", "Send application/json"),
            Self::Unavailable { .. } => ("unavailable", "Parom cannot do this right now, repeat later"),
            Self::Internal(_) => ("internal", "Parom's own error, nothing is stored"),
        }
    }
}

fn conflict_title(problem: &str) -> &'static str {
    match problem {
        "message_conflict" => "A message with this id exists and differs",
        "source_limit" => "All sources of the account are used",
        "external_id_taken" => "This external_id is already a source",
        "tenant_inactive" => "The account is not active",
        "tenant_active" => "The account is in use",
        "crm_refused" => "amoCRM refused",
        "crm_limit" => "amoCRM takes no more sources for this account",
        "deleted_in_crm" => "The source was deleted in amoCRM",
        "not_deleted_in_crm" => "The source is there in amoCRM",
        "no_source" => "The account has no source yet",
        "channel_not_connected" => "The channel is not connected to the account",
        "idempotency_running" => "The first request with this Idempotency-Key is still running",
        "not_from_crm" => "Status can be set only for messages that came from amoCRM",
        _ => "This conflicts with what is there",
    }
}

impl From<sea_orm::DbErr> for Error {
    fn from(error: sea_orm::DbErr) -> Self {
        match error {
            sea_orm::DbErr::Conn(_) | sea_orm::DbErr::ConnectionAcquire(_) => {
                tracing::error!(%error, "the database does not answer");
                Self::not_storing()
            }
            other => Self::Internal(other.into()),
        }
    }
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Full => {
                Self::Unavailable { detail: "Too much is waiting to be stored, repeat later".into(), retry_after: 1 }
            }
            Refused::Unavailable(_) => Self::not_storing(),
            Refused::Unstorable(cause) => Self::Internal(anyhow::anyhow!(cause)),
        }
    }
}

/// The `type` of a problem: a reference relative to the server, equal in all releases.
pub fn problem_type(name: &str) -> String {
    format!("/problems/{name}")
}

/// RFC 9457.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Problem {
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    pub detail: String,
    /// Wrong fields; absent when no field is at fault.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Conflict { .. } => StatusCode::CONFLICT,
            Self::Changed(_) => StatusCode::PRECONDITION_FAILED,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::MediaType(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Unavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        if let Self::Internal(cause) = self {
            tracing::error!(cause = format!("{cause:#}"), "a request failed by our own mistake");
        }
        let (name, title) = self.problem();
        let errors = if let Self::Invalid(errors) = self { errors.clone() } else { Vec::new() };
        let status = self.status_code();
        let mut answer = HttpResponse::build(status);
        answer.content_type("application/problem+json");
        if let Self::Unavailable { retry_after, .. } = self {
            answer.insert_header((header::RETRY_AFTER, retry_after.to_string()));
        }
        if matches!(self, Self::Conflict { problem: "idempotency_running", .. }) {
            answer.insert_header((header::RETRY_AFTER, "1"));
        }
        let body = Problem {
            kind: problem_type(name),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: self.to_string(),
            errors,
        };
        answer.body(serde_json::to_string(&body).unwrap_or_default())
    }
}
