//! The customer's phone: one person's dialog with one bot, and a list of all dialogs.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, http::header, web};
use askama::Template;
use serde::Deserialize;

use super::{is_own, words};
use crate::kit::{self, render};
use crate::max::act::{self, Act, Content, File, Place};
use crate::max::core::Core;
use crate::max::state::State;
use crate::max::view::{ButtonView, MessageView};

/// Milliseconds for which typing is shown.
const TYPING: i64 = 5_000;

/// A line of the list.
struct Line {
    href: String,
    person: String,
    bot: String,
}

#[derive(Template)]
#[template(path = "max_list.html")]
struct ListPage {
    words: &'static words::Words,
    lines: Vec<Line>,
}

/// A message of the dialog.
struct Row {
    mid: String,
    is_mine: bool,
    text: String,
    quote: String,
    files: Vec<(String, String, String)>,
    /// Attachments other than files, as text.
    others: Vec<String>,
    buttons: Vec<Vec<ButtonView>>,
    is_edited: bool,
}

#[derive(Template)]
#[template(path = "max_phone.html")]
struct PhonePage {
    words: &'static words::Words,
    person: String,
    bot: String,
    username: String,
    rows: Vec<Row>,
    is_typing: bool,
    is_started: bool,
    notice: String,
    refusal: String,
}

/// A form of the page.
#[derive(Deserialize)]
pub(super) struct Form {
    #[serde(rename = "do")]
    what: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    payload: String,
}

/// `GET /phone`.
pub(super) async fn list(core: web::Data<Arc<Core>>, request: HttpRequest) -> HttpResponse {
    let words: &'static words::Words = kit::words(&request);
    let lines = core.read(|state| {
        let pairs = state.people.values().flat_map(|person| state.bots.values().map(move |bot| (person, bot)));
        let line = pairs.map(|(person, bot)| Line {
            href: format!("/phone/{}/{}?lang={}", person.id, bot.id, words.code),
            person: person.name(),
            bot: bot.name.clone(),
        });
        line.collect()
    });
    render(StatusCode::OK, &ListPage { words, lines })
}

fn row(state: &State, message: &MessageView, person: i64) -> Row {
    let quoted = message.link.as_ref().and_then(|(_, mid)| state.message(mid));
    let url = |one: &serde_json::Value| one["payload"]["url"].as_str().unwrap_or_default().to_owned();
    let attachments = message.json["body"]["attachments"].as_array().cloned().unwrap_or_default();
    let files = attachments.iter().zip(&message.files);
    let others = attachments.iter().skip(message.files.len()).filter_map(|one| match one["type"].as_str()? {
        "location" => Some(format!("📍 {}, {}", one["latitude"], one["longitude"])),
        "contact" => Some(card(one["payload"]["vcf_info"].as_str().unwrap_or_default())),
        "share" => Some(format!("🔗 {}", one["payload"]["url"].as_str().unwrap_or_default())),
        "sticker" => Some("🖼".to_owned()),
        "inline_keyboard" => None,
        other => Some(other.to_owned()),
    });
    Row {
        mid: message.mid.clone(),
        is_mine: message.sender == Some(person),
        text: message.text.clone(),
        quote: quoted.and_then(|quoted| quoted.text.clone()).unwrap_or_default(),
        files: files.map(|(one, file)| (file.kind.to_owned(), local(&url(one)), file.name.clone())).collect(),
        others: others.collect(),
        buttons: message.buttons.clone(),
        is_edited: message.is_edited,
    }
}

/// A contact's name and number from its vCard.
fn card(vcard: &str) -> String {
    let value = |name: &str| {
        let line = vcard.lines().find(|line| line.starts_with(name));
        line.and_then(|line| line.split_once(':')).map(|(_, value)| value.trim()).unwrap_or_default()
    };
    format!("👤 {} {}", value("FN"), value("TEL"))
}

/// The page's own address for a file.
fn local(url: &str) -> String {
    url.find("/files/").and_then(|at| url.get(at..)).unwrap_or_default().to_owned()
}

fn phone(core: &Core, words: &'static words::Words, who: i64, bot: i64, refusal: String) -> Option<PhonePage> {
    let now = core.millis();
    let chat = core.read(|state| state.dialogs.get(&(bot, who)).copied());
    core.read(|state| {
        let (person, known) = (state.people.get(&who)?, state.bots.get(&bot)?);
        let of_dialog = state.messages.iter().filter(|one| Some(one.chat) == chat && !one.is_removed);
        let rows = of_dialog.map(|one| row(state, &MessageView::of(state, one), who)).collect();
        let is_typing = known
            .actions
            .iter()
            .any(|(at, action, when)| Some(*at) == chat && action != "mark_seen" && now - when < TYPING);
        Some(PhonePage {
            words,
            person: person.name(),
            bot: known.name.clone(),
            username: known.username.clone(),
            rows,
            is_typing,
            is_started: known.started.contains(&who),
            notice: known.answers.last().map(|answer| answer.notification.clone()).unwrap_or_default(),
            refusal,
        })
    })
}

/// `GET /phone/{person}/{bot}`.
pub(super) async fn show(
    core: web::Data<Arc<Core>>,
    request: HttpRequest,
    path: web::Path<(i64, i64)>,
) -> HttpResponse {
    let (person, bot) = path.into_inner();
    match phone(&core, kit::words(&request), person, bot, String::new()) {
        Some(found) => render(StatusCode::OK, &found),
        None => HttpResponse::NotFound().finish(),
    }
}

fn act_of(form: Form, who: i64, bot: i64) -> Option<Act> {
    let Form { what, text, message, payload } = form;
    let send = |contents| Act::Send { who, to: Place::Bot(bot), text, contents, reply_to: None, forward: None };
    Some(match what.as_str() {
        "start" => Act::Start { who, bot, payload: None },
        "stop" => Act::Stop { who, bot },
        "press" => Act::Press { who, message, payload },
        "remove" => Act::Remove { who, message },
        "text" => send(Vec::new()),
        "image" => send(vec![Content::Image { file: File::default() }]),
        "video" => send(vec![Content::Video { file: File::default() }]),
        "audio" => send(vec![Content::Audio { file: File::default() }]),
        "file" => send(vec![Content::File { file: File::default() }]),
        "sticker" => send(vec![Content::Sticker]),
        "location" => send(vec![Content::Location { latitude: 55.7522, longitude: 37.6156 }]),
        "contact" => send(vec![Content::OwnContact]),
        _ => return None,
    })
}

/// `POST /phone/{person}/{bot}`: handles a form, then redirects back to the page.
pub(super) async fn press(
    core: web::Data<Arc<Core>>,
    request: HttpRequest,
    path: web::Path<(i64, i64)>,
    form: web::Form<Form>,
) -> HttpResponse {
    if !is_own(&request) {
        return HttpResponse::Forbidden().finish();
    }
    let (person, bot) = path.into_inner();
    let words: &'static words::Words = kit::words(&request);
    let Some(act) = act_of(form.into_inner(), person, bot) else { return HttpResponse::BadRequest().finish() };
    match act::perform(&core, act) {
        Ok(_) => HttpResponse::SeeOther()
            .insert_header((header::LOCATION, format!("/phone/{person}/{bot}?lang={}", words.code)))
            .finish(),
        Err(error) => match phone(&core, words, person, bot, format!("{error:#}")) {
            Some(found) => render(StatusCode::UNPROCESSABLE_ENTITY, &found),
            None => HttpResponse::NotFound().finish(),
        },
    }
}
