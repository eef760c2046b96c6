//! Fault injection by buttons.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, http::header, web};
use askama::Template;
use serde::Deserialize;

use super::{
    Frame, is_own, render,
    strings::{Words, fill},
};
use crate::telegram::{
    core::Core,
    faults::{Fault, UpdateFault},
    state::Bot,
};

/// A button: its action, its bot, its text.
struct Button {
    what: &'static str,
    bot: i64,
    words: &'static str,
}

/// Facts about a bot.
struct Facts {
    title: String,
    /// Empty if it is revoked.
    token: String,
    webhook: String,
    pending: usize,
    last_error: String,
    buttons: Vec<Button>,
}

#[derive(Template)]
#[template(path = "trouble.html")]
struct TroublePage<'a> {
    frame: &'a Frame,
    back: String,
    target: String,
    broken: Vec<String>,
    calls: Vec<Button>,
    updates: Vec<Button>,
    bots: Vec<Facts>,
}

fn facts(bot: &Bot, words: &'static Words) -> Facts {
    let webhook = bot.webhook.as_ref();
    let last_error = webhook.and_then(|webhook| webhook.last_error.as_ref()).map(|(_, words)| words.clone());
    Facts {
        title: fill(words.bot, "bot", &bot.name),
        token: if bot.is_revoked { String::new() } else { bot.token.clone() },
        webhook: webhook.map_or_else(|| words.no_webhook.to_owned(), |webhook| webhook.url.clone()),
        pending: bot.updates.waiting_count(),
        last_error: last_error.unwrap_or_default(),
        buttons: vec![
            Button { what: "hijack", bot: bot.id, words: words.hijack },
            Button { what: "revoke", bot: bot.id, words: words.revoke },
            Button { what: "renew", bot: bot.id, words: words.renew },
        ],
    }
}

/// `GET /trouble`.
pub(super) async fn show(core: web::Data<Arc<Core>>, request: HttpRequest) -> HttpResponse {
    let frame = Frame::of(&request);
    let words = frame.words;
    let button = |what, words| Button { what, bot: 0, words };
    let (bots, counts) = core.read(|state| {
        let all: Vec<Facts> = state.bots.values().map(|bot| facts(bot, words)).collect();
        (all, state.rates.on)
    });
    let rates = if counts { button("rates_off", words.rates_off) } else { button("rates_on", words.rates_on) };
    let page = TroublePage {
        back: frame.link("/phone"),
        target: frame.link("/trouble"),
        broken: core.faults.describe(),
        calls: vec![
            button("too_many", words.too_many),
            button("server_error", words.server_error),
            button("html_page", words.html_page),
            button("slow", words.slow),
            button("reset_before", words.reset_before),
            button("reset_after", words.reset_after),
            rates,
        ],
        updates: vec![
            button("doubled", words.doubled),
            button("lost_answer", words.lost_answer),
            button("late", words.late),
            button("lost", words.lost),
        ],
        bots,
        frame: &frame,
    };
    render(StatusCode::OK, &page)
}

#[derive(Deserialize)]
pub(super) struct Pressed {
    what: String,
    bot: i64,
}

/// `POST /trouble`.
pub(super) async fn press(core: web::Data<Arc<Core>>, request: HttpRequest, form: web::Form<Pressed>) -> HttpResponse {
    if !is_own(&request) {
        return HttpResponse::Forbidden().finish();
    }
    let faults = &core.faults;
    match form.what.as_str() {
        "too_many" => faults.next("*", 3, Fault::TooMany { retry_after: 5 }),
        "server_error" => faults.next("*", 1, Fault::ServerError { code: 500 }),
        "html_page" => faults.next("*", 1, Fault::HtmlPage { code: 502 }),
        "slow" => faults.next("*", 1, Fault::Slow { millis: 10_000 }),
        "reset_before" => faults.next("*", 1, Fault::ResetBefore),
        "reset_after" => faults.next("*", 1, Fault::ResetAfter),
        "doubled" => faults.next_updates(1, UpdateFault::Doubled),
        "lost_answer" => faults.next_updates(1, UpdateFault::LostAnswer),
        "late" => faults.next_updates(1, UpdateFault::Late),
        "lost" => faults.next_updates(1, UpdateFault::Lost),
        "hijack" => core.change(|state| state.hijack(form.bot, "https://another-service.example/telegram")),
        "revoke" => core.change(|state| state.revoke(form.bot)),
        "renew" => drop(core.change(|state| state.renew(form.bot))),
        "rates_on" => core.change(|state| state.rates.on = true),
        "rates_off" => core.change(|state| state.rates.on = false),
        "mend" => faults.clear(),
        _ => return HttpResponse::BadRequest().finish(),
    }
    core.touch();
    let back = Frame::of(&request).link("/trouble");
    HttpResponse::SeeOther().insert_header((header::LOCATION, back)).finish()
}
