//! Where an administrator begins: a one-time `state`, then amoCRM's consent page.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::Query;
use super::page::{self, Frame, Link};
use crate::app::App;
use crate::config::Integration;
use crate::error::Result;
use crate::store::VENDOR;
use crate::store::directory::{self, Kind};

/// A state is good for this long, once.
const STATE_LIVES: i64 = 10 * 60_000;

/// `GET /oauth/install?integration=NAME`; the name may be left out while there is one integration.
pub(super) async fn install(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse> {
    let frame = Frame::of(&request);
    let query = Query::read(request.query_string());
    let integrations = &app.config.integrations;
    let integration = match (query.get("integration"), integrations.as_slice()) {
        (Some(name), _) => app.config.integration(name),
        (None, [only]) => Some(only),
        (None, []) => None,
        (None, several) => return Ok(choice(&frame, several)),
    };
    let Some(integration) = integration else {
        return Ok(page::plain(&frame, StatusCode::NOT_FOUND, frame.words.unknown_title, frame.words.unknown));
    };
    let state = hex::encode(rand::random::<[u8; 32]>());
    let expires_at = Some(app.clock.millis() + STATE_LIVES);
    let entry = directory::Entry { tenant_id: VENDOR, id: Uuid::nil(), note: integration.name.clone(), expires_at };
    directory::enter(app.store.write(), Kind::OauthState, &stored_as(&state), entry).await?;
    let consent = amocrm::oauth::consent_url(integration.consent_url.as_str(), &integration.client_id, &state)
        .map_err(anyhow::Error::from)?;
    Ok(HttpResponse::Found()
        .insert_header((header::LOCATION, consent))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .finish())
}

/// Several integrations and none named: the administrator picks one.
fn choice(frame: &Frame, integrations: &[Integration]) -> HttpResponse {
    let links = integrations
        .iter()
        .map(|integration| Link { href: address(Some(integration)), text: integration.name.clone() })
        .collect();
    page::with_links(frame, StatusCode::OK, frame.words.choose_title, vec![frame.words.choose.to_owned()], links)
}

/// Where an installation begins, relative to our public address.
pub(super) fn address(integration: Option<&Integration>) -> String {
    let Some(integration) = integration else { return "/oauth/install".to_owned() };
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("integration", &integration.name);
    format!("/oauth/install?{}", query.finish())
}

/// Whose state it is, without using it up. None: unknown, used or older than ten minutes.
pub(super) async fn peek(app: &App, state: &str) -> Result<Option<String>> {
    let found = directory::find(app.store.read(), Kind::OauthState, &stored_as(state), app.clock.millis()).await?;
    Ok(found.map(|entry| entry.note))
}

/// Uses a state up: of two callers one gets it.
pub(super) async fn take(app: &App, state: &str) -> Result<Option<String>> {
    let taken = directory::take(app.store.write(), Kind::OauthState, &stored_as(state), app.clock.millis()).await?;
    Ok(taken.map(|entry| entry.note))
}

/// Who reads the database cannot continue somebody's installation.
fn stored_as(state: &str) -> String {
    hex::encode(Sha256::digest(state.as_bytes()))
}
