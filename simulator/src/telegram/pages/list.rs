//! The list of phones: every person with every bot.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use askama::Template;

use super::{Frame, render, strings::fill};
use crate::telegram::{
    core::Core,
    state::{Place, State},
};

/// One chat of one phone.
struct Line {
    href: String,
    words: String,
    letter: String,
    last: String,
}

#[derive(Template)]
#[template(path = "list.html")]
struct ChatListPage<'a> {
    frame: &'a Frame,
    lines: Vec<Line>,
    troubles: String,
    is_broken: bool,
}

fn lines(state: &State, frame: &Frame) -> Vec<Line> {
    let pairs = state.people.values().flat_map(|person| state.bots.values().map(move |bot| (person, bot)));
    pairs
        .map(|(person, bot)| {
            let chat = state.chats.get(&Place::Private { bot: bot.id, person: person.id });
            let last = chat.and_then(|chat| chat.messages.iter().rfind(|message| !message.is_deleted));
            let words = fill(frame.words.with_bot, "who", &person.name());
            Line {
                href: frame.link(&format!("/phone/{}/{}", person.id, bot.id)),
                words: fill(&words, "bot", &bot.name),
                letter: person.name().chars().next().map(String::from).unwrap_or_default(),
                last: last.map(|message| message.text().to_owned()).unwrap_or_default(),
            }
        })
        .collect()
}

/// `GET /phone`.
pub(super) async fn show(core: web::Data<Arc<Core>>, request: HttpRequest) -> HttpResponse {
    let frame = Frame::of(&request);
    let lines = core.read(|state| lines(state, &frame));
    let troubles = frame.link("/trouble");
    render(StatusCode::OK, &ChatListPage { lines, troubles, is_broken: core.faults.left() > 0, frame: &frame })
}
