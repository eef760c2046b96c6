//! The address that amoCRM redirects browsers to, and calls itself, with an authorization code.

use std::sync::Arc;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use amocrm::Host;
use amocrm::hooks::revoke;
use base::browser::client_address;
use base::config::{Integration, Vendor};
use base::error::{Error, Problem, Result};
use base::i18n::LocalizedText;
use domain::identity::ticket;
use domain::tenant::install::{self, CallProcessor, Granted, InstallCall, InstallProgress, Trust};
use domain::tenant::{self as tenants, ChannelStatus, TenantStatus, host_rules, uninstall};
use domain::unknown_callers::UnknownCallerAct;
use entity::{source, tenant, tenant_channel};
use sea_orm::{ColumnTrait, PaginatorTrait, QueryFilter};
use secrecy::SecretString;

use super::QueryPairs;
use super::page::{Frame, InstallPage};
use super::start::{self, OauthState};
use crate::oauth::OauthContext;

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
        Some(state) => start::peek_state(&app, state),
        None => None,
    };
    let named = named(&app, &query, of_state.as_ref());
    let frame = Frame::of(&app, request, named.as_deref());
    if query.get("error").is_some() {
        return denied(&app, request, &frame, named.as_deref(), state).await;
    }
    let Some(code) = query.get("code").filter(|code| code.len() <= LONGEST_CODE) else {
        let page = frame
            .page(frame.text("install-no-code-title"))
            .line(frame.text("install-no-code"))
            .way(start::address(named.as_deref()), frame.text("install-start-again"));
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
            start::take_state(&app, state).await?
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
        return shown(&app, &frame, &integration, later, own_browser).await;
    }
    let row = install::store_call(&app.tenants, call, CallProcessor::Me).await?;
    // A browser that disconnects must not cancel the exchange.
    let carried = base::supervisor::detach("installation", install::process(app.tenants.clone(), row)).await;
    let progress = carried.map_err(|error| anyhow::anyhow!("an installation broke off: {error}"))?;
    shown(&app, &frame, &integration, progress, own_browser).await
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
    if let Some(state) = state.filter(|state| start::peek_state(app, state).is_some())
        && paced(app, request, UnknownCallerAct::InstallCall).await.is_ok()
    {
        start::take_state(app, state).await?;
    }
    let page = frame
        .page(frame.text("install-denied-title"))
        .line(frame.text("install-denied"))
        .line(frame.text("install-need-admin"))
        .way(start::address(integration), frame.text("install-start-again"));
    Ok(page.answer(StatusCode::OK))
}

/// The data of a callback that may identify its integration.
#[derive(Clone, Copy, Debug, Default)]
struct Signs<'call> {
    client_id: Option<&'call str>,
    /// The integration that a valid `state` was made for.
    of_state: Option<&'call str>,
    referer: &'call str,
    /// The name in the path.
    in_path: Option<&'call str>,
}

/// The outcome.
#[derive(Debug)]
enum IntegrationChoice {
    One(Arc<Integration>, Host),
    /// The host is not under an allowed suffix and must not be called.
    HostRefused,
    /// The host may be called, but it is unknown whose secret to use.
    Unclear {
        host: Host,
        reason: &'static str,
    },
}

/// By `client_id`, else by `state`, else the only integration whose accounts live under that host, else by the path.
fn choose(all: &[Arc<Integration>], signs: Signs<'_>) -> IntegrationChoice {
    let here: Vec<(&Arc<Integration>, Host)> = all
        .iter()
        .filter_map(|integration| Some((integration, host_rules(integration).parse(signs.referer).ok()?)))
        .collect();
    let Some((_, host)) = here.first() else { return IntegrationChoice::HostRefused };
    let unclear = |reason| IntegrationChoice::Unclear { host: host.clone(), reason };
    let named = match (signs.client_id, signs.of_state, here.as_slice(), signs.in_path) {
        (Some(client_id), ..) => match all.iter().find(|integration| integration.client_id == client_id) {
            Some(integration) => integration.name.as_str(),
            None => return unclear("its client_id is of no configured integration"),
        },
        (None, Some(name), ..) => name,
        (None, None, [(only, _)], _) => only.name.as_str(),
        (None, None, _, Some(name)) => name,
        (None, None, _, None) => return unclear("several integrations have accounts under this host"),
    };
    if all.iter().all(|integration| integration.name != named) {
        return unclear("it names no configured integration");
    }
    match here.into_iter().find(|(integration, _)| integration.name == named) {
        Some((integration, host)) => IntegrationChoice::One(integration.clone(), host),
        // Allowed for another integration only: this one's secret must not be sent there.
        None => IntegrationChoice::HostRefused,
    }
}

/// `own_browser`: the administrator began in this browser, so their data may be shown.
async fn shown(
    app: &OauthContext,
    frame: &Frame,
    integration: &Integration,
    progress: InstallProgress,
    own_browser: bool,
) -> Result<HttpResponse> {
    match progress {
        InstallProgress::Done(entered) => connected(app, frame, integration, &entered, own_browser).await,
        InstallProgress::Later { reason, entered } => {
            let line = frame.text(if entered { "install-channel-failed" } else { "install-later" });
            let page = frame.page(frame.text("install-later-title")).line(line).details(frame.localized(&reason));
            Ok(page.answer(StatusCode::ACCEPTED))
        }
        InstallProgress::Failed { reason } => {
            let page = frame
                .page(frame.text("install-failed-title"))
                .line(frame.text("install-failed"))
                .way(start::address(Some(integration)), frame.text("install-start-again"))
                .details(frame.localized(&reason));
            Ok(page.answer(StatusCode::BAD_REQUEST))
        }
    }
}

async fn connected(
    app: &OauthContext,
    frame: &Frame,
    integration: &Integration,
    entered: &Granted,
    own_browser: bool,
) -> Result<HttpResponse> {
    let tenant = tenants::load(app.store.read(), entered.tenant_id).await?.ok_or(Error::NotFound)?;
    if TenantStatus::stored(&tenant) == TenantStatus::NeedsReauth {
        // An ordinary user's access is kept, but it does not replace an administrator's.
        let page = frame
            .page(frame.text("install-not-enough-title"))
            .line(frame.text("install-not-enough"))
            .line(frame.text("install-need-admin"))
            .way(start::address(Some(integration)), frame.text("install-start-again"));
        return Ok(page.answer(StatusCode::OK));
    }
    let title = frame.words.text("install-done-title").with("account", tenant.host.as_str());
    let page = frame.page(title).step("ok", frame.text("install-tick-authorised"));
    let mut page = channels(app, frame, page, &tenant).await?;
    if own_browser && entered.is_admin {
        let Granted { tenant_id, crm_user_id, name, .. } = entered;
        let ticket = ticket::issue(&app.identity, *tenant_id, *crm_user_id, name, true).await?;
        let sources = source::Entity::of_tenant(*tenant_id).filter(source::Column::DeletedAt.is_null());
        let has_sources = sources.count(app.store.read()).await? > 0;
        let next = if has_sources { "install-open-panel" } else { "install-add-first-source" };
        page = page.way(format!("/panel/enter?ticket={ticket}"), frame.text(next));
    }
    let account = format!("https://{}", tenant.host);
    Ok(page.way(account, frame.text("install-open-account")).answer(StatusCode::OK))
}

/// The state of the channels.
async fn channels(app: &OauthContext, frame: &Frame, page: InstallPage, tenant: &tenant::Model) -> Result<InstallPage> {
    if TenantStatus::stored(tenant) == TenantStatus::AwaitingCredentials {
        return Ok(page.step("wait", frame.text("tenant-state-awaiting_credentials-hint")));
    }
    let rows = tenant_channel::Entity::of_tenant(tenant.tenant_id).all(app.store.read()).await?;
    let Some(refused) = rows.iter().find(|row| row.status != ChannelStatus::Connected.as_str()) else {
        return Ok(page.step("ok", frame.text("install-tick-channel")));
    };
    let sentence = if refused.status == ChannelStatus::NotAllowed.as_str() {
        frame.words.text("install-channel-not-allowed").with("account", tenant.account_id.to_string())
    } else {
        frame.text("install-channel-failed")
    };
    let page = page.step("bad", sentence).details(frame.localized(&LocalizedText::stored(&refused.detail)));
    let integration = app.integrations.named(&tenant.integration);
    let support = Vendor::of(&app.config, integration.as_deref()).support_url;
    if !support.starts_with("https://") {
        return Ok(page);
    }
    Ok(page.way(support, frame.text("install-support")))
}

/// `GET /oauth/revoked?client_uuid=&account_id=&signature=`. 200 for every signed notice, also repeated ones; amoCRM is
/// asked after the answer, before anything is removed.
pub(super) async fn revoked(app: web::Data<OauthContext>, request: HttpRequest) -> Result<HttpResponse> {
    let query = QueryPairs::read(request.query_string());
    let Some((integration, account_id)) = verified(&app, &query) else {
        tracing::warn!("a revoke notice with an invalid signature was rejected");
        return Ok(refused());
    };
    match install::find(&app.tenants, &integration.name, account_id).await? {
        Some(tenant_id) => {
            tracing::info!(tenant.id = %tenant_id, account.id = account_id, "amoCRM reports that the integration was switched off; confirming it");
            // Signed, so its content is trusted; but a captured notice is signed too, and each one makes Parom ask
            // amoCRM.
            let now = app.unknown_callers.asks_at_once(tenant_id, app.clock.millis()).await;
            uninstall::note_revocation(&app.tenants, tenant_id, now).await?;
            if !now {
                return Ok(HttpResponse::Ok().content_type("application/json").body("{}"));
            }
            let app = app.into_inner();
            base::supervisor::detach("revoke_notice", async move {
                if let Err(error) = uninstall::confirm(&app.tenants, tenant_id).await {
                    tracing::error!(tenant.id = %tenant_id, error = format!("{error:#}"), "a revoke notice could not be checked; it will be retried");
                }
            });
        }
        None => tracing::info!(account.id = account_id, "a revoke notice for an account that is not installed"),
    }
    Ok(HttpResponse::Ok().content_type("application/json").body("{}"))
}

fn verified(app: &OauthContext, query: &QueryPairs) -> Option<(Arc<Integration>, i64)> {
    let client_id = query.get("client_uuid")?;
    let account_id = query.get("account_id")?.trim().parse().ok()?;
    let signature = query.get("signature")?;
    let integration = app.integrations.by_client_id(client_id)?;
    let secrets = [Some(&integration.client_secret), integration.previous_client_secret.as_ref()];
    // Both are always compared, so that the time reveals nothing.
    let right = secrets
        .into_iter()
        .flatten()
        .fold(false, |right, secret| revoke::verify(secret, client_id, account_id, signature) | right);
    right.then_some((integration, account_id))
}

fn refused() -> HttpResponse {
    let status = StatusCode::UNAUTHORIZED;
    let detail = "client_uuid, account_id and signature do not belong together";
    let problem = Problem::new("signature_refused", status, "The signature is wrong", detail);
    HttpResponse::build(status).content_type("application/problem+json").body(problem.json())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(blocks: &[(&str, &str, &str)]) -> Vec<Arc<Integration>> {
        let mut toml = include_str!("../../config.default.toml").to_owned();
        for (name, platform, client_id) in blocks {
            toml += &format!(
                "\n[[integration]]\nname = \"{name}\"\nplatform = \"{platform}\"\nclient_id = \"{client_id}\"\nclient_secret = \"s\"\n"
            );
        }
        let config: base::config::Config = config::Config::builder()
            .add_source(config::File::from_str(&toml, config::FileFormat::Toml))
            .build()
            .unwrap()
            .try_deserialize()
            .unwrap();
        config.integrations.into_iter().map(Arc::new).collect()
    }

    fn name(choice: IntegrationChoice) -> String {
        match choice {
            IntegrationChoice::One(integration, host) => format!("{} {host}", integration.name),
            IntegrationChoice::HostRefused => "refused".into(),
            IntegrationChoice::Unclear { host, .. } => format!("unclear {host}"),
        }
    }

    fn at<'a>(referer: &'a str) -> Signs<'a> {
        Signs { referer, ..Signs::default() }
    }

    #[test]
    fn client_id_then_state_then_platform_then_path() {
        let config = config(&[("ru", "amocrm", "id-ru"), ("com", "kommo", "id-com"), ("ru2", "amocrm", "id-ru2")]);
        let by_id = Signs { client_id: Some("id-ru2"), of_state: Some("ru"), ..at("a.amocrm.ru") };
        assert_eq!(name(choose(&config, by_id)), "ru2 a.amocrm.ru");
        let by_state = Signs { of_state: Some("ru2"), in_path: Some("ru"), ..at("a.amocrm.ru") };
        assert_eq!(name(choose(&config, by_state)), "ru2 a.amocrm.ru");
        assert_eq!(name(choose(&config, at("a.kommo.com"))), "com a.kommo.com");
        let by_path = Signs { in_path: Some("ru"), ..at("https://a.amocrm.ru/") };
        assert_eq!(name(choose(&config, by_path)), "ru a.amocrm.ru");
        assert_eq!(name(choose(&config, at("a.amocrm.ru"))), "unclear a.amocrm.ru");
    }

    #[test]
    fn a_secret_goes_only_where_its_integration_may_go() {
        let config = config(&[("ru", "amocrm", "id-ru"), ("com", "kommo", "id-com")]);
        for host in ["a.example.org", "a.amocrm.ru.evil.org", "a.amocrm.ru:444", "x@a.amocrm.ru", "127.0.0.1", ""] {
            assert_eq!(name(choose(&config, Signs { client_id: Some("id-ru"), ..at(host) })), "refused", "{host}");
        }
        let crossed = Signs { client_id: Some("id-ru"), ..at("a.kommo.com") };
        assert_eq!(name(choose(&config, crossed)), "refused");
        let foreign = Signs { client_id: Some("id-other"), ..at("a.amocrm.ru") };
        assert_eq!(name(choose(&config, foreign)), "unclear a.amocrm.ru");
        let unknown_path = Signs { in_path: Some("nobody"), ..at("a.amocrm.ru") };
        assert_eq!(name(choose(&config, unknown_path)), "ru a.amocrm.ru");
    }
}
