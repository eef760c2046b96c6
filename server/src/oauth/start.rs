//! The start of an installation: an explanation, then a one-time `state` and amoCRM's consent page.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use base::config::Integration;
use base::error::Result;
use base::store::VENDOR;
use base::store::directory::{self, IdKind};
use base::vault;
use chrono::TimeDelta;
use uuid::Uuid;

use super::QueryPairs;
use super::page::{Frame, Other, browser};
use crate::oauth::OauthContext;

/// Lifetime of a state; it is valid once.
const STATE_LIVES: TimeDelta = TimeDelta::minutes(10);

/// The content of a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OauthState {
    pub integration: String,
    /// The stored part of the browser that began.
    pub browser: Uuid,
}

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
    let state = hex::encode(rand::random::<[u8; 32]>());
    let (cookie, browser) = browser::new(&app.config.server.public_url);
    let expires_at = Some(app.clock.millis() + STATE_LIVES.num_milliseconds());
    let entry =
        directory::DirectoryEntry { tenant_id: VENDOR, id: browser, note: integration.name.clone(), expires_at };
    directory::enter(app.store.write(), IdKind::OauthState, &vault::hash(&state), entry).await?;
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

/// Whether this has the format of our states; other values are not looked up.
fn looks_right(state: &str) -> bool {
    state.len() == 64 && state.bytes().all(|one| one.is_ascii_hexdigit())
}

/// The content of a state, which stays valid. `None` if unknown, used or older than ten minutes.
pub(super) async fn peek(app: &OauthContext, state: &str) -> Result<Option<OauthState>> {
    if !looks_right(state) {
        return Ok(None);
    }
    let found = directory::find(app.store.read(), IdKind::OauthState, &vault::hash(state), app.clock.millis()).await?;
    Ok(found.map(OauthState::of))
}

/// Consumes a state: of two callers one gets it.
pub(super) async fn take(app: &OauthContext, state: &str) -> Result<Option<OauthState>> {
    let taken = directory::take(app.store.write(), IdKind::OauthState, &vault::hash(state), app.clock.millis()).await?;
    Ok(taken.map(OauthState::of))
}

impl OauthState {
    fn of(entry: directory::DirectoryEntry) -> Self {
        Self { integration: entry.note, browser: entry.id }
    }

    /// Whether this browser began it.
    pub fn began_in(&self, request: &HttpRequest) -> bool {
        !self.browser.is_nil() && self.browser == browser::of(request)
    }
}
