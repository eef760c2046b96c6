//! Renders a message as shown on a phone.

use askama::Template;

use super::{
    keys::{self, Key},
    strings::{Words, fill},
};
use crate::whatsapp::state::{By, Media, Message, State};

/// How a file is rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Drawn {
    Picture,
    Film,
    Sound,
    Sticker,
    File,
}

/// A file of a message.
struct Shown {
    drawn: Drawn,
    href: String,
    words: String,
}

#[derive(Template)]
#[template(path = "whatsapp/bubble.html")]
struct Bubble<'a> {
    words: &'static Words,
    at: usize,
    wamid: &'a str,
    kind: &'a str,
    is_mine: bool,
    is_revoked: bool,
    /// The label "forwarded" or "from the phone app".
    tag: String,
    quote: Option<(Option<usize>, String)>,
    header: String,
    media: Option<Shown>,
    is_voice: bool,
    /// The kind as text, if it is neither text nor a file.
    description: String,
    map: Option<String>,
    plain: &'a str,
    footer: String,
    keys: Vec<Key>,
    reactions: Vec<(String, bool)>,
    own_reaction: String,
    moment: String,
    clock: String,
    is_edited: bool,
    is_read: bool,
    can_edit: bool,
}

/// Characters shown of a quoted message.
const QUOTED: usize = 80;

/// Emoji offered for reactions.
pub(super) const OFFERED: [&str; 6] = ["👍", "❤️", "😂", "😮", "😢", "🙏"];

/// A message's HTML; `at` is its index in the chat.
pub(super) fn html(
    state: &State,
    words: &'static Words,
    (person, phone): (i64, &str),
    (at, message): (usize, &Message),
) -> String {
    let is_mine = message.by == By::Customer;
    let date = chrono::DateTime::from_timestamp(message.at, 0).unwrap_or_default();
    let chat = state.chat(phone, person);
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let shown = &message.body["shown"];
    let media = message.media.as_ref().and_then(|id| state.media.get(id)).map(|media| {
        let name = message.body["filename"].as_str().map(str::to_owned).or_else(|| media.name.clone());
        self::media(message, media, (person, phone), words, name)
    });
    let quote = message.quoted.as_ref().map(|id| {
        let place = chat.and_then(|chat| chat.messages.iter().position(|one| one.id == *id));
        let quoted = place.and_then(|at| chat?.messages.get(at));
        (place, quoted.map_or_else(|| "…".to_owned(), |one| short(one, words)))
    });
    Bubble {
        words,
        at,
        wamid: &message.id,
        kind: &message.kind,
        is_mine,
        is_revoked: message.is_revoked,
        tag: tag(message, words),
        quote,
        header: text(&message.body["header"]["text"]) + &text(&shown["header"]),
        description: if media.is_some() { String::new() } else { described(message, words) },
        media,
        is_voice: message.body["voice"] == true,
        map: map(message),
        plain: &message.text,
        footer: text(&message.body["footer"]["text"]) + &text(&shown["footer"]),
        keys: if is_mine { Vec::new() } else { keys::of(message, words) },
        reactions: message.reactions.iter().map(|(by, emoji)| (emoji.clone(), *by == By::Customer)).collect(),
        own_reaction: message.reactions.get(&By::Customer).cloned().unwrap_or_default(),
        moment: date.to_rfc3339(),
        clock: date.format("%H:%M").to_string(),
        is_edited: message.is_edited,
        is_read: message.is_read,
        can_edit: is_mine && ["text", "image", "video", "document"].contains(&message.kind.as_str()),
    }
    .render()
    .unwrap_or_default()
}

fn tag(message: &Message, words: &'static Words) -> String {
    let context = message.more.get("context");
    let is = |key: &str| context.is_some_and(|context| context[key] == true);
    match () {
        () if is("frequently_forwarded") => words.forwarded_often.to_owned(),
        () if is("forwarded") => words.forwarded.to_owned(),
        () if message.by == By::Owner => words.from_app.to_owned(),
        () => String::new(),
    }
}

/// A short text of a message, for quotes.
fn short(message: &Message, words: &'static Words) -> String {
    if message.text.is_empty() {
        return kind_words(&message.kind, words).to_owned();
    }
    let mut short: String = message.text.chars().take(QUOTED).collect();
    if short.len() < message.text.len() {
        short.push('…');
    }
    short
}

fn kind_words(kind: &str, words: &'static Words) -> &'static str {
    match kind {
        "image" => words.picture,
        "video" => words.video,
        "audio" => words.audio,
        "sticker" => words.sticker,
        "location" => words.location,
        "contacts" => words.contact,
        "order" => words.order,
        _ => words.document,
    }
}

fn media(
    message: &Message,
    media: &Media,
    (person, phone): (i64, &str),
    words: &'static Words,
    name: Option<String>,
) -> Shown {
    let plain = media.mime.split(';').next().unwrap_or_default();
    let drawn = match (message.kind.as_str(), plain) {
        ("document", _) => Drawn::File,
        ("sticker", _) => Drawn::Sticker,
        (_, kind) if kind.starts_with("image/") => Drawn::Picture,
        (_, kind) if kind.starts_with("video/") => Drawn::Film,
        (_, kind) if kind.starts_with("audio/") => Drawn::Sound,
        _ => Drawn::File,
    };
    let is_voice = message.body["voice"] == true;
    let words = match drawn {
        Drawn::Picture => words.picture,
        Drawn::Film => words.video,
        Drawn::Sound if is_voice => words.voice,
        Drawn::Sound => words.audio,
        Drawn::Sticker => words.sticker,
        Drawn::File => words.file_without_name,
    };
    let words = name.filter(|_| drawn == Drawn::File).unwrap_or_else(|| words.to_owned());
    Shown { drawn, href: format!("/phone/{person}/{phone}/files/{}", media.id), words }
}

/// The phone's text for a message that is neither text nor a file.
fn described(message: &Message, words: &'static Words) -> String {
    match message.kind.as_str() {
        "text" | "interactive" | "template" | "button" => String::new(),
        "location" => format!("📍 {}", words.location),
        "contacts" => format!("👤 {}", words.contact),
        "order" => format!("🛒 {}", words.order),
        "image" | "video" | "audio" | "document" | "sticker" => words.lost.to_owned(),
        other => fill(words.unknown_kind, "what", other),
    }
}

fn map(message: &Message) -> Option<String> {
    let number = |name: &str| message.body.get(name).filter(|one| one.is_number() || one.is_string());
    let (latitude, longitude) = (number("latitude")?, number("longitude")?);
    let plain = |value: &serde_json::Value| value.to_string().replace('"', "");
    Some(format!("https://maps.google.com/maps?q={},{}", plain(latitude), plain(longitude)))
}
