//! Access to a chat: identifies the chat, the requesting page and the visitor, reads bodies, and limits rates and new
//! chats.
//!
//! ```text
//! own page         our origin, a cookie                 visitor: the cookie's secret
//! another site     an origin of the source's list,      visitor: a secret in the site's storage,
//!                  `Authorization: Bearer …`            or a customer by the site's signed token
//! ```

use std::net::IpAddr;
use std::sync::Arc;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{FromRequest, HttpRequest, HttpResponse, ResponseError, web};
use base::browser::{client_address, origin};
use base::error::{Error, Problem};
use base::i18n::{CRM, Language, LocalizedText, Words};
use bytes::Bytes;
use connectors::kinds::is_web_chat;
use connectors::webchat::WebChatSettings;
use domain::alert::{self, Alarm};
use domain::usage;
use entity::chat_site::{self, Column};
use entity::source;
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use sea_orm::sea_query::OnConflict;
use sea_orm::{DbErr, EntityTrait, IntoActiveModel};
use serde::de::DeserializeOwned;
use serde_json::json;
use uuid::Uuid;

use super::emails::{self, Returned};
use super::guests::{BeginRefusal, VisitorAct};
use super::visitor::{self, Customer, Visitor};
use crate::cors::{CrossOrigin, is_preflight, vary_by_origin};
use crate::webchat::{AppData, WebchatContext};

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
        let problem = Problem::new(name, self.status_code(), title, detail);
        let mut answer = HttpResponse::build(self.status_code());
        if let Self::TooFast(seconds) = self {
            answer.insert_header((header::RETRY_AFTER, HeaderValue::from(*seconds)));
        }
        answer.content_type("application/problem+json").body(problem.json())
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
        let (limits, now) = (&app.config.limits, app.clock.millis());
        let counted = app.guests.bytes(&self.visitor.id, self.address, self.source().id, bytes, limits, now).await;
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
    let source = app.lookup.source_of_caller(source_id).await.map_err(|error| {
        tracing::error!(%error, "a web chat's source cannot be read");
        Error::not_storing()
    })?;
    source.filter(|source| is_web_chat(&source.kind) && source.deleted_at.is_none()).ok_or(Error::NotFound)
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
        None => match emails::returned(app, request, &place.source).await? {
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
    Ok(visitor::verify_customer(&secrets, token, app.clock.millis()))
}

fn app_of(request: &HttpRequest) -> Result<AppData> {
    let app = request.app_data::<AppData>().cloned();
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

/// Of sites that embed a chat.
const SITES: CrossOrigin = CrossOrigin {
    methods: "GET, POST",
    headers: "Authorization, Content-Type",
    exposed: "Retry-After, X-Request-Id",
    max_age: "7200",
};

/// Answers preflights of allowed sites, and adds CORS headers to every answer.
pub async fn guard(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let origin = allowed(&request).await;
    let mut response = if origin.is_some() && is_preflight(&request) {
        request.into_response(SITES.preflight())
    } else {
        let words = Words::new(Language::of_request(request.request()));
        in_words(next.call(request).await?.map_into_boxed_body(), words)
    };
    if let Some(origin) = origin {
        vary_by_origin(response.headers_mut());
        SITES.let_read(response.headers_mut(), origin);
    }
    Ok(response)
}

/// Errors are read by visitors: above the form, in their language.
fn in_words(response: ServiceResponse<BoxBody>, words: Words) -> ServiceResponse<BoxBody> {
    let answer = match response.response().error().and_then(|error| error.as_error::<ChatRefusal>()) {
        Some(ChatRefusal::Known(error)) => error.answer(words, CRM),
        _ => return response,
    };
    response.into_response(answer)
}

/// The origin of the requesting page, if its site may embed this chat.
async fn allowed(request: &ServiceRequest) -> Option<HeaderValue> {
    let origin = request.headers().get(header::ORIGIN)?.clone();
    let app = request.app_data::<AppData>()?;
    let source_id = request.match_info().as_str().split('/').nth(2)?;
    let source = source_of(app, source_id).await.ok()?;
    WebChatSettings::stored(&source.settings).allows(origin.to_str().ok()?).then_some(origin)
}

/// Counts a new chat; an error if it may not begin. `agreed`: the visitor gives the consent that the chat asks for.
pub(super) async fn may_begin(app: &WebchatContext, guest: &Guest, agreed: bool) -> Result<()> {
    if guest.place.settings.consent_text.is_some() && !agreed {
        return Err(Error::field("/consent", LocalizedText::new("chat-consent-needed")).into());
    }
    guest.pace(app, VisitorAct::Begin).await?;
    let source = guest.source();
    // Chats that have begun go on: their customers are known, and have a day's bytes.
    match usage::room(&app.usage, source.tenant_id).await {
        Err(Error::Full(_)) => return Err(Error::Full(LocalizedText::new("chat-full")).into()),
        counted => counted?,
    }
    let most = app.config.limits.webchat_new_per_hour;
    let begun = app.guests.begin(source.id, guest.address, most, app.clock.millis()).await;
    if matches!(begun, Err(BeginRefusal::Source(_))) && app.guests.is_flood_due(source.id, app.clock.millis()).await {
        let (kind, object) = (alert::CHATS_FLOODED, source.id.to_string());
        let detail = json!({ "source": source.name, "most": most });
        let alarm = Alarm { tenant_id: source.tenant_id, kind, object: &object, source_id: Some(source.id), detail };
        alert::raise(app, app.store.write(), alarm).await?;
    }
    match begun {
        Ok(()) => Ok(()),
        Err(BeginRefusal::Address(seconds) | BeginRefusal::Source(seconds)) => Err(ChatRefusal::TooFast(seconds)),
    }
}

/// Records that a page of this site loaded the chat. Written once a minute for each site by each instance, however many
/// visitors come; there are as many rows as allowed sites. A failure is logged: the chat works without it.
pub(super) async fn record_site(app: &WebchatContext, place: &ChatAccess, origin: &str) {
    let now = app.clock.millis();
    if !app.guests.is_site_due(place.source.id, origin, now).await {
        return;
    }
    if let Err(error) = store(app, place, origin, now).await {
        tracing::warn!(
            tenant.id = %place.source.tenant_id, source.id = %place.source.id, %error,
            "the time at which a site loaded the chat was not stored; the next page of the site is recorded again"
        );
    }
}

async fn store(app: &WebchatContext, place: &ChatAccess, origin: &str, now: i64) -> Result<(), DbErr> {
    let row = chat_site::Model {
        tenant_id: place.source.tenant_id,
        source_id: place.source.id,
        origin: origin.to_owned(),
        seen_at: now,
    };
    let key = [Column::TenantId, Column::SourceId, Column::Origin];
    chat_site::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::columns(key).update_column(Column::SeenAt).to_owned())
        .exec_without_returning(app.store.write())
        .await?;
    Ok(())
}

/// Larger bodies are refused. Fits the longest text encoded as a form or in JSON escapes: 12 bytes a character.
const MOST_BYTES: usize = 64 * 1024;

/// The media type of a body, without its parameters.
pub fn media_type(request: &HttpRequest) -> &str {
    let value = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim()
}

/// Reads a body up to the size of a message. The gate enforces its deadline ([`domain::load_shedding`]).
pub async fn read_body(payload: web::Payload) -> Result<Bytes, Error> {
    let whole = payload.to_bytes_limited(MOST_BYTES).await;
    let body = whole.map_err(|_| Error::TooLarge(MOST_BYTES))?;
    body.map_err(|_| Error::Malformed(LocalizedText::new("said-body-broke")))
}

/// Parses what the page's script sends, like a request of the API: half an emoji is no reason to refuse a message, which
/// the page would send again for ever.
pub fn from_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Error> {
    base::json::parse(body)
}
