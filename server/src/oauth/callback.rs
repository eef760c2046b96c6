//! Where amoCRM sends people, and calls by itself, with an authorization code.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use entity::tenant_channel;
use secrecy::SecretString;
use uuid::Uuid;

use super::choose::{Choice, Signs, choose};
use super::page::{self, Frame, Link, Page};
use super::words::fill;
use super::{Query, start};
use crate::app::App;
use crate::config::Integration;
use crate::error::{Error, Result};
use crate::tenant::install::{self, For, Progress};
use crate::tenant::{self, ChannelStatus, TenantStatus};

/// No code of amoCRM's is near this length.
const LONGEST_CODE: usize = 8 * 1024;

/// `GET /oauth/callback`.
pub(super) async fn shared(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse> {
    callback(app.into_inner(), &request, None).await
}

/// `GET /oauth/callback/{name}`.
pub(super) async fn own(app: web::Data<App>, request: HttpRequest, name: web::Path<String>) -> Result<HttpResponse> {
    callback(app.into_inner(), &request, Some(&name)).await
}

async fn callback(app: Arc<App>, request: &HttpRequest, in_path: Option<&str>) -> Result<HttpResponse> {
    let frame = Frame::of(request);
    let query = Query::read(request.query_string());
    let state = query.get("state");
    let of_state = match state {
        Some(state) => start::peek(&app, state).await?,
        None => None,
    };
    if query.get("error").is_some() {
        return denied(&app, &frame, &query, state, of_state).await;
    }
    // Its mere presence marks amoCRM's own call.
    let from_amocrm = query.raw("from_widget").is_some();
    let signs = Signs {
        client_id: query.get("client_id"),
        of_state: of_state.as_deref(),
        referer: query.get("referer").unwrap_or_default(),
        in_path,
    };
    let words = frame.words;
    let choice = choose(&app.config, signs);
    if matches!(choice, Choice::HostRefused) {
        tracing::warn!(from_amocrm, "an install call names a host that is not allowed; nothing was sent there");
        return Ok(page::plain(&frame, StatusCode::BAD_REQUEST, words.host_title, words.host));
    }
    let Some(code) = query.get("code").filter(|code| code.len() <= LONGEST_CODE) else {
        return Ok(page::plain(&frame, StatusCode::BAD_REQUEST, words.no_code_title, words.no_code));
    };
    let code = SecretString::from(code);
    match choice {
        Choice::HostRefused => Err(Error::NotFound),
        Choice::Unclear { host, reason } => {
            tracing::error!(
                remote.host = %host, reason, from_amocrm,
                "an install call cannot be given to an integration and was only stored; check client_id in the configuration, or set own_redirect"
            );
            install::store_unclear(&app, host.as_str(), code, reason).await?;
            let status = if from_amocrm { StatusCode::OK } else { StatusCode::BAD_REQUEST };
            let line = fill(words.unclear, &[("host", host.as_str())]);
            Ok(page::plain(&frame, status, words.unclear_title, &line))
        }
        Choice::One(integration, host) if from_amocrm => {
            let row = install::store_call(&app, &integration.name, host.as_str(), code, For::Anybody).await?;
            tracing::info!(install.id = %row.id, integration = integration.name, remote.host = %host, "amoCRM says that the integration was installed");
            Ok(HttpResponse::Ok().content_type("application/json").body("{}"))
        }
        Choice::One(integration, host) => {
            let taken = match state {
                Some(state) => start::take(&app, state).await?,
                None => None,
            };
            if taken.as_deref() != Some(integration.name.as_str()) {
                return Ok(start_again(&frame, integration));
            }
            let row = install::store_call(&app, &integration.name, host.as_str(), code, For::Me).await?;
            // A browser that goes away must not cancel the exchange.
            let carried = tokio::spawn(install::carry(app.clone(), row)).await;
            let progress = carried.map_err(|error| anyhow::anyhow!("an installation broke off: {error}"))?;
            shown(&app, &frame, integration, progress).await
        }
    }
}

/// The administrator said no. The state is used up by that.
async fn denied(
    app: &App,
    frame: &Frame,
    query: &Query,
    state: Option<&str>,
    of_state: Option<String>,
) -> Result<HttpResponse> {
    if let Some(state) = state {
        start::take(app, state).await?;
    }
    let integration = match (query.get("client_id"), of_state) {
        (Some(client_id), _) => app.config.integration_by_client_id(client_id),
        (None, Some(name)) => app.config.integration(&name),
        (None, None) => None,
    };
    let words = frame.words;
    let links = vec![Link { href: start::address(integration), text: words.start_again.to_owned() }];
    Ok(page::with_links(frame, StatusCode::OK, words.denied_title, vec![words.denied.to_owned()], links))
}

fn start_again(frame: &Frame, integration: &Integration) -> HttpResponse {
    let words = frame.words;
    let links = vec![Link { href: start::address(Some(integration)), text: words.start_again.to_owned() }];
    page::with_links(frame, StatusCode::BAD_REQUEST, words.state_title, vec![words.state.to_owned()], links)
}

/// The page after an exchange.
async fn shown(app: &App, frame: &Frame, integration: &Integration, progress: Progress) -> Result<HttpResponse> {
    let words = frame.words;
    let mut page = Page {
        words,
        title: String::new(),
        steps: Vec::new(),
        lines: Vec::new(),
        links: Vec::new(),
        details: String::new(),
    };
    match progress {
        Progress::Done { tenant_id } => {
            connected(app, &mut page, tenant_id).await?;
            Ok(page.answer(StatusCode::OK))
        }
        Progress::Later { words: said, entered } => {
            page.title = words.later_title.to_owned();
            page.lines.push(if entered { words.later_channel } else { words.later }.to_owned());
            page.details = said;
            Ok(page.answer(StatusCode::ACCEPTED))
        }
        Progress::Failed { words: said } => {
            page.title = words.failed_title.to_owned();
            page.lines.push(words.failed.to_owned());
            page.links.push(Link { href: start::address(Some(integration)), text: words.start_again.to_owned() });
            page.details = said;
            Ok(page.answer(StatusCode::BAD_REQUEST))
        }
    }
}

async fn connected(app: &App, page: &mut Page<'_>, tenant_id: Uuid) -> Result<()> {
    let words = page.words;
    let tenant = tenant::load(app.store.read(), tenant_id).await?.ok_or(Error::NotFound)?;
    page.title = fill(words.done_title, &[("account", &tenant.name)]);
    page.steps.push(words.done_access);
    if TenantStatus::stored(&tenant) == TenantStatus::AwaitingCredentials {
        page.lines.push(words.awaiting.to_owned());
    } else {
        let channels = tenant_channel::Entity::of_tenant(tenant_id).all(app.store.read()).await?;
        let refused = channels.iter().find(|channel| channel.status != ChannelStatus::Connected.as_str());
        match refused {
            None => page.steps.push(words.done_channel),
            Some(refused) => {
                page.lines.push(words.channel_refused.to_owned());
                page.details = refused.detail.clone();
            }
        }
        page.lines.push(words.close.to_owned());
    }
    page.links.push(Link { href: format!("https://{}", tenant.host), text: words.to_account.to_owned() });
    Ok(())
}
