//! Access to a chat: identifies the chat, the requesting page and the visitor, and limits rates.
//!
//! ```text
//! own page         our origin, a cookie                 visitor: the cookie's secret
//! another site     an origin of the source's list,      visitor: a secret in the site's storage,
//!                  `Authorization: Bearer …`            or a customer by the site's signed token
//! ```

use base::browser::client_address;
use connectors::kinds::is_web_chat;
use std::net::IpAddr;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{FromRequest, HttpRequest, HttpResponse, ResponseError, web};
use base::browser::origin;
use base::error::{Error, Problem};
use base::i18n::{Language, LocalizedText, Words};
use connectors::webchat::WebChatSettings;
use entity::source;
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use sea_orm::DbErr;
use uuid::Uuid;

use super::by_email::{self, Returned};
use super::customer::{self, Customer};
use super::guests::VisitorAct;
use super::visitor::Visitor;
use crate::webchat::WebchatContext;

/// Why a request is refused.
#[derive(Debug)]
pub enum ChatRefusal {
    Known(Error),
    /// Sent from another site's page.
    Foreign,
    /// Neither a valid cookie nor a secret.
    Unknown,
    /// The site's token is invalid or expired.
    Expired,
    /// Rate limit exceeded; seconds until the next request is allowed.
    TooFast(i64),
    /// A forbidden type of file.
    FileKind,
}

/// The result type of the chat's handlers.
pub type Result<T, E = ChatRefusal> = std::result::Result<T, E>;

impl From<Error> for ChatRefusal {
    fn from(error: Error) -> Self {
        Self::Known(error)
    }
}

impl From<DbErr> for ChatRefusal {
    fn from(error: DbErr) -> Self {
        Self::Known(error.into())
    }
}

impl From<anyhow::Error> for ChatRefusal {
    fn from(error: anyhow::Error) -> Self {
        Self::Known(error.into())
    }
}

impl std::fmt::Display for ChatRefusal {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Known(error) => write!(out, "{error}"),
            other => out.write_str(other.problem().2),
        }
    }
}

impl ChatRefusal {
    /// Name, title and detail, for programs.
    const fn problem(&self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Foreign => {
                ("foreign_origin", "Another site asked for this", "write from the chat's own page or an allowed site")
            }
            Self::Unknown => ("unknown_visitor", "Who is writing?", "open the chat's page first, with cookies allowed"),
            Self::Expired => ("unauthorized", "The site's token does not hold", "sign the customer in again"),
            Self::TooFast(_) => ("too_many_requests", "Too much at once", "repeat this after the time in Retry-After"),
            Self::FileKind => ("media_type", "Such files are not taken", "send another kind of file"),
            Self::Known(_) => ("internal", "", ""),
        }
    }
}

impl ResponseError for ChatRefusal {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Known(error) => error.status_code(),
            Self::Foreign | Self::Unknown => StatusCode::FORBIDDEN,
            Self::Expired => StatusCode::UNAUTHORIZED,
            Self::TooFast(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::FileKind => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        }
    }

    fn error_response(&self) -> HttpResponse {
        if let Self::Known(error) = self {
            return error.error_response();
        }
        let (name, title, detail) = self.problem();
        let problem = Problem {
            kind: base::error::problem_type(name),
            title: title.to_owned(),
            status: self.status_code().as_u16(),
            detail: detail.to_owned(),
            errors: Vec::new(),
        };
        let mut answer = HttpResponse::build(self.status_code());
        if let Self::TooFast(seconds) = self {
            answer.insert_header((header::RETRY_AFTER, HeaderValue::from(*seconds)));
        }
        answer.content_type("application/problem+json").body(serde_json::to_string(&problem).unwrap_or_default())
    }
}

/// A chat that the requesting page may use.
#[derive(Clone, Debug)]
pub struct ChatAccess {
    pub source: Arc<source::Model>,
    /// With the texts for the visitor's language.
    pub settings: Arc<WebChatSettings>,
    /// In the visitor's language.
    pub words: Words,
    /// The request comes from another site's page, not from ours.
    pub on_site: bool,
}

/// A visitor of a chat.
#[derive(Clone, Debug)]
pub struct Guest {
    pub place: ChatAccess,
    pub visitor: Visitor,
    /// The signed-in customer, as identified by the site.
    pub customer: Option<Customer>,
    /// Address of the client.
    pub address: Option<IpAddr>,
}

impl Guest {
    pub fn source(&self) -> &source::Model {
        &self.place.source
    }

    /// Counts an action against the limits of the visitor and of their address.
    pub async fn pace(&self, app: &WebchatContext, act: VisitorAct) -> Result<()> {
        let now = app.clock.millis();
        app.guests.pace(&self.visitor.id, self.address, act, now).await.map_err(ChatRefusal::TooFast)
    }
}

impl Guest {
    /// Counts bytes of an upload as they arrive. 429 if this visitor, their address or this chat has used up the day's
    /// quota.
    pub async fn bring(&self, app: &WebchatContext, bytes: usize) -> Result<(), Error> {
        let whose = (self.visitor.id.as_str(), self.address, self.source().id);
        let counted = app.guests.bytes(whose, bytes, &app.config.limits, app.clock.millis()).await;
        counted.map_err(|seconds| Error::TooMany {
            problem: "too_many_bytes",
            detail: LocalizedText::new("said-visitor-too-much"),
            retry_after: u32::try_from(seconds).unwrap_or(u32::MAX),
        })
    }
}

/// The web chat of a path; 404 for another kind's, a deleted or an unknown source.
pub async fn source_of(app: &WebchatContext, source_id: &str) -> Result<Arc<source::Model>, Error> {
    let source_id = Uuid::try_parse(source_id).map_err(|_| Error::NotFound)?;
    let found = app.lookup.source_of_caller(source_id).await.map_err(|error| {
        tracing::error!(%error, "a web chat's source cannot be read");
        Error::not_storing()
    })?;
    found.filter(|source| is_web_chat(&source.kind) && source.deleted_at.is_none()).ok_or(Error::NotFound)
}

/// Texts in the visitor's language.
pub fn words_of(request: &HttpRequest) -> Words {
    Words::new(Language::of_request(request))
}

/// The `Origin` header.
pub fn origin_of(request: &HttpRequest) -> Option<&str> {
    request.headers().get(header::ORIGIN)?.to_str().ok()
}

async fn place(app: &WebchatContext, request: &HttpRequest) -> Result<ChatAccess> {
    let source = source_of(app, request.match_info().query("source_id")).await?;
    let words = words_of(request);
    let settings = WebChatSettings::stored(&source.settings).in_language(words.language());
    let is_own = origin::is_own(request.headers(), &app.config.server.public_url);
    let on_site = !is_own && origin_of(request).is_some_and(|origin| settings.allows(origin));
    if !is_own && !on_site {
        return Err(ChatRefusal::Foreign);
    }
    Ok(ChatAccess { source, settings: Arc::new(settings), words, on_site })
}

async fn guest(app: &WebchatContext, request: &HttpRequest) -> Result<Guest> {
    let place = place(app, request).await?;
    let address = client_address(request, &app.config.server.trusted_proxies);
    let source_id = place.source.id;
    let (visitor, customer) = match bearer(request) {
        // Secrets are valid on pages of other sites only.
        Some(_) if !place.on_site => return Err(ChatRefusal::Foreign),
        Some(token) if token.contains('.') => {
            let customer = customer_of(app, &place.source, token)?.ok_or(ChatRefusal::Expired)?;
            (Some(Visitor::of_customer(source_id, &customer.subject)), Some(customer))
        }
        Some(secret) => (Visitor::of_secret(source_id, secret), None),
        // Cookies are valid on our own page only.
        None if place.on_site => (None, None),
        None => match by_email::visitor(app, request, &place.source).await? {
            Returned::As(visitor) => (Some(visitor), None),
            Returned::No => (Visitor::of(request, source_id), None),
            // A page that shows one conversation must not write into another: it is reloaded first.
            Returned::Over => (None, None),
        },
    };
    let visitor = visitor.ok_or(ChatRefusal::Unknown)?;
    Ok(Guest { place, visitor, customer, address })
}

fn bearer(request: &HttpRequest) -> Option<&str> {
    request.headers().get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

fn customer_of(app: &WebchatContext, source: &source::Model, token: &str) -> Result<Option<Customer>, Error> {
    let secrets = domain::settings::open(app, source)?.secrets;
    Ok(customer::verify(&secrets, token, app.clock.millis()))
}

fn app_of(request: &HttpRequest) -> Result<web::Data<WebchatContext>> {
    let app = request.app_data::<web::Data<WebchatContext>>().cloned();
    app.ok_or_else(|| {
        ChatRefusal::Known(Error::Internal(anyhow::anyhow!("the chat was mounted without its application")))
    })
}

impl FromRequest for ChatAccess {
    type Error = ChatRefusal;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        async move { place(app_of(&request)?.get_ref(), &request).await }.boxed_local()
    }
}

impl FromRequest for Guest {
    type Error = ChatRefusal;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        async move { guest(app_of(&request)?.get_ref(), &request).await }.boxed_local()
    }
}
