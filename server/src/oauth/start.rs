//! The start of an installation: an explanation, then a state and amoCRM's consent page.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use base::config::Integration;
use base::error::Result;
use base::store::VENDOR;
use base::store::directory::{self, DirectoryEntry, IdKind};
use base::vault;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::QueryPairs;
use super::page::{Frame, Other, browser};
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
    let state = new(&app, &integration.name, browser);
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

/// The purpose from which signatures are derived.
const KIND: &str = "oauth state";
const LIVES: TimeDelta = TimeDelta::minutes(10);
const SIGNATURE: usize = 32;
/// Much longer than any state of ours.
const LONGEST: usize = 1_000;

/// The content of a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OauthState {
    pub integration: String,
    /// The stored part of the browser that began.
    browser: Uuid,
    /// Milliseconds since 1970.
    end: i64,
}

/// A new state of a browser.
fn new(app: &OauthContext, integration: &str, browser: Uuid) -> String {
    let end = app.clock.millis() + LIVES.num_milliseconds();
    let mut state = [browser.as_bytes().as_slice(), &end.to_be_bytes(), integration.as_bytes()].concat();
    let signature = app.vault.derive(KIND, &[&hex::encode(&state)]);
    state.extend(signature.as_slice());
    URL_SAFE_NO_PAD.encode(state)
}

/// The content of a state, which stays valid; it may have been used. `None` if it is not ours or older than ten minutes.
pub(super) fn peek_state(app: &OauthContext, state: &str) -> Option<OauthState> {
    let state = URL_SAFE_NO_PAD.decode(Some(state).filter(|state| state.len() <= LONGEST)?).ok()?;
    let (signed, given) = state.split_at_checked(state.len().checked_sub(SIGNATURE)?)?;
    // A state stays valid after its signing key is replaced.
    let known = app.vault.derived(KIND, &[&hex::encode(signed)]);
    if !known.iter().any(|signature| signature.as_slice().ct_eq(given).into()) {
        return None;
    }
    let (browser, rest) = signed.split_first_chunk::<16>()?;
    let (end, integration) = rest.split_first_chunk::<8>()?;
    let end = i64::from_be_bytes(*end);
    let integration = String::from_utf8(integration.to_vec()).ok()?;
    (end > app.clock.millis()).then_some(OauthState { integration, browser: Uuid::from_bytes(*browser), end })
}

/// Uses a state up: of two callers one gets it.
pub(super) async fn take_state(app: &OauthContext, state: &str) -> Result<Option<OauthState>> {
    let Some(content) = peek_state(app, state) else { return Ok(None) };
    let used = DirectoryEntry {
        tenant_id: VENDOR,
        id: content.browser,
        note: content.integration.clone(),
        expires_at: Some(content.end),
    };
    let first = directory::enter(app.store.write(), IdKind::OauthState, &vault::hash(state), used).await?;
    Ok(first.then_some(content))
}

impl OauthState {
    /// Whether this browser began it.
    pub fn began_in(&self, request: &HttpRequest) -> bool {
        !self.browser.is_nil() && self.browser == browser::of(request)
    }
}
