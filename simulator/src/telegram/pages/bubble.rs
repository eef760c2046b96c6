//! Renders a message as shown on a phone.

use askama::Template;
use serde_json::Value;

use super::strings::{Words, fill};
use crate::telegram::{
    detect,
    state::{Author, Message, Place, State},
    view::{ButtonView, MessageView},
};

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
struct Media {
    drawn: Drawn,
    href: String,
    words: String,
}

/// Text and its link.
struct Piece {
    text: String,
    href: Option<String>,
}

#[derive(Template)]
#[template(path = "bubble.html")]
struct Bubble<'a> {
    words: &'static Words,
    id: i64,
    kind: &'a str,
    is_mine: bool,
    is_service: bool,
    is_grouped: bool,
    forwarded: Option<String>,
    quote: Option<(i64, String)>,
    media: Option<Media>,
    /// The kind as text, if it is neither text nor a file.
    description: String,
    /// A map link of a location.
    map: Option<String>,
    pieces: Vec<Piece>,
    plain: &'a str,
    buttons: Vec<Vec<ButtonView>>,
    reactions: Vec<(String, bool)>,
    own_reaction: String,
    moment: String,
    clock: String,
    is_edited: bool,
    can_edit: bool,
}

/// Characters shown of a quoted message.
const QUOTED: usize = 80;

/// Emoji offered for reactions.
pub(super) const OFFERED: [&str; 6] = ["👍", "❤", "🔥", "😁", "😢", "🎉"];

/// The phone's chat, and who looks at it.
pub(super) struct Stage<'a> {
    pub(super) state: &'a State,
    pub(super) words: &'static Words,
    pub(super) person: i64,
    pub(super) bot: i64,
    pub(super) place: &'a Place,
}

/// A message's HTML; `before` is the message above it.
pub(super) fn html(stage: &Stage<'_>, message: &Message, before: Option<&Message>) -> String {
    let Stage { state, words, person, bot, place } = *stage;
    let view = MessageView::of(state, bot, place, message);
    let is_mine = message.author == Author::Person(person);
    let date = chrono::DateTime::from_timestamp(message.date, 0).unwrap_or_default();
    let quoted = message.reply_to.and_then(|id| state.message(place, id));
    let fragment = message.fields.get("quote").and_then(|quote| quote["text"].as_str());
    let album = |one: &Message| one.fields.get("media_group_id").cloned();
    let media = media(stage, message);
    let description = if media.is_some() { String::new() } else { described(message, words) };
    let own: Vec<String> =
        view.reactions.iter().filter(|(who, _)| *who == person).flat_map(|(_, set)| set.clone()).collect();
    Bubble {
        words,
        id: message.id,
        kind: &message.kind,
        is_mine,
        is_service: message.kind == "service",
        is_grouped: album(message).is_some() && before.and_then(album) == album(message),
        forwarded: message
            .fields
            .get("forward_origin")
            .map(|origin| fill(words.forwarded, "who", &origin_name(origin))),
        quote: quoted.map(|one| (one.id, fragment.map_or_else(|| short(one, words), str::to_owned))),
        media,
        description,
        map: map(message),
        pieces: pieces(message),
        plain: message.text(),
        buttons: view.buttons.clone(),
        reactions: view
            .reactions
            .iter()
            .flat_map(|(who, set)| set.iter().map(|emoji| (emoji.clone(), *who == person)))
            .collect(),
        own_reaction: own.first().cloned().unwrap_or_default(),
        moment: date.to_rfc3339(),
        clock: date.format("%H:%M").to_string(),
        is_edited: view.is_edited && message.fields.get("location").is_none(),
        can_edit: is_mine && ["text", "photo", "video", "document"].contains(&message.kind.as_str()),
    }
    .render()
    .unwrap_or_default()
}

/// A short text of a message, for quotes.
pub(super) fn short(message: &Message, words: &'static Words) -> String {
    let text = message.text();
    if text.is_empty() {
        return kind_words(&message.kind, words).to_owned();
    }
    let mut short: String = text.chars().take(QUOTED).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

fn kind_words(kind: &str, words: &'static Words) -> &'static str {
    match kind {
        "photo" => words.picture,
        "live_photo" => words.live_photo,
        "video" => words.video,
        "video_note" => words.round_video,
        "animation" => words.gif,
        "voice" => words.voice,
        "audio" => words.audio,
        "sticker" => words.sticker,
        "location" | "venue" => words.location,
        "contact" => words.contact,
        "poll" => words.poll,
        "dice" => words.dice,
        "checklist" => words.checklist,
        _ => words.document,
    }
}

fn media(stage: &Stage<'_>, message: &Message) -> Option<Media> {
    let unique = State::file_of(message)?;
    let stored = stage.state.files.get(unique)?;
    let drawn = match message.kind.as_str() {
        "photo" | "live_photo" => Drawn::Picture,
        "video" | "video_note" | "animation" => Drawn::Film,
        "voice" | "audio" => Drawn::Sound,
        "sticker" if stored.mime == "image/webp" => Drawn::Sticker,
        "document" | "sticker" => Drawn::File,
        _ => return None,
    };
    let kind = kind_words(&message.kind, stage.words);
    let words = match (drawn, message.kind.as_str()) {
        (Drawn::File, "sticker") => {
            format!("{} {kind}", message.fields["sticker"]["emoji"].as_str().unwrap_or_default())
        }
        (Drawn::File, _) => stored.name.clone().unwrap_or_else(|| stage.words.file_without_name.to_owned()),
        _ => kind.to_owned(),
    };
    Some(Media { drawn, href: format!("/phone/{}/{}/files/{unique}", stage.person, stage.bot), words })
}

fn origin_name(origin: &Value) -> String {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let names = [
        &origin["sender_user"]["first_name"],
        &origin["sender_user_name"],
        &origin["sender_chat"]["title"],
        &origin["chat"]["title"],
    ];
    names.into_iter().find_map(text).unwrap_or_default()
}

/// Kinds without a file, as text.
fn described(message: &Message, words: &'static Words) -> String {
    let field = |key: &str| message.fields.get(key).cloned().unwrap_or(Value::Null);
    let list = |value: &Value, key: &str| {
        let lines =
            value.as_array().map(|all| all.iter().filter_map(|one| one[key].as_str()).map(|one| format!("• {one}")));
        lines.map(|lines| lines.collect::<Vec<_>>().join("\n")).unwrap_or_default()
    };
    match message.kind.as_str() {
        "text" | "service" => String::new(),
        "location" => {
            let at = field("location");
            let words = if at.get("live_period").is_some() { words.live } else { words.location };
            format!("📍 {words}: {}, {}", at["latitude"], at["longitude"])
        }
        "venue" => {
            let venue = field("venue");
            format!(
                "📍 {}, {}",
                venue["title"].as_str().unwrap_or_default(),
                venue["address"].as_str().unwrap_or_default()
            )
        }
        "contact" => {
            let card = field("contact");
            let part = |key: &str| card[key].as_str().unwrap_or_default().to_owned();
            format!("👤 {} {} {}", part("first_name"), part("last_name"), part("phone_number")).replace("  ", " ")
        }
        "poll" => {
            let poll = field("poll");
            format!("📊 {}\n{}", poll["question"].as_str().unwrap_or_default(), list(&poll["options"], "text"))
        }
        "checklist" => {
            let all = field("checklist");
            format!("☑ {}\n{}", all["title"].as_str().unwrap_or_default(), list(&all["tasks"], "text"))
        }
        "dice" => {
            let dice = field("dice");
            format!("{} {}", dice["emoji"].as_str().unwrap_or_default(), dice["value"])
        }
        "story" => fill(words.story, "who", field("story")["chat"]["title"].as_str().unwrap_or_default()),
        "paid_media" => fill(words.paid_media, "number", &field("paid_media")["star_count"].to_string()),
        kind => fill(words.unknown_kind, "what", kind),
    }
}

/// A map link for a message with a location.
fn map(message: &Message) -> Option<String> {
    let place = message.fields.get("location").or_else(|| message.fields.get("venue")?.get("location"))?;
    Some(format!("https://maps.google.com/maps?q={},{}", place.get("latitude")?, place.get("longitude")?))
}

/// The text split at its links.
fn pieces(message: &Message) -> Vec<Piece> {
    let text: Vec<u16> = message.text().encode_utf16().collect();
    let entities = message.fields.get("entities").or_else(|| message.fields.get("caption_entities"));
    let part = |from: usize, to: usize| String::from_utf16_lossy(text.get(from..to).unwrap_or_default());
    let mut pieces = Vec::new();
    let mut at = 0;
    for entity in entities.and_then(Value::as_array).into_iter().flatten() {
        let number = |key: &str| usize::try_from(entity[key].as_i64().unwrap_or(0)).unwrap_or(0);
        let (from, to) = (number("offset"), number("offset") + number("length"));
        let href = match entity["type"].as_str() {
            Some("text_link") => entity["url"].as_str().map(str::to_owned),
            Some("url") => Some(part(from, to)),
            _ => None,
        };
        let Some(href) = href.filter(|link| link.starts_with("http") && from >= at && to <= text.len()) else {
            continue;
        };
        pieces.push(Piece { text: part(at, from), href: None });
        pieces.push(Piece { text: part(from, to), href: Some(href) });
        at = to;
    }
    pieces.push(Piece { text: part(at, detect::length(message.text())), href: None });
    pieces.retain(|piece| !piece.text.is_empty());
    pieces
}
