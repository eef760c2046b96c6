//! The vendor's admin: all accounts, channels, queues and people of the service, behind a sign-in of its own.
//!
//! ```text
//! request ─▶ AdminVisitor (session, both steps) ─▶ handler ─▶ PageContext + template ─▶ html
//!                                           └▶ Error ─▶ answers ─▶ a page with the reason; or the sign-in, or its second step
//! ```
//!
//! No page here shows the text of a message. Every change is made by a form and recorded in the vendor's audit log, and
//! in the account's own log if it concerns an account.

pub mod account;
pub mod accounts;
pub mod alerts;
pub mod announcements;
pub mod channels;
pub mod doctor;
mod integrations;
pub mod letter;
pub mod log;
pub mod operator;
pub mod operators;
pub mod overview;
pub mod page;
pub mod queues;
pub mod sign_in;
pub mod states;
pub mod takeovers;
pub mod undelivered;
pub mod webhooks;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::middleware::{Next, from_fn};
use actix_web::{HttpRequest, web};
use base::error::{Error, Result};
use base::i18n::{Language, Words};

use crate::panel::{Answer, AppData, html_as, keep_language, may_go_on};

/// Everything under `/admin`.
pub fn routes(config: &mut web::ServiceConfig) {
    config.service(
        web::scope("/admin")
            .wrap(from_fn(answers))
            .route("/assets/{file}", web::get().to(page::asset))
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
        .route("/sign-in", web::get().to(sign_in::show))
        .route("/sign-in", web::post().to(sign_in::enter))
        .route("/sign-in/link", web::post().to(sign_in::send_link))
        .route("/link", web::get().to(sign_in::show_link))
        .route("/link", web::post().to(sign_in::enter_by_link))
        .route("/code", web::get().to(sign_in::show_code))
        .route("/code", web::post().to(sign_in::enter_code))
        .route("/enrol", web::get().to(sign_in::own::show_enrolment))
        .route("/enrol", web::post().to(sign_in::own::enrol))
        .route("/own", web::get().to(sign_in::own::show))
        .route("/own", web::post().to(sign_in::own::set_password))
        .route("/own/recovery-codes", web::get().to(sign_in::own::show_recovery_codes))
        .route("/own/recovery-codes", web::post().to(sign_in::own::renew_recovery_codes))
        .route("/own/sessions", web::post().to(sign_in::own::end_others))
        .route("/prove", web::get().to(operator::show_prove))
        .route("/prove", web::post().to(operator::prove))
        .route("/sign-out", web::post().to(sign_in::out));
}

fn accounts_and_queues(config: &mut web::ServiceConfig) {
    config
        .route("/accounts", web::get().to(accounts::show))
        .route("/accounts/{id}", web::get().to(account::show))
        .route("/accounts/{id}/access", web::get().to(account::show_access))
        .route("/accounts/{id}/plan", web::get().to(account::show_plan))
        .route("/accounts/{id}/data", web::get().to(account::show_data))
        .route("/accounts/{id}/notes", web::get().to(account::show_notes))
        .route("/accounts/{id}/notes", web::post().to(account::actions::add_note))
        .route("/accounts/{id}/notes/{note}/delete", web::post().to(account::actions::delete_note))
        .route("/accounts/{id}/plan", web::post().to(account::actions::set_plan))
        .route("/accounts/{id}/texts", web::post().to(account::actions::set_texts))
        .route("/accounts/{id}/suspend", web::get().to(account::actions::ask_suspend))
        .route("/accounts/{id}/suspend", web::post().to(account::actions::suspend))
        .route("/accounts/{id}/resume", web::post().to(account::actions::resume))
        .route("/accounts/{id}/view-as", web::get().to(account::actions::ask_view_as))
        .route("/accounts/{id}/view-as", web::post().to(account::actions::view_as))
        .route("/queues", web::get().to(queues::show))
        .route("/queues/{tenant}/{target}/try", web::post().to(queues::try_now))
        .route("/takeovers", web::get().to(takeovers::show))
        .route("/undelivered", web::get().to(undelivered::all))
        .route("/undelivered/{id}", web::get().to(undelivered::of_account))
        .route("/undelivered/{id}/letters.csv", web::get().to(undelivered::download))
        .route("/undelivered/{id}/again", web::get().to(undelivered::ask))
        .route("/undelivered/{id}/again", web::post().to(undelivered::start))
        .route("/undelivered/{tenant}/stop/{id}", web::post().to(undelivered::stop));
}

fn vendor(config: &mut web::ServiceConfig) {
    config
        .route("/channels", web::get().to(channels::show))
        .route("/channels/letter", web::get().to(channels::show_letter))
        .route("/alerts", web::get().to(alerts::show))
        .route("/alerts/letters", web::post().to(alerts::letters))
        .route("/announcements", web::get().to(announcements::show))
        .route("/announcements", web::post().to(announcements::add))
        .route("/announcements/new", web::get().to(announcements::new))
        .route("/announcements/{id}", web::get().to(announcements::edit))
        .route("/announcements/{id}", web::post().to(announcements::change))
        .route("/announcements/{id}/delete", web::post().to(announcements::delete))
        .route("/doctor", web::get().to(doctor::show))
        .route("/doctor", web::post().to(doctor::run))
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
async fn nothing_here(_visitor: operator::AdminVisitor) -> Answer {
    Err(Error::NotFound)
}

/// Checks access, turns refusals of handlers and extractors into pages, and stores a language chosen in the address.
async fn answers(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let gate =
        if may_go_on(&request) { operator::gate(request.request()).await } else { Err(Error::not_storing().into()) };
    let mut answer = match gate {
        Ok(()) => next.call(request).await?.map_into_boxed_body(),
        Err(refused) => request.into_response(refused.error_response()),
    };
    let refused = answer.status().is_client_error() || answer.status().is_server_error();
    let kind = answer.headers().get(header::CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    if refused && !kind.starts_with(b"text/html") {
        let page = refusal_page(answer.request(), answer.status())?;
        answer = answer.into_response(page);
    }
    keep_language(&mut answer);
    Ok(answer)
}

/// The page for a status.
fn refusal_page(request: &HttpRequest, status: StatusCode) -> Answer {
    let app = request.app_data::<AppData>().ok_or(Error::NotFound)?;
    let words = Words::new(Language::of_operator(request));
    let text = match status {
        StatusCode::NOT_FOUND => "page-not-found",
        StatusCode::FORBIDDEN => "admin-form-refused",
        StatusCode::UNPROCESSABLE_ENTITY | StatusCode::BAD_REQUEST => "admin-form-unreadable",
        StatusCode::PAYLOAD_TOO_LARGE => "admin-form-unreadable",
        StatusCode::SERVICE_UNAVAILABLE => "admin-storage-away",
        StatusCode::CONFLICT => "admin-conflict",
        _ => "page-error",
    };
    let page = page::bare(app, words, "admin-title");
    html_as(status, &page, &page::SentencePage { said: words.text(text), page: page.clone() })
}
