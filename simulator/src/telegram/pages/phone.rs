//! The customer's phone: one person's chat with one bot.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use askama::Template;
use serde::Serialize;
use serde_json::Value;

use super::{
    Frame, bubble, missing, render,
    strings::{Words, fill},
};
use crate::telegram::{
    core::Core,
    state::{Place, State},
};

/// Milliseconds for which typing is shown.
const TYPING: i64 = 5_000;

/// One message of the page.
#[derive(Debug, Serialize)]
struct Row {
    id: i64,
    html: String,
}

/// A button of a bot's keyboard below the input field.
#[derive(Debug, Serialize)]
struct Key {
    text: String,
    asks_contact: bool,
}

/// The parts of the page that change.
#[derive(Debug, Serialize)]
struct Rows {
    messages: Vec<Row>,
    keys: Vec<Key>,
    typing: String,
    notice: String,
    is_blocked: bool,
    is_started: bool,
}

#[derive(Template)]
#[template(path = "phone.html")]
struct PhonePage<'a> {
    frame: &'a Frame,
    person: i64,
    bot: i64,
    person_name: String,
    bot_name: String,
    bot_username: String,
    rows_href: String,
    back: String,
    rows: Rows,
    samples: Vec<(&'static str, &'static str)>,
    devices: Vec<(&'static str, &'static str, &'static str)>,
    emoji: [&'static str; 16],
}

const EMOJI: [&str; 16] =
    ["😀", "😂", "😊", "😍", "😎", "🤔", "😢", "😡", "👍", "👎", "🙏", "👋", "❤️", "🔥", "🎉", "✅"];

fn samples(words: &'static Words) -> Vec<(&'static str, &'static str)> {
    vec![
        ("photo", words.picture),
        ("album", words.album),
        ("video", words.video),
        ("video_note", words.round_video),
        ("animation", words.gif),
        ("voice", words.voice),
        ("audio", words.audio),
        ("document", words.document),
        ("sticker", words.sticker),
        ("live_photo", words.live_photo),
        ("poll", words.poll),
        ("dice", words.dice),
    ]
}

fn devices(words: &'static Words) -> Vec<(&'static str, &'static str, &'static str)> {
    vec![
        ("photo", "image/*", words.picture),
        ("video", "video/mp4", words.video),
        ("voice", "audio/*", words.voice),
        ("document", "", words.document),
    ]
}

fn rows_of(state: &State, words: &'static Words, person: i64, bot: i64, now: i64) -> Option<Rows> {
    let known = state.bots.get(&bot)?;
    state.people.get(&person)?;
    let place = Place::Private { bot, person };
    let chat = state.chats.get(&place);
    let stage = bubble::Stage { state, words, person, bot, place: &place };
    let mut before = None;
    let mut messages = Vec::new();
    for message in chat.map(|chat| chat.messages.as_slice()).unwrap_or_default() {
        if !message.is_deleted {
            messages.push(Row { id: message.id, html: bubble::html(&stage, message, before) });
            before = Some(message);
        }
    }
    let action =
        known.actions.iter().rfind(|(chat, ..)| *chat == person).filter(|(_, _, at)| *at > 0 && now - at < TYPING);
    let typing = match action.map(|(_, action, _)| action.as_str()) {
        None => String::new(),
        Some("typing") => fill(words.typing, "who", &known.name),
        Some(_) => fill(words.sending, "who", &known.name),
    };
    let notice = known.answers.last().filter(|answer| !answer.text.is_empty());
    Some(Rows {
        messages,
        keys: chat.and_then(|chat| chat.keyboard.as_ref()).map(keys).unwrap_or_default(),
        typing,
        notice: notice.map(|one| fill(&fill(words.notice, "bot", &known.name), "what", &one.text)).unwrap_or_default(),
        is_blocked: known.blocked.contains(&person),
        is_started: known.started.contains(&person),
    })
}

fn keys(keyboard: &Value) -> Vec<Key> {
    let rows = keyboard["keyboard"].as_array().into_iter().flatten();
    rows.filter_map(Value::as_array)
        .flatten()
        .map(|key| Key {
            text: key["text"].as_str().unwrap_or_default().to_owned(),
            asks_contact: key["request_contact"].as_bool() == Some(true),
        })
        .collect()
}

/// `GET /phone/{person}/{bot}`.
pub(super) async fn show(
    core: web::Data<Arc<Core>>,
    request: HttpRequest,
    path: web::Path<(i64, i64)>,
) -> HttpResponse {
    let frame = Frame::of(&request);
    let (person, bot) = path.into_inner();
    let words = frame.words;
    let now = core.millis();
    let found = core.read(|state| {
        let rows = rows_of(state, words, person, bot, now)?;
        let (known, owner) = (state.bots.get(&bot)?, state.people.get(&person)?);
        Some((rows, known.name.clone(), known.username.clone(), owner.name()))
    });
    let Some((rows, bot_name, bot_username, person_name)) = found else {
        return missing(&frame);
    };
    let page = PhonePage {
        person,
        bot,
        person_name,
        bot_name,
        bot_username,
        rows_href: format!("/phone/{person}/{bot}/rows?lang={}", words.code),
        back: frame.link("/phone"),
        rows,
        samples: samples(words),
        devices: devices(words),
        emoji: EMOJI,
        frame: &frame,
    };
    render(StatusCode::OK, &page)
}

/// `GET /phone/{person}/{bot}/rows`.
pub(super) async fn rows(
    core: web::Data<Arc<Core>>,
    request: HttpRequest,
    path: web::Path<(i64, i64)>,
) -> HttpResponse {
    let frame = Frame::of(&request);
    let now = core.millis();
    match core.read(|state| rows_of(state, frame.words, path.0, path.1, now)) {
        Some(rows) => HttpResponse::Ok().json(rows),
        None => HttpResponse::NotFound().finish(),
    }
}
