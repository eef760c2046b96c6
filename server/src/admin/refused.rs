//! Why a page of the admin is not shown, and what is shown instead.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, ResponseError};

use super::page::{self, Page};
use crate::app::App;
use crate::error::Error;
use crate::words::{Language, Words};

/// Where strangers are led.
pub const SIGN_IN: &str = "/admin/sign-in";

/// What stands in the way.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// Nobody is signed in.
    #[error("nobody is signed in")]
    SignIn,
    /// The second step is missing.
    #[error("the second step is missing")]
    SecondStep,
    /// Both steps are done; the pages of signing in have nothing more to show.
    #[error("signed in already")]
    SignedIn,
    /// There is no such page for this visitor.
    #[error("no such page")]
    NotThere,
    /// Anything that can go wrong elsewhere too.
    #[error(transparent)]
    Other(#[from] Error),
}

/// What the handlers of the admin return.
pub type Result<T, E = Refused> = std::result::Result<T, E>;

impl From<sea_orm::DbErr> for Refused {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Other(error.into())
    }
}

impl From<anyhow::Error> for Refused {
    fn from(error: anyhow::Error) -> Self {
        Self::Other(error.into())
    }
}

impl ResponseError for Refused {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::SignIn | Self::SecondStep | Self::SignedIn => StatusCode::SEE_OTHER,
            Self::NotThere => StatusCode::NOT_FOUND,
            Self::Other(error) => error.status_code(),
        }
    }

    /// Redirects as they are; what has a page gets it from [`shown`], which knows the reader's language.
    fn error_response(&self) -> HttpResponse {
        let to = match self {
            Self::SignIn => SIGN_IN,
            Self::SecondStep => "/admin/code",
            Self::SignedIn => "/admin/accounts",
            Self::NotThere => return HttpResponse::NotFound().finish(),
            // Logs the cause of our own mistakes.
            Self::Other(error) => return HttpResponse::build(error.error_response().status()).finish(),
        };
        HttpResponse::SeeOther()
            .insert_header((header::LOCATION, to))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .finish()
    }
}

/// The page of an answer that has a status alone.
pub fn shown(app: &App, request: &HttpRequest, status: StatusCode) -> HttpResponse {
    let words = Words::new(Language::of_request(request));
    let text = match status {
        StatusCode::NOT_FOUND => "page-not-found",
        StatusCode::FORBIDDEN => "admin-form-refused",
        StatusCode::UNPROCESSABLE_ENTITY | StatusCode::BAD_REQUEST => "admin-form-unreadable",
        StatusCode::PAYLOAD_TOO_LARGE => "admin-form-unreadable",
        StatusCode::SERVICE_UNAVAILABLE => "admin-storage-away",
        StatusCode::CONFLICT => "admin-conflict",
        _ => "page-error",
    };
    let page = Page::bare(app, words, words.say("admin-title"));
    page::html_as(status, &page, &page::Said { said: words.say(text), page: page.clone() })
}
