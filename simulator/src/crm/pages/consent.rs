//! The consent page: an administrator gives an integration access to an account.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use askama::Template;
use serde::Deserialize;

use super::{Frame, notice, own_form, render, see_other, shell, strings::fill};
use crate::crm::{core::Core, oauth::consent, state::Account};

/// The query of the address.
#[derive(Deserialize)]
pub(super) struct ConsentQuery {
    #[serde(default)]
    client_id: String,
    state: Option<String>,
}

/// An account to choose, and who would give the access.
struct ConsentRow {
    host: String,
    name: String,
    by: String,
}

fn row(frame: &Frame, account: &Account) -> ConsentRow {
    let words = frame.words;
    let (user, role) = account
        .signed_in()
        .map_or(("", ""), |user| (user.name.as_str(), if user.is_admin { words.administrator } else { words.manager }));
    ConsentRow {
        host: account.host.clone(),
        name: account.name.clone(),
        by: fill(&fill(words.consent_by, "user", user), "role", role),
    }
}

#[derive(Template)]
#[template(path = "crm/consent.html")]
struct ConsentPage<'a> {
    frame: &'a Frame,
    text: String,
    client_id: &'a str,
    state: Option<&'a str>,
    accounts: Vec<ConsentRow>,
    target: String,
}

/// `GET /oauth`. `mode` only concerns windows, which this page leaves to the browser.
pub(super) async fn show(
    core: web::Data<Arc<Core>>,
    request: HttpRequest,
    asked: web::Query<ConsentQuery>,
) -> HttpResponse {
    let frame = Frame::of(&request);
    let Some(integration) = core.integration(&asked.client_id) else {
        return notice(&frame, StatusCode::NOT_FOUND, frame.words.unknown_integration);
    };
    let accounts = core.read(|state| state.accounts.values().map(|account| row(&frame, account)).collect());
    let page = ConsentPage {
        frame: &frame,
        text: fill(frame.words.consent, "integration", &integration.name),
        client_id: &asked.client_id,
        state: asked.state.as_deref(),
        accounts,
        target: frame.link("/oauth"),
    };
    // Browsers apply `form-action` to redirects after a form too, so the redirect's origin must be in it.
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
    if let ("allow", Some(host)) = (form.choice.as_str(), &form.host)
        && let Some(user) = may_not(&core, &frame, host, &integration.client_id)
    {
        return notice(&frame, StatusCode::FORBIDDEN, &fill(frame.words.consent_first_admin, "user", &user));
    }
    let address = match (form.choice.as_str(), &form.host) {
        ("allow", Some(host)) => {
            let user_id = core.read(|state| state.accounts.get(host).map(|account| account.signed_in));
            consent::allowed(&core, host, integration, state, user_id)
        }
        ("allow", None) => None,
        _ => consent::denied(&core, integration, state),
    };
    match address {
        Some(address) => HttpResponse::Found().insert_header(("Location", address)).finish(),
        None => see_other(&frame.link("/")),
    }
}

/// The signed-in user, if they may not give access: installing requires an administrator.
fn may_not(core: &Core, frame: &Frame, host: &str, client_id: &str) -> Option<String> {
    core.read(|state| {
        let account = state.accounts.get(host)?;
        let user = account.signed_in()?;
        (!user.is_admin && !account.has_active(client_id)).then(|| shell::named(frame.words, user))
    })
}
