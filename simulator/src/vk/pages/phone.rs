//! The customer's phone: one person's dialogue with one community, and the comments on its posts.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde_json::{Value, json};

use super::{render, words::Words};
use crate::old;
use crate::vk::{
    core::Core,
    show,
    state::{Message, State},
    view::{ButtonView, MessageView},
};

/// Milliseconds for which typing is shown.
const TYPING: i64 = 10_000;

/// Reactions by their numbers.
const REACTIONS: [&str; 16] =
    ["❤", "🔥", "😂", "👍", "💩", "❓", "😭", "😡", "👎", "👌", "😃", "🤔", "🙏", "😘", "😍", "🎉"];

struct Line {
    href: String,
    name: String,
    about: String,
}

#[derive(Template)]
#[template(path = "vk_list.html")]
struct ListPage {
    words: &'static Words,
    lines: Vec<Line>,
}

/// A file of a message: how it is rendered, its address, its name.
struct File {
    drawn: &'static str,
    href: String,
    name: String,
}

#[derive(Template)]
#[template(path = "vk_bubble.html")]
struct Bubble {
    words: &'static Words,
    cmid: i64,
    is_mine: bool,
    quote: Option<String>,
    text: String,
    files: Vec<File>,
    map: Option<String>,
    buttons: Vec<Vec<ButtonView>>,
    reactions: Vec<&'static str>,
    is_edited: bool,
    clock: String,
}

#[derive(Template)]
#[template(path = "vk_phone.html")]
struct PhonePage {
    words: &'static Words,
    person: i64,
    community: i64,
    person_name: String,
    community_name: String,
    rows: Vec<String>,
    comments: Vec<(String, String)>,
    typing: bool,
}

/// `GET /phone`.
pub(super) async fn list(core: web::Data<Arc<Core>>, request: HttpRequest) -> HttpResponse {
    let words: &'static Words = old::words(&request);
    let lines = core.read(|state| {
        let pairs = state.people.values().flat_map(|one| state.communities.values().map(move |two| (one, two)));
        let line = |(person, community): (&crate::vk::state::Person, &crate::vk::state::Community)| Line {
            href: format!("/phone/{}/{}?lang={}", person.id, community.id, words.code),
            name: person.name(),
            about: community.name.clone(),
        };
        pairs.map(line).collect()
    });
    render(&ListPage { words, lines })
}

fn bubble(state: &State, words: &'static Words, (person, community): (i64, i64), message: &Message) -> String {
    let view = MessageView::of(state, community, person, message);
    let quoted = view.reply_to.and_then(|cmid| state.dialogues.get(&(community, person))?.by_cmid(cmid));
    let geo = &view.json["geo"]["coordinates"];
    let map = geo["latitude"].as_f64().zip(geo["longitude"].as_f64());
    let date = chrono::DateTime::from_timestamp(message.date, 0).unwrap_or_default();
    let page = Bubble {
        words,
        cmid: message.cmid,
        is_mine: message.from_id == person,
        quote: quoted.map(|one| one.text.clone()),
        text: message.text.clone(),
        files: message.attachments.iter().map(|one| file(state, one)).collect(),
        map: map.map(|(latitude, longitude)| format!("https://vk.com/maps?ll={longitude}%2C{latitude}")),
        buttons: view.buttons,
        reactions: view
            .reactions
            .iter()
            .filter_map(|(_, id)| REACTIONS.get(usize::try_from(id - 1).ok()?))
            .copied()
            .collect(),
        is_edited: view.is_edited,
        clock: date.format("%H:%M").to_string(),
    };
    page.render().unwrap_or_default()
}

fn file(state: &State, attachment: &Value) -> File {
    let kind = attachment["type"].as_str().unwrap_or_default();
    let sticker = attachment["sticker"]["images"][1]["url"].as_str();
    let stored = show::key_of(attachment).and_then(|key| Some((key, state.files.stored.get(key)?)));
    let href = match (sticker, &stored) {
        (Some(url), _) => url.strip_prefix(state.files.base.as_str()).unwrap_or(url).to_owned(),
        (None, Some((key, file))) => format!("/files/{key}/{}", file.name.replace(['/', '?', '#', '%'], "_")),
        (None, None) => String::new(),
    };
    let drawn = match kind {
        "photo" | "graffiti" | "sticker" => "picture",
        "audio_message" => "sound",
        _ => "file",
    };
    let name = stored.map_or_else(|| kind.to_owned(), |(_, file)| file.name.clone());
    File { drawn, href, name }
}

fn page(state: &State, words: &'static Words, person: i64, community: i64, now: i64) -> Option<PhonePage> {
    let (owner, known) = (state.people.get(&person)?, state.communities.get(&community)?);
    let messages = state.dialogues.get(&(community, person)).map(|one| one.messages.as_slice()).unwrap_or_default();
    let shown = messages.iter().filter(|one| !one.is_deleted);
    let author = |id: i64| state.people.get(&id).map_or_else(|| known.name.clone(), |one| one.name());
    let comments = state.comments.iter().filter(|one| one.community == community && !one.is_deleted);
    let typing = known.activities.iter().rfind(|(peer, ..)| *peer == person);
    Some(PhonePage {
        words,
        person,
        community,
        person_name: owner.name(),
        community_name: known.name.clone(),
        rows: shown.map(|one| bubble(state, words, (person, community), one)).collect(),
        comments: comments.map(|one| (author(one.from_id), one.text.clone())).collect(),
        typing: typing.is_some_and(|(_, _, at)| now - at < TYPING),
    })
}

/// `GET /phone/{person}/{community}`.
pub(super) async fn show(
    core: web::Data<Arc<Core>>,
    request: HttpRequest,
    path: web::Path<(i64, i64)>,
) -> HttpResponse {
    let now = core.millis();
    match core.read(|state| page(state, old::words(&request), path.0, path.1, now)) {
        Some(page) => render(&page),
        None => HttpResponse::NotFound().finish(),
    }
}

/// `GET /phone/{person}/{community}/rows`: the parts that change.
pub(super) async fn rows(
    core: web::Data<Arc<Core>>,
    request: HttpRequest,
    path: web::Path<(i64, i64)>,
) -> HttpResponse {
    let now = core.millis();
    match core.read(|state| page(state, old::words(&request), path.0, path.1, now)) {
        Some(page) => {
            HttpResponse::Ok().json(json!({"rows": page.rows, "comments": page.comments, "typing": page.typing}))
        }
        None => HttpResponse::NotFound().finish(),
    }
}
