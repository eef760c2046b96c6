//! Who may call the widget's routes, and how others are refused: pages of account hosts (CORS), users of an amoCRM
//! account with a session token, and errors in the reader's language; the widget shows `detail` to people as it is.
//!
//! Browsers hide answers without CORS headers from pages, so they are on every answer, errors included.

use std::net::IpAddr;
use std::sync::Arc;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse, ResponseError};
use base::browser::client_address;
use base::config::{Integration, Integrations};
use base::error::{ChangedMeanwhile, Error, Problem, WrongField, problem_in};
use base::i18n::{Language, When, Words, Zone};
use base::rate_limit::Budget;
use domain::api_key::{ApiKey, Scope};
use domain::audit::Actor;
use domain::identity::session::{self, SessionKind};
use domain::source::By;
use domain::tenant::{self as tenants, host_rules, users};
use entity::{oauth_grant, tenant};
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use sea_orm::{ColumnTrait, DbErr, QueryFilter};
use serde::de::DeserializeOwned;
use url::{Host, Url};
use uuid::Uuid;

use crate::api::request::Call;
use crate::cors::{CrossOrigin, is_preflight, vary_by_origin};
use crate::widget_api::{AppData, WidgetContext};

/// Of account hosts' pages.
const ACCOUNT_PAGES: CrossOrigin = CrossOrigin {
    methods: "GET, POST, PATCH, DELETE",
    headers: "X-Auth-Token, Content-Type, Authorization, Idempotency-Key, If-Match",
    exposed: "Retry-After, ETag, X-Request-Id",
    max_age: "600",
};

/// Admits requests from pages of account hosts, and from no page at all; answers preflights.
pub(super) async fn guard(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let origin = request.headers().get(header::ORIGIN).cloned();
    let allowed = origin.as_ref().is_none_or(|origin| is_allowed(request.request(), origin));
    let mut response = if !allowed {
        let refused = WidgetError::ForeignPage.answer(&reader(request.request()));
        request.into_response(refused)
    } else if is_preflight(&request) {
        request.into_response(ACCOUNT_PAGES.preflight())
    } else {
        in_words(next.call(request).await?)
    };
    let headers = response.headers_mut();
    vary_by_origin(headers);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(origin) = origin.filter(|_| allowed) {
        ACCOUNT_PAGES.let_read(headers, origin);
    }
    Ok(response)
}

fn is_allowed(request: &HttpRequest, origin: &HeaderValue) -> bool {
    let app = request.app_data::<AppData>();
    app.zip(origin.to_str().ok()).is_some_and(|(app, origin)| is_account_page(&app.integrations, origin))
}

/// Renders an error again in the caller's language.
fn in_words<B: MessageBody + 'static>(response: ServiceResponse<B>) -> ServiceResponse<BoxBody> {
    let reader = reader(response.request());
    let error = response.response().error();
    let failure = match error.and_then(|error| error.as_error::<WidgetError>()) {
        Some(refusal) => Some(refusal.answer(&reader)),
        None => error.and_then(|error| error.as_error::<Error>()).map(|error| answer_to(error, &reader)),
    };
    match failure {
        Some(failure) => response.into_response(failure),
        None if response.status() == StatusCode::METHOD_NOT_ALLOWED => {
            let allowed = response.headers().get(header::ALLOW).cloned();
            let mut answer = WidgetError::Method.answer(&reader);
            if let Some(allowed) = allowed {
                answer.headers_mut().insert(header::ALLOW, allowed);
            }
            response.into_response(answer)
        }
        None => response.map_into_boxed_body(),
    }
}

/// The reader found by [`super::door`], else what the request alone reveals.
fn reader(request: &HttpRequest) -> WidgetReader {
    if let Some(known) = request.extensions().get::<WidgetReader>() {
        return *known;
    }
    let app = request.app_data::<AppData>();
    let shared = app.and_then(|app| app.integrations.of_one_brand());
    let first = app.and_then(|app| app.integrations.all().first().cloned());
    WidgetReader {
        words: Words::named(Language::of_request(request), shared.and_then(|integration| integration.product())),
        crm: first.map_or("amoCRM", |integration| integration.platform.brand()),
        zone: Zone::UTC,
        now: app.map_or(0, |app| app.clock.millis()),
    }
}

/// Runs work in a caller's language: for stored answers that are repeated ([`crate::api::request`]).
async fn spoken(
    reader: WidgetReader,
    work: impl Future<Output = Result<HttpResponse>>,
) -> base::error::Result<HttpResponse> {
    Ok(work.await.unwrap_or_else(|refusal| {
        if let WidgetError::Known(Error::Internal(cause)) = &refusal {
            tracing::error!(cause = format!("{cause:#}"), "a widget request failed with an internal error");
        }
        refusal.answer(&reader)
    }))
}

// The allowed origins: those of account hosts, one label under a configured suffix, over https. A local amoCRM
// (`account_url` is http on loopback) is one origin for all accounts.

/// Whether a page of this origin may call at all.
fn is_account_page(integrations: &Integrations, origin: &str) -> bool {
    integrations.all().iter().any(|integration| {
        let account = origin.strip_prefix("https://").is_some_and(|host| is_host(integration, host));
        account || is_local(integration, origin)
    })
}

/// Whether a page of this origin may show the account of `host`.
pub(super) fn shows(integration: &Integration, origin: &str, host: &str) -> bool {
    origin.strip_prefix("https://").is_some_and(|own| own == host) || is_local(integration, origin)
}

/// Compares in the form that browsers send: lower case, without port.
fn is_host(integration: &Integration, host: &str) -> bool {
    host_rules(integration).parse(host).is_ok_and(|parsed| parsed.as_str() == host)
}

fn is_local(integration: &Integration, origin: &str) -> bool {
    local(integration).is_some_and(|local| local == origin)
}

/// The origin of a local amoCRM; `None` for the real one.
fn local(integration: &Integration) -> Option<String> {
    let of = |host: &str| Url::parse(&integration.account_url.replace("{host}", host)).ok();
    let (one, other) = (of("one.example")?, of("other.example")?);
    let loopback = match one.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    let fits = one.scheme() == "http" && loopback && one.origin() == other.origin();
    fits.then(|| one.origin().ascii_serialization())
}

/// Seconds after which an account that is being set up may be checked again.
const PROVISIONING_SECONDS: u32 = 3;

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
        let detail = sentence(key, "", retry_after, reader).unwrap_or_else(|| title(self.name(), reader));
        let problem = Problem::new(&dashed(self.name()), self.status(), title(self.name(), reader), detail);
        response(self.status(), &problem, retry_after, reader)
    }
}

/// The response to an error of the whole server, in the reader's language.
fn answer_to(error: &Error, reader: &WidgetReader) -> HttpResponse {
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
        _ => sentence(error.name(), &cause, retry_after, reader)
            .unwrap_or_else(|| if cause.is_empty() { title(error.name(), reader) } else { cause }),
    };
    let errors = match error {
        // Below the field's label a person reads a sentence.
        Error::Invalid(errors) => errors
            .iter()
            .map(|error| WrongField {
                pointer: error.pointer.clone(),
                detail: error.detail.sentence(reader.words, reader.crm),
            })
            .collect(),
        _ => Vec::new(),
    };
    let name = error.name();
    let mut problem = Problem::new(&dashed(name), error.status_code(), title(name, reader), detail);
    problem.errors = errors;
    response(error.status_code(), &problem, retry_after, reader)
}

/// The name of a problem as the widget's API writes it.
fn dashed(name: &str) -> String {
    name.replace('_', "-")
}

/// The widget's own text for an error, if it has one.
fn sentence(name: &str, detail: &str, retry_after: Option<u32>, reader: &WidgetReader) -> Option<String> {
    let key = format!("widget-said-{name}");
    let text = reader.words.has(&key).then(|| reader.words.text(key))?;
    Some(text.with("crm", reader.crm).with("detail", detail).with("seconds", retry_after.unwrap_or(0)).to_string())
}

fn response(status: StatusCode, problem: &Problem, retry_after: Option<u32>, reader: &WidgetReader) -> HttpResponse {
    let mut answer = problem_in(reader.words.language(), status);
    if let Some(seconds) = retry_after {
        answer.insert_header((header::RETRY_AFTER, seconds.to_string()));
    }
    answer.body(problem.json())
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

/// Requests of one user.
const REQUESTS: Budget = Budget { at_once: 60, each: 1_000 };

/// A user with a live session.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    pub tenant: tenant::Model,
    /// amoCRM's id.
    pub user_id: i64,
    /// Is an administrator of the account.
    pub is_admin: bool,
    pub reader: WidgetReader,
    pub address: Option<IpAddr>,
}

impl Caller {
    /// 403 unless the caller administers the account.
    pub fn needs_admin(&self) -> Result<()> {
        if self.is_admin { Ok(()) } else { Err(WidgetError::NotAdmin) }
    }

    /// The actor for the audit log.
    pub async fn by(&self, app: &WidgetContext) -> Result<By, DbErr> {
        let name = name_of(app, self.tenant.tenant_id, self.user_id).await?;
        Ok(By { actor: Actor::CrmUser { id: self.user_id, name }, address: self.address })
    }

    /// The owner of `Idempotency-Key`s: the user, because a session may end between two attempts.
    fn key(&self) -> ApiKey {
        let id = Uuid::new_v5(&self.tenant.tenant_id, format!("crm_user:{}", self.user_id).as_bytes());
        ApiKey { id, tenant: Some(self.tenant.tenant_id), scope: Scope::Write }
    }
}

/// The stored name of an amoCRM user; empty if unknown.
pub(super) async fn name_of(app: &WidgetContext, tenant_id: Uuid, user_id: i64) -> Result<String, DbErr> {
    if let Some(name) = users::known_name(&app.tenants, tenant_id, user_id).await {
        return Ok(name);
    }
    let grant = oauth_grant::Entity::of_tenant(tenant_id)
        .filter(oauth_grant::Column::CrmUserId.eq(user_id))
        .one(app.store.read())
        .await?;
    Ok(grant.map(|grant| grant.user_name).unwrap_or_default())
}

/// The language and platform name for a member of an account.
pub(super) fn reader_of(app: &WidgetContext, tenant: &tenant::Model, language: Language) -> WidgetReader {
    let crm = app.integrations.named(&tenant.integration).map_or("amoCRM", |integration| integration.platform.brand());
    let words = tenants::words_in(&app.integrations, tenant, language);
    WidgetReader { words, crm, zone: Zone::named(&tenant.time_zone), now: app.clock.millis() }
}

impl FromRequest for Caller {
    type Error = WidgetError;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        async move {
            let app = app_of(&request)?;
            let token = bearer(&request).ok_or(WidgetError::SessionEnded)?;
            let session =
                session::find(&app.identity, token, &[SessionKind::Widget]).await?.ok_or(WidgetError::SessionEnded)?;
            let user_id = session.crm_user_id.ok_or(WidgetError::SessionEnded)?;
            let tenant = tenants::load(app.store.read(), session.tenant_id).await?.ok_or(WidgetError::SessionEnded)?;
            let reader = reader_of(&app, &tenant, Language::of_request(&request));
            request.extensions_mut().insert(reader);
            let paced = app.widget.requests.take((tenant.tenant_id, user_id), REQUESTS, reader.now).await;
            paced.map_err(|wait| WidgetError::TooFast(seconds(wait)))?;
            let address = client_address(&request, &app.config.server.trusted_proxies);
            Ok(Self { tenant, user_id, is_admin: session.is_admin, reader, address })
        }
        .boxed_local()
    }
}

fn app_of(request: &HttpRequest) -> Result<AppData> {
    let app = request.app_data::<AppData>().cloned();
    Ok(app.ok_or_else(|| anyhow::anyhow!("the application is not among the app data"))?)
}

/// A user's call with a body, which is read only after the handler knows what the user may do.
pub(super) struct WidgetCall {
    pub app: Arc<WidgetContext>,
    pub caller: Caller,
    call: Call,
}

impl FromRequest for WidgetCall {
    type Error = WidgetError;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let caller = Caller::from_request(request, payload);
        let (request, payload) = (request.clone(), payload.take());
        async move {
            let (caller, app) = (caller.await?, app_of(&request)?.into_inner());
            let call = Call::of(app.usage.clone().into(), caller.key(), request, payload);
            Ok(Self { app, caller, call })
        }
        .boxed_local()
    }
}

impl WidgetCall {
    /// Reads a JSON object, as [`Call::read`].
    pub async fn read<T: DeserializeOwned>(&mut self) -> Result<T> {
        Ok(self.call.read().await?)
    }

    /// A change by the caller, in their language; a repeat with the same `Idempotency-Key` gets the stored answer.
    pub async fn once(&self, work: impl AsyncFnOnce(By) -> Result<HttpResponse>) -> Result<HttpResponse> {
        let work = async { work(self.caller.by(&self.app).await?).await };
        Ok(self.call.once(spoken(self.caller.reader, work)).await?)
    }
}

/// Whole seconds of a wait in milliseconds, at least one.
pub(super) fn seconds(millis: i64) -> u32 {
    u32::try_from((millis + 999) / 1000).unwrap_or(60).max(1)
}

fn bearer(request: &HttpRequest) -> Option<&str> {
    let (scheme, token) = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[cfg(test)]
mod tests {
    use base::config::Config;

    use super::*;

    fn config(account_url: &str) -> Integrations {
        let text = format!(
            "[[integration]]\nname = \"main\"\nplatform = \"amocrm\"\nclient_id = \"c\"\nclient_secret = \"s\"\naccount_url = \"{account_url}\"\n"
        );
        Integrations::new(&Config::from_toml(&text).unwrap())
    }

    #[test]
    fn only_pages_of_account_hosts_get_in() {
        let real = config("https://{host}");
        assert!(is_account_page(&real, "https://acme.amocrm.ru"));
        for other in [
            "https://acme.amocrm.ru/",
            "https://acme.amocrm.ru:8443",
            "http://acme.amocrm.ru",
            "https://ACME.amocrm.ru",
            "https://amocrm.ru",
            "https://a.b.amocrm.ru",
            "https://acme.amocrm.ru.evil.example",
            "https://evilamocrm.ru",
            "https://acme.kommo.com",
            "https://user@acme.amocrm.ru",
            "https://https://acme.amocrm.ru",
            "http://127.0.0.1:9100",
            "null",
            "",
            "*",
        ] {
            assert!(!is_account_page(&real, other), "{other}");
        }
    }

    #[test]
    fn a_local_amocrm_is_one_page_for_all() {
        let sandbox = config("http://127.0.0.1:9100/accounts/{host}");
        assert!(
            is_account_page(&sandbox, "http://127.0.0.1:9100") && is_account_page(&sandbox, "https://acme.amocrm.ru")
        );
        for other in ["http://127.0.0.1:9101", "http://127.0.0.1", "https://127.0.0.1:9100", "http://localhost:9100"] {
            assert!(!is_account_page(&sandbox, other), "{other}");
        }
        let integration = &sandbox.all()[0];
        assert!(shows(integration, "http://127.0.0.1:9100", "acme.amocrm.ru"));
        assert!(shows(integration, "https://acme.amocrm.ru", "acme.amocrm.ru"));
        assert!(!shows(integration, "https://other.amocrm.ru", "acme.amocrm.ru"));
        for real in ["http://stub.example/accounts/{host}", "https://127.0.0.1:9100/{host}", "http://{host}:9100"] {
            assert_eq!(local(&config(real).all()[0]), None, "{real}");
        }
    }
}
