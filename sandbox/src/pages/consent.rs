//! The consent page: an administrator lets an integration into an account.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use askama::Template;
use serde::Deserialize;

use super::{Frame, notice, own_form, render, see_other, strings::fill};
use crate::{core::Core, oauth::consent};

/// What the address carries.
#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    client_id: String,
    state: Option<String>,
}

#[derive(Template)]
#[template(path = "consent.html")]
struct Page<'a> {
    frame: &'a Frame,
    text: String,
    client_id: &'a str,
    state: Option<&'a str>,
    accounts: Vec<(String, String)>,
    target: String,
}

/// `GET /oauth`. `mode` only decides about windows, which this page leaves to the browser.
pub(super) async fn show(core: web::Data<Arc<Core>>, request: HttpRequest, asked: web::Query<Asked>) -> HttpResponse {
    let frame = Frame::of(&request);
    let Some(integration) = core.integration(&asked.client_id) else {
        return notice(&frame, StatusCode::NOT_FOUND, frame.words.unknown_integration);
    };
    let accounts = core
        .read(|state| state.accounts.values().map(|account| (account.host.clone(), account.name.clone())).collect());
    let page = Page {
        frame: &frame,
        text: fill(frame.words.consent, "integration", &integration.name),
        client_id: &asked.client_id,
        state: asked.state.as_deref(),
        accounts,
        target: frame.link("/oauth"),
    };
    // Browsers hold redirects after a form to `form-action` too, so the redirect's origin must be in it.
    let origin = url::Url::parse(&core.redirect_uri(integration)).map(|url| url.origin().ascii_serialization()).ok();
    render(StatusCode::OK, &page, origin.as_deref())
}

/// The form of the consent page.
#[derive(Deserialize)]
pub(super) struct Decision {
    client_id: String,
    state: Option<String>,
    host: Option<String>,
    choice: String,
}

/// `POST /oauth`.
pub(super) async fn decide(
    core: web::Data<Arc<Core>>,
    request: HttpRequest,
    form: web::Form<Decision>,
) -> HttpResponse {
    let frame = Frame::of(&request);
    if !own_form(&request) {
        return HttpResponse::Forbidden().finish();
    }
    let Some(integration) = core.integration(&form.client_id) else {
        return notice(&frame, StatusCode::NOT_FOUND, frame.words.unknown_integration);
    };
    let state = form.state.as_deref();
    let address = match (form.choice.as_str(), &form.host) {
        ("allow", Some(host)) => consent::allowed(&core, host, integration, state),
        ("allow", None) => None,
        _ => consent::denied(&core, integration, state),
    };
    match address {
        Some(address) => HttpResponse::Found().insert_header(("Location", address)).finish(),
        None => see_other(&frame.link("/")),
    }
}
