//! Why a request of the widget is refused; the widget shows `detail` to people as it is.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};
use base::error::{ChangedMeanwhile, Error, Problem, problem_in, problem_type};
use base::i18n::{Language, When, Words, Zone};
use sea_orm::DbErr;

/// Seconds after which an account that is being set up may be checked again.
pub(super) const PROVISIONING_SECONDS: u32 = 3;

/// Why a call failed: [`Error`], and errors of the widget's API only. `type` is the name with hyphens.
#[derive(Debug, thiserror::Error)]
pub(super) enum WidgetError {
    #[error(transparent)]
    Known(#[from] Error),
    /// 401: the session token is missing, unknown or expired.
    #[error("the session has ended")]
    SessionEnded,
    /// 401: the disposable token is missing or invalid.
    #[error("the disposable token is not valid")]
    BadToken,
    /// 403: the page is not of an account host, or of another account.
    #[error("this page may not call")]
    ForeignPage,
    /// 409: amoCRM's install call has not arrived, or its code is not exchanged yet.
    #[error("the account is still being set up")]
    Provisioning,
    /// 403.
    #[error("only an administrator of the account may do this")]
    NotAdmin,
    /// 401: does not reveal whether login or password is wrong.
    #[error("login or password did not match")]
    WrongCredentials,
    /// 409.
    #[error("amojo_id belongs to another account")]
    WrongAccount,
    /// 429: too many passwords; seconds until the next attempt.
    #[error("too many tries")]
    TooManyTries(u32),
    /// 429: too many requests; seconds to wait.
    #[error("too many requests")]
    TooFast(u32),
    /// 503: the service that checks logins is unavailable; seconds to wait.
    #[error("the service that checks logins does not answer")]
    Away(u32),
    /// 405.
    #[error("this address does not take this method")]
    Method,
}

impl From<DbErr> for WidgetError {
    fn from(error: DbErr) -> Self {
        Self::Known(error.into())
    }
}

impl From<anyhow::Error> for WidgetError {
    fn from(error: anyhow::Error) -> Self {
        Self::Known(error.into())
    }
}

/// The result type of handlers.
pub(super) type Result<T, E = WidgetError> = std::result::Result<T, E>;

/// The reader's language and the name of their platform.
#[derive(Clone, Copy, Debug)]
pub(super) struct WidgetReader {
    pub words: Words,
    pub crm: &'static str,
    pub zone: Zone,
    /// Milliseconds since 1970.
    pub now: i64,
}

impl WidgetError {
    fn status(&self) -> StatusCode {
        match self {
            Self::Known(error) => error.status_code(),
            Self::SessionEnded | Self::BadToken | Self::WrongCredentials => StatusCode::UNAUTHORIZED,
            Self::ForeignPage | Self::NotAdmin => StatusCode::FORBIDDEN,
            Self::Provisioning | Self::WrongAccount => StatusCode::CONFLICT,
            Self::TooManyTries(_) | Self::TooFast(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Away(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Known(error) => error.name(),
            Self::SessionEnded => "session_ended",
            Self::BadToken => "bad_token",
            Self::ForeignPage => "foreign_page",
            Self::Provisioning => "provisioning",
            Self::NotAdmin => "not_admin",
            Self::WrongCredentials => "wrong_credentials",
            Self::WrongAccount => "wrong_account",
            Self::TooManyTries(_) => "too_many_tries",
            Self::TooFast(_) => "rate_limited",
            Self::Away(_) => "unavailable",
            Self::Method => "method_not_allowed",
        }
    }

    /// The response in the reader's language.
    pub fn answer(&self, reader: &WidgetReader) -> HttpResponse {
        if let Self::Known(error) = self {
            return answer_to(error, reader);
        }
        let retry_after = match self {
            Self::Provisioning => Some(PROVISIONING_SECONDS),
            Self::TooManyTries(seconds) | Self::TooFast(seconds) | Self::Away(seconds) => Some(*seconds),
            _ => None,
        };
        let key = if let Self::Away(_) = self { "logins_away" } else { self.name() };
        let detail = said(key, "", retry_after, reader).unwrap_or_else(|| title(self.name(), reader));
        let problem = Problem {
            kind: problem_type(&self.name().replace('_', "-")),
            title: title(self.name(), reader),
            status: self.status().as_u16(),
            detail,
            errors: Vec::new(),
        };
        response(self.status(), &problem, retry_after, reader)
    }
}

/// The response to an error of the whole server, in the reader's language.
pub(super) fn answer_to(error: &Error, reader: &WidgetReader) -> HttpResponse {
    let retry_after = match error {
        Error::TooMany { retry_after, .. } | Error::Unavailable { retry_after, .. } => Some(*retry_after),
        Error::Conflict { problem: "idempotency_running", .. } => Some(1),
        _ => None,
    };
    let cause = match error {
        Error::Conflict { detail, .. } => detail.in_words(reader.words, reader.crm),
        _ => String::new(),
    };
    let detail = match error {
        Error::Changed(changed) => changed_meanwhile(changed, reader),
        _ => said(error.name(), &cause, retry_after, reader)
            .unwrap_or_else(|| if cause.is_empty() { title(error.name(), reader) } else { cause }),
    };
    let errors = match error {
        Error::Invalid(errors) => errors.iter().map(|error| error.shown(reader.words, reader.crm)).collect(),
        _ => Vec::new(),
    };
    let problem = Problem {
        kind: problem_type(&error.name().replace('_', "-")),
        title: title(error.name(), reader),
        status: error.status_code().as_u16(),
        detail,
        errors,
    };
    response(error.status_code(), &problem, retry_after, reader)
}

/// The widget's own text for an error, if it has one.
fn said(name: &str, detail: &str, retry_after: Option<u32>, reader: &WidgetReader) -> Option<String> {
    let key = format!("widget-said-{name}");
    let text = reader.words.has(&key).then(|| reader.words.text(key))?;
    Some(text.with("crm", reader.crm).with("detail", detail).with("seconds", retry_after.unwrap_or(0)).to_string())
}

fn response(status: StatusCode, problem: &Problem, retry_after: Option<u32>, reader: &WidgetReader) -> HttpResponse {
    let mut answer = problem_in(reader.words.language(), status);
    if let Some(seconds) = retry_after {
        answer.insert_header((header::RETRY_AFTER, seconds.to_string()));
    }
    answer.body(serde_json::to_string(problem).unwrap_or_default())
}

fn title(name: &str, reader: &WidgetReader) -> String {
    base::error::title(name, reader.words, reader.crm)
}

fn changed_meanwhile(changed: &ChangedMeanwhile, reader: &WidgetReader) -> String {
    let words = reader.words;
    let name = if changed.who.is_empty() { words.text("widget-someone").to_string() } else { changed.who.clone() };
    let time = When::new(changed.at, reader.now, reader.zone, words).adverb();
    words.text("form-changed-meanwhile").with("name", name).with("time", time).to_string()
}

/// English, because the reader is unknown here; [`super::door`] translates it.
impl ResponseError for WidgetError {
    fn status_code(&self) -> StatusCode {
        self.status()
    }

    fn error_response(&self) -> HttpResponse {
        if let Self::Known(error) = self {
            // Logs the cause of internal errors.
            return error.error_response();
        }
        self.answer(&WidgetReader { words: Words::new(Language::En), crm: "amoCRM", zone: Zone::UTC, now: 0 })
    }
}
