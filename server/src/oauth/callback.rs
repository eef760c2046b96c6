//! Where amoCRM sends people, and calls by itself, with an authorization code.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use secrecy::SecretString;

use super::choose::{Choice, Signs, choose};
use super::page::Frame;
use super::start::{self, State};
use super::{Query, crm_of, done};
use crate::app::App;
use crate::config::Integration;
use crate::error::Result;
use crate::tenant::install::{self, For};

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
    let query = Query::read(request.query_string());
    let state = query.get("state");
    let of_state = match state {
        Some(state) => start::peek(&app, state).await?,
        None => None,
    };
    let named = named(&app, &query, of_state.as_ref());
    let frame = Frame::of(request, crm_of(&app, named));
    if query.get("error").is_some() {
        return denied(&app, &frame, named, state).await;
    }
    let Some(code) = query.get("code").filter(|code| code.len() <= LONGEST_CODE) else {
        let page = frame.page(frame.say("install-no-code-title")).line(frame.say("install-no-code"));
        return Ok(page.answer(StatusCode::BAD_REQUEST));
    };
    // Its mere presence marks amoCRM's own call.
    let from_amocrm = query.raw("from_widget").is_some();
    let referer = query.get("referer").unwrap_or_default();
    let signs = Signs {
        client_id: query.get("client_id"),
        of_state: of_state.as_ref().map(|state| state.integration.as_str()),
        referer,
        in_path,
    };
    let (host, choice) = match choose(&app.config, signs) {
        Choice::HostRefused => {
            tracing::warn!(from_amocrm, "an install call names a host that is not allowed; nothing was sent there");
            // What somebody made up is shown back, cut, as text.
            let host: String = referer.chars().filter(|letter| !letter.is_control()).take(80).collect();
            let line = frame.say("install-host-refused").with("host", host);
            return Ok(frame.page(frame.say("install-host-title")).line(line).answer(StatusCode::BAD_REQUEST));
        }
        Choice::Unclear { host, reason } => (host, Err(reason)),
        Choice::One(integration, host) => (host, Ok(integration)),
    };
    let code = SecretString::from(code);
    let integration = match choice {
        Ok(integration) => integration,
        Err(reason) => {
            tracing::error!(
                remote.host = %host, reason, from_amocrm,
                "an install call cannot be given to an integration and was only stored; check client_id in the configuration, or set own_redirect"
            );
            install::store_unclear(&app, host.as_str(), code, reason).await?;
            let status = if from_amocrm { StatusCode::OK } else { StatusCode::BAD_REQUEST };
            let line = frame.say("install-unclear").with("host", host.as_str());
            return Ok(frame.page(frame.say("install-unclear-title")).line(line).answer(status));
        }
    };
    if from_amocrm {
        let row = install::store_call(&app, &integration.name, host.as_str(), code, For::Anybody).await?;
        tracing::info!(install.id = %row.id, integration = integration.name, remote.host = %host, "amoCRM says that the integration was installed");
        return Ok(HttpResponse::Ok().content_type("application/json").body("{}"));
    }
    let taken = match state {
        Some(state) => start::take(&app, state).await?,
        None => None,
    };
    let Some(taken) = taken.filter(|taken| taken.integration == integration.name) else {
        let page = frame
            .page(frame.say("install-state-title"))
            .line(frame.say("install-state-mismatch"))
            .way(start::address(Some(integration)), frame.say("install-start-again"));
        return Ok(page.answer(StatusCode::BAD_REQUEST));
    };
    let row = install::store_call(&app, &integration.name, host.as_str(), code, For::Me).await?;
    // A browser that goes away must not cancel the exchange.
    let carried = tokio::spawn(install::carry(app.clone(), row)).await;
    let progress = carried.map_err(|error| anyhow::anyhow!("an installation broke off: {error}"))?;
    done::shown(&app, &frame, integration, progress, taken.began_in(request)).await
}

/// The integration that is meant, as far as it can be told before anything is checked.
fn named<'app>(app: &'app App, query: &Query, of_state: Option<&State>) -> Option<&'app Integration> {
    match (query.get("client_id"), of_state) {
        (Some(client_id), _) => app.config.integration_by_client_id(client_id),
        (None, Some(state)) => app.config.integration(&state.integration),
        (None, None) => None,
    }
}

/// The administrator said no. The state is used up by that.
async fn denied(
    app: &App,
    frame: &Frame,
    integration: Option<&Integration>,
    state: Option<&str>,
) -> Result<HttpResponse> {
    if let Some(state) = state {
        start::take(app, state).await?;
    }
    let page = frame
        .page(frame.say("install-denied-title"))
        .line(frame.say("install-denied"))
        .line(frame.say("install-need-admin"))
        .way(start::address(integration), frame.say("install-start-again"));
    Ok(page.answer(StatusCode::OK))
}
