//! The start of an installation: an explanation, then a [`state`] and amoCRM's consent page.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use base::config::Integration;
use base::error::Result;

use super::page::{Frame, Other, browser};
use super::{QueryPairs, state};
use crate::oauth::OauthContext;

/// `GET /oauth/install?integration=NAME` redirects to amoCRM's consent page. Without a name: a page that explains the
/// installation and lets the administrator choose. Of a paused integration only with `known=1`: which account it will
/// be is known after the consent.
pub(super) async fn install(app: web::Data<OauthContext>, request: HttpRequest) -> Result<HttpResponse> {
    let query = QueryPairs::read(request.query_string());
    let Some(name) = query.get("integration") else { return Ok(welcome(&app, &request)) };
    let Some(integration) = app.integrations.named(name) else {
        let frame = Frame::of(&app, &request, None);
        let page = frame.page(frame.text("install-unknown-title")).line(frame.text("install-unknown"));
        return Ok(page.answer(StatusCode::NOT_FOUND));
    };
    if integration.paused && query.get("known").is_none() {
        return Ok(paused(&Frame::of(&app, &request, Some(&integration)), &integration));
    }
    let (cookie, browser) = browser::new(&app.config.server.public_url);
    let state = state::new(&app, &integration.name, browser);
    let consent = amocrm::oauth::consent_url(integration.consent_url.as_str(), &integration.client_id, &state)
        .map_err(anyhow::Error::from)?;
    Ok(HttpResponse::Found()
        .cookie(cookie)
        .insert_header((header::LOCATION, consent))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .finish())
}

/// The explanation, and a button for each integration.
fn welcome(app: &OauthContext, request: &HttpRequest) -> HttpResponse {
    let integrations = app.integrations.all();
    let only = if let [only] = &*integrations { Some(&**only) } else { None };
    let frame = Frame::of(app, request, only);
    if integrations.is_empty() {
        let page = frame.page(frame.text("install-unknown-title")).line(frame.text("install-unknown"));
        return page.answer(StatusCode::NOT_FOUND);
    }
    let mut page = frame
        .page(frame.text("install-title"))
        .step("ok", frame.text("install-will-do"))
        .step("bad", frame.text("install-will-not"))
        .line(frame.text("install-need-admin"));
    for integration in integrations.iter().filter(|one| !one.paused || only.is_some()) {
        let text = match only {
            Some(_) => frame.text("install-allow"),
            None => frame.words.text("install-choose").with("name", integration.name.as_str()),
        };
        page = page.way(address(Some(integration)), text);
    }
    let others = frame.words.language().others();
    page.others =
        others.map(|other| Other { href: format!("/oauth/install?lang={}", other.code()), language: other }).collect();
    page.answer(StatusCode::OK)
}

/// Says that no new account is accepted, and lets one that was connected go on.
fn paused(frame: &Frame, integration: &Integration) -> HttpResponse {
    let known = format!("{}&known=1", address(Some(integration)));
    let page = frame.page(frame.text("install-paused-title")).line(frame.text("install-paused"));
    page.way(known, frame.text("install-paused-known")).answer(StatusCode::SERVICE_UNAVAILABLE)
}

/// The start of an installation, relative to our public address.
pub(super) fn address(integration: Option<&Integration>) -> String {
    let Some(integration) = integration else { return "/oauth/install".to_owned() };
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("integration", &integration.name);
    format!("/oauth/install?{}", query.finish())
}
