//! Signing in and out.
//!
//! ```text
//! /sign-in (password) ─┐                     ┌─▶ one account ─▶ its session
//! /link (one time)  ───┼─▶ code, if enrolled ┼─▶ several ─▶ /choose ─▶ its session
//! /enter (ticket)  ────┴────────────────────▶┘
//! ```
//!
//! A browser may be signed in to several accounts: a further one opens beside the others, with addresses of its own
//! (`domain/src/identity/slot.rs`).
//!
//! Only forms change who is signed in. The one exception is a ticket that the widget opens in a browser in which no
//! other person is signed in: this takes one click.

mod entrance;
mod into;
mod pages;

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, web};
use base::browser::FORGET_PAGES;
use base::i18n::Language;
use domain::identity::realm::{self, Realm};
use domain::identity::{person, session, signed_in};
use serde::Deserialize;
use url::Url;

use super::page::Theme;
use super::{Answer, AppData, Form, Member, to};
use pages::safe;

pub use into::named;

/// Paths are relative to `/panel`.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/sign-in", web::get().to(entrance::show))
        .route("/sign-in", web::post().to(entrance::check_password))
        .route("/sign-in/link", web::post().to(entrance::ask_link))
        .route("/sign-in/code", web::post().to(entrance::check_code))
        .route("/link", web::get().to(entrance::show_link))
        .route("/link", web::post().to(entrance::take_link))
        .route("/invitation", web::get().to(into::show_invitation))
        .route("/invitation", web::post().to(into::take_invitation))
        .route("/enter", web::get().to(entrance::show_ticket))
        .route("/enter", web::post().to(entrance::enter))
        .route("/entered", web::get().to(entrance::entered))
        .route("/choose", web::get().to(into::show_choice))
        .route("/choose", web::post().to(into::choose))
        .route("/language", web::post().to(language))
        .route("/sign-out", web::post().to(sign_out));
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChoiceForm {
    to: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignOutForm {
    /// Of all accounts in this browser.
    all: Option<String>,
}

/// `POST /panel/sign-out`: of this account, or of all that this browser is signed in to.
async fn sign_out(app: AppData, request: HttpRequest, form: Form<SignOutForm>) -> Answer {
    let framed = realm::is_framed(&request);
    let mut next = "/panel/sign-in".to_owned();
    let mut cookies = Vec::new();
    if let Some(row) = realm::session(&request, Realm::Panel).await? {
        cookies.push(signed_in::forget(&app.identity, &request, row.id, framed).await?);
        session::end(app.store.write(), row.tenant_id, row.id).await?;
        if row.kind == session::SessionKind::ViewAs.as_str() {
            // An operator came from the account's page in the admin, and cannot sign in here.
            next = format!("/admin/accounts/{}", row.tenant_id);
        }
    }
    if form.all.is_some() {
        cookies.extend(signed_in::end_all(&app.identity, &request, framed).await?);
    }
    let mut answer = to(&next);
    for cookie in cookies {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
    answer.headers_mut().insert(header::CLEAR_SITE_DATA, HeaderValue::from_static(FORGET_PAGES));
    Ok(answer)
}

/// `POST /panel/language`: redirects back to the page it was sent from.
async fn language(app: AppData, request: HttpRequest, member: Member, form: Form<ChoiceForm>) -> Answer {
    if let Some(language) = Language::of_code(&form.to) {
        session::set_language(app.store.write(), &member.session, language.code()).await?;
        if let Ok(person_id) = member.own_id() {
            person::set_language(app.store.write(), person_id, language).await?;
        }
    }
    Ok(to(&back(&request)))
}

/// `POST /panel/theme`: redirects back to the page it was sent from.
pub(in crate::panel) async fn theme(
    app: AppData,
    request: HttpRequest,
    _member: Member,
    form: Form<ChoiceForm>,
) -> Answer {
    let mut answer = to(&back(&request));
    let chosen = Theme::parse(&form.to);
    if let Some(line) = chosen.and_then(|theme| theme.cookie(&app.config.server.public_url)) {
        answer.headers_mut().append(header::SET_COOKIE, line);
    }
    Ok(answer)
}

/// Our page from which a form was sent, otherwise the overview.
fn back(request: &HttpRequest) -> String {
    let referer = request.headers().get(header::REFERER).and_then(|value| value.to_str().ok());
    let path = referer.and_then(|referer| Url::parse(referer).ok()).map(|url| {
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        format!("{}{query}", url.path())
    });
    safe(path.as_deref().unwrap_or("/panel")).to_owned()
}
