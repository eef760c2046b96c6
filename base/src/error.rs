//! The application's error type. Callers see only what is in the variant; the cause of an internal error goes to the
//! log.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError};
use sea_orm::DbErr;
use serde::Serialize;

use crate::i18n::{CRM, Language, LocalizedText, Words};
use crate::request_id;
use crate::store::{concerns_one_node, database_is_away, is_node_away};

/// An invalid field, not yet translated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// JSON pointer into the request body, e.g. `/content/text`.
    pub pointer: String,
    pub detail: LocalizedText,
}

impl FieldError {
    pub fn new(pointer: impl Into<String>, detail: LocalizedText) -> Self {
        Self { pointer: pointer.into(), detail }
    }

    /// The same error of a value inside of another one.
    pub fn below(self, parent: &str) -> Self {
        Self { pointer: format!("{parent}{}", self.pointer), ..self }
    }

    /// For a value that serde rejects.
    pub fn of_serde(pointer: impl Into<String>, error: &serde_json::Error) -> Self {
        Self::new(pointer, LocalizedText::of_serde(&error.to_string()))
    }

    /// Translated for the caller.
    pub fn shown(&self, words: Words, crm: &str) -> WrongField {
        WrongField { pointer: self.pointer.clone(), detail: self.detail.in_words(words, crm) }
    }
}

/// An invalid field, identified by a JSON pointer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = FieldError)]
pub struct WrongField {
    /// JSON pointer into the request body, e.g. `/content/text`.
    pub pointer: String,
    pub detail: String,
}

/// A concurrent change to the object that the caller wanted to change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangedMeanwhile {
    /// Name of the person who changed it; empty if unknown.
    pub who: String,
    /// Changed fields by their API names.
    pub what: Vec<String>,
    /// When, milliseconds since 1970.
    pub at: i64,
}

impl ChangedMeanwhile {
    fn text(&self) -> LocalizedText {
        let text = LocalizedText::new("said-changed");
        let text = match self.who.as_str() {
            "" => text.with("who", LocalizedText::new("said-changed-someone")),
            who => text.with("who", who),
        };
        let text = match self.what.as_slice() {
            [] => text.with("what", LocalizedText::new("said-changed-something")),
            what => text.with("what", what.join(", ")),
        };
        let at = chrono::DateTime::from_timestamp_millis(self.at).unwrap_or_default();
        text.with("at", at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true))
    }
}

/// The text of [`Error::node_away`].
const NODE_AWAY: &str = "said-node-away";

/// Why a request failed. `Display` is English; for people use [`Error::text`] or [`Error::answer`].
#[derive(Debug)]
pub enum Error {
    /// 400: the request cannot be parsed.
    Malformed(LocalizedText),
    /// 422: parsed, but these fields are invalid.
    Invalid(Vec<FieldError>),
    /// 401.
    Unauthorized,
    /// 403.
    Forbidden(LocalizedText),
    /// 404, also for other tenants' objects.
    NotFound,
    /// 409 with the problem's name and a sentence.
    Conflict { problem: &'static str, detail: LocalizedText },
    /// 412: the object has changed since the caller read it.
    Changed(Box<ChangedMeanwhile>),
    /// 413.
    TooLarge(usize),
    /// 415.
    MediaType(LocalizedText),
    /// 429: a limit was exceeded. The problem's name, what to do, and seconds to wait.
    TooMany { problem: &'static str, detail: LocalizedText, retry_after: u32 },
    /// 507: the account's quota or the disk is full.
    Full(LocalizedText),
    /// 503: nothing was stored; the caller should retry after this many seconds.
    Unavailable { detail: LocalizedText, retry_after: u32 },
    /// 500: a defect of ours. The cause is logged.
    Internal(anyhow::Error),
}

/// The result type of handlers.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// A single invalid field.
    pub fn field(pointer: impl Into<String>, detail: LocalizedText) -> Self {
        Self::Invalid(vec![FieldError::new(pointer, detail)])
    }

    /// 503 while storage is unavailable.
    pub fn not_storing() -> Self {
        Self::Unavailable { detail: LocalizedText::new("said-not-storing"), retry_after: 2 }
    }

    /// 503 while the database node of an account does not answer.
    pub fn node_away() -> Self {
        Self::Unavailable { detail: LocalizedText::new(NODE_AWAY), retry_after: 5 }
    }

    /// Whether it is [`Error::node_away`].
    pub fn is_node_away(&self) -> bool {
        matches!(self, Self::Unavailable { detail, .. } if *detail == LocalizedText::new(NODE_AWAY))
    }

    /// The last part of the problem's `type`; its title's message key is `problem-{name}`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "malformed_json",
            Self::Invalid(_) => "validation",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden(_) => "forbidden",
            Self::NotFound => "not_found",
            Self::Conflict { problem, .. } => problem,
            Self::Changed(_) => "changed_meanwhile",
            Self::TooLarge(_) => "too_large",
            Self::MediaType(_) => "media_type",
            Self::TooMany { problem, .. } => problem,
            Self::Full(_) => "account_full",
            Self::Unavailable { .. } => "unavailable",
            Self::Internal(_) => "internal",
        }
    }

    /// 429, for a limit that has room again after these milliseconds.
    pub fn too_many(problem: &'static str, detail: LocalizedText, millis: i64) -> Self {
        Self::TooMany { problem, detail, retry_after: u32::try_from((millis + 999) / 1_000).unwrap_or(u32::MAX) }
    }

    /// What happened and what to do.
    pub fn text(&self) -> LocalizedText {
        match self {
            Self::Malformed(text) | Self::Forbidden(text) | Self::MediaType(text) | Self::Full(text) => text.clone(),
            Self::Conflict { detail, .. } | Self::TooMany { detail, .. } | Self::Unavailable { detail, .. } => {
                detail.clone()
            }
            Self::Invalid(_) => LocalizedText::new("said-fields-wrong"),
            Self::Unauthorized => LocalizedText::new("said-unauthorized"),
            Self::NotFound => LocalizedText::new("said-not-found"),
            Self::Changed(changed) => changed.text(),
            Self::TooLarge(bytes) => LocalizedText::new("said-too-large").with("bytes", bytes.to_string()),
            Self::Internal(_) => LocalizedText::new("said-internal"),
        }
    }

    /// [`Error::text`] where only one error fits: the first of several invalid fields.
    pub fn first_text(&self) -> LocalizedText {
        match self {
            Self::Invalid(fields) => fields.first().map_or_else(|| self.text(), |field| field.detail.clone()),
            _ => self.text(),
        }
    }

    /// The problem as a response, in the given language.
    pub fn answer(&self, words: Words, crm: &str) -> HttpResponse {
        let (name, status) = (self.name(), self.status_code());
        let mut answer = problem_in(words.language(), status);
        if let Self::TooMany { retry_after, .. } | Self::Unavailable { retry_after, .. } = self {
            answer.insert_header((header::RETRY_AFTER, retry_after.to_string()));
        }
        if matches!(self, Self::Unauthorized) {
            answer.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        if name == "idempotency_running" {
            answer.insert_header((header::RETRY_AFTER, "1"));
        }
        let errors = if let Self::Invalid(errors) = self { errors.as_slice() } else { &[] };
        let mut body = Problem::new(name, status, title(name, words, crm), self.text().plain(words, crm));
        body.errors = errors
            .iter()
            .map(|error| WrongField { pointer: error.pointer.clone(), detail: error.detail.plain(words, crm) })
            .collect();
        answer.body(body.json())
    }

    /// Logs the cause of an internal error.
    pub fn log(&self) {
        if let Self::Internal(cause) = self {
            let id = request_id::current();
            tracing::error!(request.id = id, cause = format!("{cause:#}"), "a request failed with an internal error");
        }
    }
}

/// Headers of a problem in this language, so that caches keep languages apart.
pub fn problem_in(language: Language, status: StatusCode) -> HttpResponseBuilder {
    let mut answer = HttpResponse::build(status);
    answer
        .content_type("application/problem+json")
        .insert_header((header::CONTENT_LANGUAGE, language.code()))
        .insert_header((header::VARY, "Accept-Language"));
    answer
}

/// The title of a problem.
pub fn title(name: &str, words: Words, crm: &str) -> String {
    let key = format!("problem-{name}");
    let key = if words.has(&key) { key } else { "problem-conflict".to_owned() };
    LocalizedText::new(key).plain(words, crm)
}

impl std::fmt::Display for Error {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.text().fmt(out)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        if let Self::Internal(cause) = self { cause.source() } else { None }
    }
}

/// An RFC 9457 problem document.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// Names what happened and leads to a page that says what to do.
    #[serde(rename = "type")]
    #[schema(example = "/problems/validation")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    pub detail: String,
    /// The invalid fields; absent if no particular field is invalid.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<WrongField>,
    /// The answer's `X-Request-Id`: name it to whoever runs the server, whose log has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    pub request_id: Option<String>,
}

impl Problem {
    /// A problem of the request that this task answers. Its `type` is a relative reference, stable across releases.
    pub fn new(name: &str, status: StatusCode, title: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("/problems/{name}"),
            title: title.into(),
            status: status.as_u16(),
            detail: detail.into(),
            errors: Vec::new(),
            request_id: request_id::current(),
        }
    }

    /// The body of a response.
    pub fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
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
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Full(_) => StatusCode::INSUFFICIENT_STORAGE,
            Self::Unavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// English; the middleware translates it if the caller prefers another language.
    fn error_response(&self) -> HttpResponse {
        self.log();
        self.answer(Words::new(Language::En), CRM)
    }
}

impl From<anyhow::Error> for Error {
    fn from(cause: anyhow::Error) -> Self {
        if concerns_one_node(&cause) {
            let id = request_id::current();
            tracing::error!(request.id = id, cause = format!("{cause:#}"), "a node of the database does not answer");
            return Self::node_away();
        }
        if database_is_away(&cause) {
            let id = request_id::current();
            tracing::error!(request.id = id, error = format!("{cause:#}"), "the database does not answer");
            return Self::not_storing();
        }
        Self::Internal(cause)
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        match error {
            DbErr::Conn(_) | DbErr::ConnectionAcquire(_) if !is_node_away(&error) => {
                tracing::error!(request.id = request_id::current(), %error, "the database does not answer");
                Self::not_storing()
            }
            other => Self::from(anyhow::Error::from(other)),
        }
    }
}
