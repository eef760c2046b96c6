//! The vendor's admin: all accounts, channels, queues and people of the service, behind a sign-in of its own.
//!
//! ```text
//! request ─▶ Operator (session, both steps) ─▶ handler ─▶ Page + template ─▶ html
//!                                           └▶ Refused ─▶ answers: sign-in, second step, or a page with the reason
//! ```
//!
//! No page here shows the text of a message. Every change is made by a form and recorded in the vendor's audit log, and
//! in the account's own log if it concerns an account.

pub mod account;
pub mod accounts;
pub mod alerts;
pub mod announcements;
mod assets;
pub mod channels;
mod counts;
pub mod doctor;
mod integrations;
pub mod letter;
mod letters;
pub mod log;
pub mod operator;
pub mod operators;
pub mod overview;
pub mod page;
mod prove;
pub mod queues;
pub mod redrive;
mod refused;
pub mod sign_in;
pub mod states;
mod told;
pub mod undelivered;
pub mod webhooks;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderValue};
use actix_web::middleware::{Next, from_fn};
use actix_web::{HttpResponse, ResponseError, web};
use base::browser::cookie;
use base::error::Error;
use base::i18n::{self, Language};

use crate::panel::PanelContext;
use refused::{AdminRefusal, Result};

/// Everything under `/admin`.
pub fn routes(config: &mut web::ServiceConfig) {
    config.service(
        web::scope("/admin")
            .wrap(from_fn(answers))
            .route("/assets/{file}", web::get().to(assets::get))
            .configure(signing_in)
            .configure(accounts_and_queues)
            .configure(vendor)
            .configure(integrations::routes)
            .route("", web::get().to(overview::show))
            .default_service(web::to(nothing_here)),
    );
}

fn signing_in(config: &mut web::ServiceConfig) {
    config
        .route("/sign-in", web::get().to(sign_in::password::show))
        .route("/sign-in", web::post().to(sign_in::password::enter))
        .route("/sign-in/link", web::post().to(sign_in::password::send_link))
        .route("/link", web::get().to(sign_in::link::show))
        .route("/link", web::post().to(sign_in::link::enter))
        .route("/code", web::get().to(sign_in::code::show))
        .route("/code", web::post().to(sign_in::code::enter))
        .route("/enrol", web::get().to(sign_in::enrol::show))
        .route("/enrol", web::post().to(sign_in::enrol::enter))
        .route("/own", web::get().to(sign_in::own::show))
        .route("/own", web::post().to(sign_in::own::set_password))
        .route("/own/recovery-codes", web::get().to(sign_in::recovery::show))
        .route("/own/recovery-codes", web::post().to(sign_in::recovery::renew))
        .route("/own/sessions", web::post().to(sign_in::own::end_others))
        .route("/prove", web::get().to(prove::show))
        .route("/prove", web::post().to(prove::enter))
        .route("/sign-out", web::post().to(sign_in::out));
}

fn accounts_and_queues(config: &mut web::ServiceConfig) {
    config
        .route("/accounts", web::get().to(accounts::show))
        .route("/accounts/{id}", web::get().to(account::show))
        .route("/accounts/{id}/notes", web::post().to(account::notes::add))
        .route("/accounts/{id}/notes/{note}/delete", web::post().to(account::notes::delete))
        .route("/accounts/{id}/limit", web::post().to(account::limit::set))
        .route("/accounts/{id}/plan", web::post().to(account::plan::set))
        .route("/accounts/{id}/weight", web::post().to(account::weight::set))
        .route("/accounts/{id}/texts", web::post().to(account::texts::set))
        .route("/accounts/{id}/window", web::post().to(account::window::set))
        .route("/accounts/{id}/suspend", web::get().to(account::suspend::ask))
        .route("/accounts/{id}/suspend", web::post().to(account::suspend::begin))
        .route("/accounts/{id}/resume", web::post().to(account::suspend::end))
        .route("/accounts/{id}/view-as", web::get().to(account::view_as::ask))
        .route("/accounts/{id}/view-as", web::post().to(account::view_as::begin))
        .route("/queues", web::get().to(queues::show))
        .route("/queues/{tenant}/{target}/try", web::post().to(queues::try_now))
        .route("/undelivered", web::get().to(undelivered::show))
        .route("/undelivered/{id}", web::get().to(letters::show))
        .route("/undelivered/{id}/letters.csv", web::get().to(letters::download))
        .route("/undelivered/{id}/again", web::get().to(redrive::ask))
        .route("/undelivered/{id}/again", web::post().to(redrive::start))
        .route("/undelivered/{tenant}/stop/{id}", web::post().to(redrive::stop));
}

fn vendor(config: &mut web::ServiceConfig) {
    config
        .route("/channels", web::get().to(channels::show))
        .route("/channels/letter", web::get().to(channels::letter_page::show))
        .route("/alerts", web::get().to(alerts::show))
        .route("/alerts/letters", web::post().to(alerts::letters))
        .route("/announcements", web::get().to(announcements::show))
        .route("/announcements", web::post().to(announcements::add))
        .route("/announcements/new", web::get().to(announcements::new))
        .route("/announcements/{id}", web::get().to(announcements::edit))
        .route("/announcements/{id}", web::post().to(announcements::change))
        .route("/announcements/{id}/delete", web::post().to(announcements::delete))
        .route("/doctor", web::get().to(doctor::show))
        .route("/webhooks", web::get().to(webhooks::show))
        .route("/webhooks/{id}", web::get().to(webhooks::event))
        .route("/webhooks/{id}/resend", web::post().to(webhooks::resend))
        .route("/audit", web::get().to(log::show))
        .route("/audit.csv", web::get().to(log::download))
        .route("/operators", web::get().to(operators::show))
        .route("/operators", web::post().to(operators::add))
        .route("/operators/{id}/link", web::post().to(operators::link))
        .route("/operators/{id}/disable", web::get().to(operators::ask_disable))
        .route("/operators/{id}/disable", web::post().to(operators::disable));
}

/// 404 for signed-in operators; others are redirected as on every page.
async fn nothing_here(_operator: operator::Operator) -> Result<HttpResponse> {
    Err(AdminRefusal::NotThere)
}

/// Checks access, turns refusals of handlers and extractors into pages, and stores a language chosen in the address.
async fn answers(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let app = request.app_data::<web::Data<PanelContext>>();
    let changes = *request.method() == Method::POST && app.is_some_and(|app| app.is_read_only());
    let gate = if changes { Err(Error::not_storing().into()) } else { operator::gate(request.request()).await };
    let mut answer = match gate {
        Ok(()) => next.call(request).await?.map_into_boxed_body(),
        Err(refused) => request.into_response(refused.error_response()),
    };
    let refused = answer.status().is_client_error() || answer.status().is_server_error();
    let kind = answer.headers().get(header::CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    if refused && !kind.starts_with(b"text/html") {
        let request = answer.request().clone();
        if let Some(app) = request.app_data::<web::Data<PanelContext>>() {
            let page = refused::shown(app, &request, answer.status());
            answer = answer.into_response(page);
        }
    }
    let query = answer.request().query_string();
    let chosen = query.split('&').find_map(|pair| Language::of_code(pair.strip_prefix("lang=")?));
    if let Some(language) = chosen {
        let app = answer.request().app_data::<web::Data<PanelContext>>();
        let url = app.map(|app| &app.config.server.public_url);
        if let Some(cookie) = url.and_then(|url| cookie::choice(url, i18n::COOKIE, "/", language.code())) {
            answer.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    Ok(answer)
}
