//! The address that amoCRM redirects browsers to, and calls itself, with an authorization code.

use base::browser::client_address;
use std::sync::Arc;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use base::config::Integration;
use base::error::Result;
use base::i18n::LocalizedText;
use secrecy::SecretString;

use super::choose::{IntegrationChoice, Signs, choose};
use super::page::Frame;
use super::state::{self, OauthState};
use super::{QueryPairs, done, start};
use crate::oauth::OauthContext;
use crate::tenant::install::{self, CallProcessor, InstallCall, InstallProgress, Trust};
use crate::unknown_callers::UnknownCallerAct;

/// Much longer than any code of amoCRM's.
const LONGEST_CODE: usize = 8 * 1024;

/// `GET /oauth/callback`.
pub(super) async fn shared(app: web::Data<OauthContext>, request: HttpRequest) -> Result<HttpResponse> {
    callback(app.into_inner(), &request, None).await
}

/// `GET /oauth/callback/{name}`.
pub(super) async fn own(
    app: web::Data<OauthContext>,
    request: HttpRequest,
    name: web::Path<String>,
) -> Result<HttpResponse> {
    callback(app.into_inner(), &request, Some(&name)).await
}

async fn callback(app: Arc<OauthContext>, request: &HttpRequest, in_path: Option<&str>) -> Result<HttpResponse> {
    let query = QueryPairs::read(request.query_string());
    let state = query.get("state");
    let of_state = match state {
        Some(state) => state::peek(&app, state),
        None => None,
    };
    let named = named(&app, &query, of_state.as_ref());
    let frame = Frame::of(&app, request, named.as_deref());
    if query.get("error").is_some() {
        return denied(&app, request, &frame, named.as_deref(), state).await;
    }
    let Some(code) = query.get("code").filter(|code| code.len() <= LONGEST_CODE) else {
        let page = frame.page(frame.text("install-no-code-title")).line(frame.text("install-no-code"));
        return Ok(page.answer(StatusCode::BAD_REQUEST));
    };
    // Its presence marks amoCRM's own call.
    let from_amocrm = query.raw("from_widget").is_some();
    let referer = query.get("referer").unwrap_or_default();
    let signs = Signs {
        client_id: query.get("client_id"),
        of_state: of_state.as_ref().map(|state| state.integration.as_str()),
        referer,
        in_path,
    };
    let (host, choice) = match choose(&app.integrations.all(), signs) {
        IntegrationChoice::HostRefused => {
            tracing::warn!(from_amocrm, "an install call names a host that is not allowed; nothing was sent there");
            // The host may be invented; it is shown shortened, as text.
            let host: String = referer.chars().filter(|letter| !letter.is_control()).take(80).collect();
            let line = frame.text("install-host-refused").with("host", host);
            return Ok(frame.page(frame.text("install-host-title")).line(line).answer(StatusCode::BAD_REQUEST));
        }
        IntegrationChoice::Unclear { host, reason } => (host, Err(reason)),
        IntegrationChoice::One(integration, host) => (host, Ok(integration)),
    };
    let code = SecretString::from(code);
    let integration = match choice {
        Ok(integration) => integration,
        Err(reason) => {
            tracing::error!(
                remote.host = %host, reason, from_amocrm,
                "an install call matches no integration and was only stored; check client_id in the configuration, or set own_redirect"
            );
            if let Err(seconds) = paced(&app, request, UnknownCallerAct::OddCall).await {
                return Ok(too_fast(&frame, "install-unclear-title", seconds));
            }
            install::store_unclear(&app.tenants, host.as_str(), code, reason).await?;
            let status = if from_amocrm { StatusCode::OK } else { StatusCode::BAD_REQUEST };
            let line = frame.text("install-unclear").with("host", host.as_str());
            return Ok(frame.page(frame.text("install-unclear-title")).line(line).answer(status));
        }
    };
    if from_amocrm {
        return from_widget(&app, request, &integration, &host, code).await;
    }
    // A state used in another browser stays valid for the browser that began (OAuth login CSRF).
    let own_browser = of_state.as_ref().is_some_and(|state| state.began_in(request));
    let taken = match state {
        Some(state) if of_state.is_some() && (own_browser || is_program(request)) => {
            // A stranger's own state is as good as an administrator's, and leaves rows.
            if let Err(seconds) = paced(&app, request, UnknownCallerAct::InstallCall).await {
                return Ok(too_fast(&frame, "install-later-title", seconds));
            }
            state::take(&app, state).await?
        }
        _ => None,
    };
    if taken.is_none_or(|taken| taken.integration != integration.name) {
        let page = frame
            .page(frame.text("install-state-title"))
            .line(frame.text("install-state-mismatch"))
            .way(start::address(Some(&integration)), frame.text("install-start-again"));
        return Ok(page.answer(StatusCode::BAD_REQUEST));
    }
    let network = if own_browser {
        String::new()
    } else {
        install::network_of(&app.tenants, client_address(request, &app.config.server.trusted_proxies))
    };
    let trust = if own_browser { Trust::OwnBrowser } else { install::trust_of(&app.tenants, &network).await? };
    let call = InstallCall { integration: integration.name.clone(), host: host.to_string(), code, trust, network };
    if !install::may_exchange(&app.tenants, &integration.name).await? {
        install::store_call(&app.tenants, call, CallProcessor::Anybody).await?;
        let later = InstallProgress::Later { reason: LocalizedText::new("said-install-queued"), entered: false };
        return done::shown(&app, &frame, &integration, later, own_browser).await;
    }
    let row = install::store_call(&app.tenants, call, CallProcessor::Me).await?;
    // A browser that disconnects must not cancel the exchange.
    let carried = base::supervisor::detach("installation", install::process(app.tenants.clone(), row)).await;
    let progress = carried.map_err(|error| anyhow::anyhow!("an installation broke off: {error}"))?;
    done::shown(&app, &frame, &integration, progress, own_browser).await
}

/// Whether the caller is not a browser: browsers send Fetch Metadata or the cookie of the start. A program cannot be
/// tricked by a foreign link, so it may use a state; it gets no access to the account.
fn is_program(request: &HttpRequest) -> bool {
    let headers = request.headers();
    let of_browsers =
        ["sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest"].iter().any(|name| headers.contains_key(*name));
    !of_browsers && !headers.contains_key(header::COOKIE)
}

/// amoCRM's own call, or one that claims to be: it is not signed, but its code is useless without our secret. Each
/// genuine call comes once and its sender ignores the answer, so calls that come too fast to be stored are still tried,
/// the newest first.
async fn from_widget(
    app: &Arc<OauthContext>,
    request: &HttpRequest,
    integration: &Integration,
    host: &amocrm::Host,
    code: SecretString,
) -> Result<HttpResponse> {
    let network = install::network_of(&app.tenants, client_address(request, &app.config.server.trusted_proxies));
    let trust = install::trust_of(&app.tenants, &network).await?;
    let act =
        if trust == Trust::KnownAddress { UnknownCallerAct::KnownInstallCall } else { UnknownCallerAct::InstallCall };
    let call = InstallCall { integration: integration.name.clone(), host: host.to_string(), code, trust, network };
    if let Err(seconds) = paced(app, request, act).await {
        app.tenants.installs.put(app.clock.uuid_v7(), call);
        return Ok(HttpResponse::TooManyRequests()
            .insert_header((header::RETRY_AFTER, seconds.to_string()))
            .content_type("application/json")
            .body("{}"));
    }
    let row = install::store_call(&app.tenants, call, CallProcessor::Anybody).await?;
    tracing::info!(install.id = %row.id, integration = integration.name, remote.host = %host, "amoCRM reports that the integration was installed");
    Ok(HttpResponse::Ok().content_type("application/json").body("{}"))
}

async fn paced(app: &OauthContext, request: &HttpRequest, act: UnknownCallerAct) -> std::result::Result<(), i64> {
    app.unknown_callers.pace(client_address(request, &app.config.server.trusted_proxies), act, app.clock.millis()).await
}

fn too_fast(frame: &Frame, title: &'static str, seconds: i64) -> HttpResponse {
    let page = frame.page(frame.text(title));
    let mut answer =
        page.line(frame.text("page-too-fast").with("seconds", seconds)).answer(StatusCode::TOO_MANY_REQUESTS);
    answer.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    answer
}

/// The intended integration, as far as it is known before any checks.
fn named(app: &OauthContext, query: &QueryPairs, of_state: Option<&OauthState>) -> Option<Arc<Integration>> {
    match (query.get("client_id"), of_state) {
        (Some(client_id), _) => app.integrations.by_client_id(client_id),
        (None, Some(state)) => app.integrations.named(&state.integration),
        (None, None) => None,
    }
}

/// The administrator refused. This uses up the state.
async fn denied(
    app: &OauthContext,
    request: &HttpRequest,
    frame: &Frame,
    integration: Option<&Integration>,
    state: Option<&str>,
) -> Result<HttpResponse> {
    if let Some(state) = state.filter(|state| state::peek(app, state).is_some())
        && paced(app, request, UnknownCallerAct::InstallCall).await.is_ok()
    {
        state::take(app, state).await?;
    }
    let page = frame
        .page(frame.text("install-denied-title"))
        .line(frame.text("install-denied"))
        .line(frame.text("install-need-admin"))
        .way(start::address(integration), frame.text("install-start-again"));
    Ok(page.answer(StatusCode::OK))
}
