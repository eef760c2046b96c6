//! The list of phones: every buyer with every advert, and with every seller's profile.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use askama::Template;

use super::{Frame, render, words::fill};
use crate::avito::{core::Core, state::State};

/// One chat of one phone.
struct Line {
    href: String,
    words: String,
    letter: String,
    last: String,
}

#[derive(Template)]
#[template(path = "avito/list.html")]
struct ListPage<'a> {
    frame: &'a Frame,
    lines: Vec<Line>,
    troubles: String,
    is_broken: bool,
}

fn lines(state: &State, frame: &Frame) -> Vec<Line> {
    let mut all = Vec::new();
    for buyer in state.buyers.values() {
        let letter: String = buyer.name.chars().next().map(String::from).unwrap_or_default();
        let mut line = |place: String, words: &str, what: &str, item: Option<i64>, seller: i64| {
            let found =
                state.chats.values().find(|chat| (chat.buyer, chat.item, chat.seller) == (buyer.id, item, seller));
            let last = found.and_then(|chat| chat.messages.last()).and_then(|message| message.content["text"].as_str());
            all.push(Line {
                href: frame.link(&format!("/phone/{}/{place}", buyer.id)),
                words: fill(&fill(words, "who", &buyer.name), "what", what),
                letter: letter.clone(),
                last: last.unwrap_or_default().to_owned(),
            });
        };
        for item in state.items.values() {
            line(item.id.to_string(), frame.words.about, &item.title, Some(item.id), item.seller);
        }
        for seller in state.sellers.values() {
            line(format!("s{}", seller.id), frame.words.profile, &seller.name, None, seller.id);
        }
    }
    all
}

/// `GET /phone`.
pub(super) async fn show(core: web::Data<Arc<Core>>, request: HttpRequest) -> HttpResponse {
    let frame = Frame::of(&request);
    let lines = core.read(|state| lines(state, &frame));
    let troubles = frame.link("/trouble");
    render(StatusCode::OK, &ListPage { lines, troubles, is_broken: core.faults.left() > 0, frame: &frame })
}
