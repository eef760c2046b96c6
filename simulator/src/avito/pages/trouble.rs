//! Fault injection by buttons.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use askama::Template;
use serde::Deserialize;

use super::{
    Frame, back_to, is_own, render,
    words::{Words, fill},
};
use crate::avito::{
    core::Core,
    faults::{Fault, PostFault},
    state::Seller,
};

/// A button: its action, its seller, its text.
struct Button {
    what: &'static str,
    seller: i64,
    words: &'static str,
}

/// Facts about a seller.
struct Facts {
    title: String,
    hooks: Vec<String>,
    buttons: Vec<Button>,
}

#[derive(Template)]
#[template(path = "avito/trouble.html")]
struct TroublePage<'a> {
    frame: &'a Frame,
    back: String,
    target: String,
    broken: Vec<String>,
    groups: Vec<(&'static str, Vec<Button>)>,
    sellers: Vec<Facts>,
}

fn facts(seller: &Seller, words: &'static Words) -> Facts {
    let button = |what, words| Button { what, seller: seller.id, words };
    let level =
        if seller.has_level { button("level_off", words.level_off) } else { button("level_on", words.level_on) };
    Facts {
        title: fill(words.hooks, "who", &seller.name),
        hooks: seller.hooks.clone(),
        buttons: vec![level, button("revoke", words.revoke), button("drop_hooks", words.drop_hooks)],
    }
}

/// `GET /trouble`.
pub(super) async fn show(core: web::Data<Arc<Core>>, request: HttpRequest) -> HttpResponse {
    let frame = Frame::of(&request);
    let words = frame.words;
    let button = |what, words| Button { what, seller: 0, words };
    let calls = vec![
        button("too_many", words.too_many),
        button("server_error", words.server_error),
        button("html_page", words.html_page),
        button("slow", words.slow),
        button("reset_before", words.reset_before),
        button("reset_after", words.reset_after),
    ];
    let posts = vec![
        button("doubled", words.doubled),
        button("lost_answer", words.lost_answer),
        button("late", words.late),
        button("lost", words.lost),
    ];
    let page = TroublePage {
        back: frame.link("/phone"),
        target: frame.link("/trouble"),
        broken: core.faults.describe(),
        groups: vec![(words.calls, calls), (words.posts, posts)],
        sellers: core.read(|state| state.sellers.values().map(|seller| facts(seller, words)).collect()),
        frame: &frame,
    };
    render(StatusCode::OK, &page)
}

#[derive(Deserialize)]
pub(super) struct Pressed {
    what: String,
    seller: i64,
}

/// `POST /trouble`.
pub(super) async fn press(core: web::Data<Arc<Core>>, request: HttpRequest, form: web::Form<Pressed>) -> HttpResponse {
    if !is_own(&request) {
        return HttpResponse::Forbidden().finish();
    }
    let (faults, seller) = (&core.faults, form.seller);
    match form.what.as_str() {
        "too_many" => faults.next("*", 3, Fault::TooMany { retry_after: 5 }),
        "server_error" => faults.next("*", 1, Fault::ServerError { code: 500 }),
        "html_page" => faults.next("*", 1, Fault::HtmlPage { code: 502 }),
        "slow" => faults.next("*", 1, Fault::Slow { millis: 10_000 }),
        "reset_before" => faults.next("*", 1, Fault::ResetBefore),
        "reset_after" => faults.next("*", 1, Fault::ResetAfter),
        "doubled" => faults.next_posts(1, PostFault::Doubled),
        "lost_answer" => faults.next_posts(1, PostFault::LostAnswer),
        "late" => faults.next_posts(1, PostFault::Late),
        "lost" => faults.next_posts(1, PostFault::Lost),
        "level_off" => core.change(|state| state.set_level(seller, false)),
        "level_on" => core.change(|state| state.set_level(seller, true)),
        "revoke" => core.change(|state| state.revoke(seller, true)),
        "drop_hooks" => core.change(|state| {
            if let Some(seller) = state.sellers.get_mut(&seller) {
                seller.hooks.clear();
            }
        }),
        "mend" => faults.clear(),
        _ => return HttpResponse::BadRequest().finish(),
    }
    core.touch();
    back_to(&Frame::of(&request), "/trouble")
}
