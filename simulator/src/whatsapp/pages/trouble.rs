//! Fault injection by buttons.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, http::header, web};
use askama::Template;
use serde::Deserialize;

use super::{Frame, is_own, render};
use crate::whatsapp::{
    core::Core,
    faults::{Fault, WebhookFault},
    state::{Phone, State},
};

/// Facts about a number.
struct Facts {
    title: String,
    status: String,
    address: String,
    pending: usize,
}

#[derive(Template)]
#[template(path = "whatsapp/trouble.html")]
struct TroublePage<'a> {
    frame: &'a Frame,
    back: String,
    target: String,
    broken: Vec<String>,
    calls: Vec<(&'static str, &'static str)>,
    webhooks: Vec<(&'static str, &'static str)>,
    numbers: Vec<Facts>,
}

fn facts(state: &State, phone: &Phone) -> Facts {
    let waba = state.wabas.get(&phone.waba);
    let of_waba = waba.and_then(|waba| {
        let (app, target) = waba.subscribed.iter().next()?;
        target.clone().or_else(|| state.apps.get(app)?.callback.clone())
    });
    let target = phone.overrides.values().next().cloned().or(of_waba);
    Facts {
        title: format!("{} ({})", phone.name, phone.display),
        status: phone.status.clone(),
        address: target.map_or_else(|| "—".to_owned(), |target| target.url),
        pending: state.outbox.waiting().filter(|one| one.waba == phone.waba).count(),
    }
}

/// `GET /trouble`.
pub(super) async fn show(core: web::Data<Arc<Core>>, request: HttpRequest) -> HttpResponse {
    let frame = Frame::of(&request);
    let words = frame.words;
    let numbers = core.read(|state| state.phones.values().map(|phone| facts(state, phone)).collect());
    let page = TroublePage {
        back: frame.link("/phone"),
        target: frame.link("/trouble"),
        broken: core.faults.describe(),
        calls: vec![
            ("pair", words.pair_rate),
            ("rate", words.rate),
            ("unavailable", words.unavailable),
            ("token", words.token),
            ("html_page", words.html_page),
            ("reset_before", words.reset_before),
            ("reset_after", words.reset_after),
        ],
        webhooks: vec![
            ("doubled", words.doubled),
            ("lost_answer", words.lost_answer),
            ("late", words.late),
            ("lost", words.lost_webhook),
            ("forged", words.forged),
        ],
        numbers,
        frame: &frame,
    };
    render(StatusCode::OK, &page)
}

#[derive(Deserialize)]
pub(super) struct Pressed {
    what: String,
}

/// `POST /trouble`.
pub(super) async fn press(core: web::Data<Arc<Core>>, request: HttpRequest, form: web::Form<Pressed>) -> HttpResponse {
    if !is_own(&request) {
        return HttpResponse::Forbidden().finish();
    }
    let faults = &core.faults;
    match form.what.as_str() {
        "pair" => faults.next("messages", 3, Fault::Error { code: 131_056 }),
        "rate" => faults.next("messages", 3, Fault::Error { code: 130_429 }),
        "unavailable" => faults.next("*", 1, Fault::Error { code: 131_016 }),
        "token" => faults.next("*", 1, Fault::Error { code: 190 }),
        "html_page" => faults.next("*", 1, Fault::HtmlPage { status: 502 }),
        "reset_before" => faults.next("*", 1, Fault::ResetBefore),
        "reset_after" => faults.next("messages", 1, Fault::ResetAfter),
        "doubled" => faults.next_webhooks(1, WebhookFault::Doubled),
        "lost_answer" => faults.next_webhooks(1, WebhookFault::LostAnswer),
        "late" => faults.next_webhooks(1, WebhookFault::Late),
        "lost" => faults.next_webhooks(1, WebhookFault::Lost),
        "forged" => faults.next_webhooks(1, WebhookFault::Forged),
        "mend" => faults.clear(),
        _ => return HttpResponse::BadRequest().finish(),
    }
    core.touch();
    let back = Frame::of(&request).link("/trouble");
    HttpResponse::SeeOther().insert_header((header::LOCATION, back)).finish()
}
