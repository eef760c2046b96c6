//! The list of phones: every person with every number.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use askama::Template;

use super::{Frame, render, strings::fill};
use crate::whatsapp::{core::Core, state::State};

/// One chat of one phone.
struct Line {
    href: String,
    words: String,
    letter: String,
    last: String,
}

#[derive(Template)]
#[template(path = "whatsapp/list.html")]
struct ChatListPage<'a> {
    frame: &'a Frame,
    lines: Vec<Line>,
    reviews: String,
    troubles: String,
    is_broken: bool,
}

fn lines(state: &State, frame: &Frame) -> Vec<Line> {
    let people = state.people.values().filter(|person| !person.wa_id.is_empty());
    let pairs = people.flat_map(|person| state.phones.values().map(move |phone| (person, phone)));
    pairs
        .map(|(person, phone)| {
            let last = state.chat(&phone.id, person.id).and_then(|chat| chat.messages.last());
            let words = fill(frame.words.with_phone, "who", &person.shown_name());
            Line {
                href: frame.link(&format!("/phone/{}/{}", person.id, phone.id)),
                words: fill(&words, "phone", &phone.name),
                letter: person.shown_name().chars().next().map(String::from).unwrap_or_default(),
                last: last.map(|message| message.text.clone()).unwrap_or_default(),
            }
        })
        .collect()
}

/// `GET /phone`.
pub(super) async fn show(core: web::Data<Arc<Core>>, request: HttpRequest) -> HttpResponse {
    let frame = Frame::of(&request);
    let lines = core.read(|state| lines(state, &frame));
    let page = ChatListPage {
        lines,
        reviews: frame.link("/reviews"),
        troubles: frame.link("/trouble"),
        is_broken: core.faults.left() > 0,
        frame: &frame,
    };
    render(StatusCode::OK, &page)
}
