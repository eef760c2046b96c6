//! The customer's phone: one person's chat with one number.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use askama::Template;
use serde::Serialize;

use super::{
    Frame, bubble, missing, render,
    strings::{Words, fill},
};
use crate::whatsapp::{
    core::Core,
    state::{By, Message, State, Status},
};

/// One message of the page.
#[derive(Debug, Serialize)]
struct Row {
    id: usize,
    html: String,
}

/// The parts of the page that change.
#[derive(Debug, Serialize)]
struct Rows {
    messages: Vec<Row>,
    typing: String,
    is_blocked: bool,
    is_stopped: bool,
    is_off: bool,
    /// Whether a delivered message has not been looked at.
    is_unread: bool,
}

#[derive(Template)]
#[template(path = "whatsapp/phone.html")]
struct PhonePage<'a> {
    frame: &'a Frame,
    person: i64,
    phone: String,
    person_name: String,
    phone_name: String,
    display: String,
    rows_href: String,
    back: String,
    rows: Rows,
    samples: Vec<(&'static str, &'static str)>,
    devices: Vec<(&'static str, &'static str, &'static str)>,
}

fn samples(words: &'static Words) -> Vec<(&'static str, &'static str)> {
    vec![
        ("image", words.picture),
        ("video", words.video),
        ("voice", words.voice),
        ("audio", words.audio),
        ("document", words.document),
        ("sticker", words.sticker),
        ("poll", words.poll),
    ]
}

fn devices(words: &'static Words) -> Vec<(&'static str, &'static str, &'static str)> {
    vec![
        ("image", "image/jpeg,image/png", words.picture),
        ("video", "video/mp4", words.video),
        ("voice", "audio/ogg", words.voice),
        ("document", "", words.document),
    ]
}

/// Whether the message has arrived on the customer's phone.
fn is_here(message: &Message) -> bool {
    message.kind != "reaction" && (message.by != By::Business || message.status >= Some(Status::Delivered))
}

fn rows_of(state: &State, words: &'static Words, person: i64, phone: &str) -> Option<Rows> {
    let (known, number) = (state.people.get(&person)?, state.phones.get(phone)?);
    let chat = state.chat(phone, person);
    let all = chat.map(|chat| chat.messages.as_slice()).unwrap_or_default();
    let here = || all.iter().enumerate().filter(|(_, one)| is_here(one));
    let is_typing = chat.is_some_and(|chat| chat.typing_until > state.now);
    Some(Rows {
        messages: here()
            .map(|(at, one)| Row { id: at, html: bubble::html(state, words, (person, phone), (at, one)) })
            .collect(),
        typing: if is_typing { fill(words.typing, "who", &number.name) } else { String::new() },
        is_blocked: chat.is_some_and(|chat| chat.is_blocked),
        is_stopped: chat.is_some_and(|chat| chat.is_stopped),
        is_off: known.is_off,
        is_unread: here().any(|(_, one)| one.by != By::Customer && !one.is_read),
    })
}

/// `GET /phone/{person}/{phone}`.
pub(super) async fn show(
    core: web::Data<Arc<Core>>,
    request: HttpRequest,
    path: web::Path<(i64, String)>,
) -> HttpResponse {
    let frame = Frame::of(&request);
    let (person, phone) = path.into_inner();
    let words = frame.words;
    let found = core.read(|state| {
        let rows = rows_of(state, words, person, &phone)?;
        let number = state.phones.get(&phone)?;
        Some((rows, number.name.clone(), number.display.clone(), state.people.get(&person)?.shown_name()))
    });
    let Some((rows, phone_name, display, person_name)) = found else {
        return missing(&frame);
    };
    let page = PhonePage {
        person,
        rows_href: format!("/phone/{person}/{phone}/rows?lang={}", words.code),
        phone,
        person_name,
        phone_name,
        display,
        back: frame.link("/phone"),
        rows,
        samples: samples(words),
        devices: devices(words),
        frame: &frame,
    };
    render(StatusCode::OK, &page)
}

/// `GET /phone/{person}/{phone}/rows`.
pub(super) async fn rows(
    core: web::Data<Arc<Core>>,
    request: HttpRequest,
    path: web::Path<(i64, String)>,
) -> HttpResponse {
    let frame = Frame::of(&request);
    match core.read(|state| rows_of(state, frame.words, path.0, &path.1)) {
        Some(rows) => HttpResponse::Ok().json(rows),
        None => HttpResponse::NotFound().finish(),
    }
}
