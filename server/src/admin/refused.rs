//! Why a page of the admin is refused, and the response.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use base::error::Error;
use base::i18n::{Language, Words};

use super::page::{self, AdminPage};
use crate::panel::PanelContext;

/// Where requests without a session are redirected.
pub const SIGN_IN: &str = "/admin/sign-in";

/// The reason of a refusal.
#[derive(Debug, thiserror::Error)]
pub enum AdminRefusal {
    /// There is no session.
    #[error("there is no session")]
    SignIn,
    /// The second step is missing.
    #[error("the second step is missing")]
    SecondStep,
    /// Both steps are done, so the sign-in pages redirect.
    #[error("signed in already")]
    SignedIn,
    /// The operator has to prove again who they are, on this page.
    #[error("a proof of who it is is missing")]
    Prove(String),
    /// There is no such page for this visitor.
    #[error("no such page")]
    NotThere,
    /// Any other error.
    #[error(transparent)]
    Other(#[from] Error),
}

/// The result type of the admin's handlers.
pub type Result<T, E = AdminRefusal> = std::result::Result<T, E>;

impl From<sea_orm::DbErr> for AdminRefusal {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Other(error.into())
    }
}

impl From<anyhow::Error> for AdminRefusal {
    fn from(error: anyhow::Error) -> Self {
        Self::Other(error.into())
    }
}

impl ResponseError for AdminRefusal {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::SignIn | Self::SecondStep | Self::SignedIn | Self::Prove(_) => StatusCode::SEE_OTHER,
            Self::NotThere => StatusCode::NOT_FOUND,
            Self::Other(error) => error.status_code(),
        }
    }

    /// Redirects are final; for the others [`shown`], which knows the reader's language, makes a page.
    fn error_response(&self) -> HttpResponse {
        let to = match self {
            Self::SignIn => SIGN_IN,
            Self::SecondStep => "/admin/code",
            Self::SignedIn => "/admin/accounts",
            Self::Prove(to) => to,
            Self::NotThere => return HttpResponse::NotFound().finish(),
            // Logs the cause of internal errors.
            Self::Other(error) => return HttpResponse::build(error.error_response().status()).finish(),
        };
        HttpResponse::SeeOther()
            .insert_header((header::LOCATION, to))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .finish()
    }
}

/// The page for a status.
pub fn shown(app: &PanelContext, request: &HttpRequest, status: StatusCode) -> HttpResponse {
    let words = Words::new(Language::of_operator(request));
    let text = match status {
        StatusCode::NOT_FOUND => "page-not-found",
        StatusCode::FORBIDDEN => "admin-form-refused",
        StatusCode::UNPROCESSABLE_ENTITY | StatusCode::BAD_REQUEST => "admin-form-unreadable",
        StatusCode::PAYLOAD_TOO_LARGE => "admin-form-unreadable",
        StatusCode::SERVICE_UNAVAILABLE => "admin-storage-away",
        StatusCode::CONFLICT => "admin-conflict",
        _ => "page-error",
    };
    let page = AdminPage::bare(app, words, words.text("admin-title"));
    page::html_as(status, &page, &page::SentencePage { said: words.text(text), page: page.clone() })
}
