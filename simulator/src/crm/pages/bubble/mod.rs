//! Renders a message of any kind. The page and the script use the same HTML.

mod embedded;
mod file;
mod markup;
mod state;

use askama::Template;
use chrono::{DateTime, Local};

use super::strings::{Words, fill};
use crate::crm::{
    abilities::{Abilities, Reactions},
    state::{Account, Direction, Message},
};
use embedded::{Place, Post, Quote};
use file::File;
use markup::{ButtonView, Listed};
use state::Mark;

/// The actions offered for a message.
struct Acts {
    /// A description of the message for screen readers.
    label: String,
    /// Emoji to react with and their labels; empty without reactions.
    emoji: Vec<(String, String)>,
    quote: bool,
    forward: bool,
    /// The post of a comment that can be answered in public.
    comment: Option<String>,
    /// The manager's own reaction can be removed.
    unreact: bool,
}

/// The context of messages: the available actions, and the reader.
pub(super) struct Stage<'a> {
    pub(super) account: &'a Account,
    pub(super) words: &'static Words,
    /// `None` where a chat is read-only.
    pub(super) abilities: Option<&'a Abilities>,
    /// Amojo id of the reader.
    pub(super) viewer: &'a str,
}

/// The default emoji, for channels that accept any.
const EMOJI: [&str; 6] = ["👍", "❤️", "😂", "😮", "😢", "🙏"];

#[derive(Template)]
#[template(path = "crm/bubble.html")]
struct Bubble<'a> {
    words: &'static Words,
    id: &'a str,
    preview: String,
    mine: bool,
    grouped: bool,
    who: &'a str,
    time: String,
    forward: Option<Quote>,
    forwarded: String,
    quote: Option<Quote>,
    post: Option<Post>,
    shared: Option<Post>,
    file: Option<File>,
    place: Option<Place>,
    text: &'a str,
    unknown: String,
    buttons: Vec<Vec<ButtonView>>,
    list: Option<Listed>,
    marks: Vec<String>,
    reactions: Vec<String>,
    mark: Option<Mark>,
    acts: Option<Acts>,
}

/// The beginning of a message, for lists and quotes.
pub(super) fn preview(message: &Message, words: &Words) -> String {
    let text = message.field("text");
    let kind = kind_words(message.field("type"), words);
    match (text.is_empty(), kind.is_empty()) {
        (false, _) => text.chars().take(80).collect(),
        (true, false) => format!("[{kind}]"),
        (true, true) => match message.beside("forwards") {
            Some(_) => format!("[{}]", words.chats.forward),
            None => format!("[{}]", fill(words.chats.unknown, "kind", message.field("type"))),
        },
    }
}

/// The kind of a message as text; empty for texts and unknown kinds.
fn kind_words(kind: &str, words: &Words) -> &'static str {
    let chats = words.chats;
    match kind {
        "picture" => chats.picture,
        "video" => chats.video,
        "file" => chats.file,
        "voice" => chats.voice,
        "audio" => chats.audio,
        "sticker" => chats.sticker,
        "location" => chats.location,
        "contact" => chats.contact,
        _ => "",
    }
}

fn acts(stage: &Stage<'_>, message: &Message, time: &str) -> Option<Acts> {
    let abilities = stage.abilities?;
    let chats = stage.words.chats;
    let emoji = match &abilities.reactions {
        Reactions::Off => Vec::new(),
        Reactions::All => EMOJI.map(str::to_owned).to_vec(),
        Reactions::Only(list) => list.clone(),
    };
    let labelled = |emoji: String| {
        let label = fill(chats.react_with, "emoji", &emoji);
        (emoji, label)
    };
    Some(Acts {
        label: fill(&fill(chats.actions_with, "who", &message.sender_name), "time", time),
        emoji: emoji.into_iter().map(labelled).collect(),
        quote: abilities.quotes,
        forward: abilities.forwards,
        comment: message.post_id().filter(|_| message.direction == Direction::Incoming).map(str::to_owned),
        unreact: message.reactions.iter().any(|(by, _)| by == stage.viewer),
    })
}

fn marks(stage: &Stage<'_>, message: &Message) -> Vec<String> {
    let words = stage.words;
    let mut marks = Vec::new();
    if message.edited {
        marks.push(words.edited.to_owned());
    }
    if message.direction == Direction::Imported {
        marks.push(words.outside.to_owned());
    }
    if message.direction == Direction::Incoming && message.silent {
        marks.push(words.chats.silent.to_owned());
    }
    marks.extend(markup::chosen_row(stage.account, message).map(|row| fill(words.chats.chosen, "row", &row)));
    marks.extend(
        markup::template_name(stage.account, message).map(|name| fill(words.chats.template_used, "name", &name)),
    );
    marks
}

/// The HTML of a message. `before` is the message above it, which may belong to the same album.
pub(super) fn html(stage: &Stage<'_>, message: &Message, before: Option<&Message>) -> String {
    let words = stage.words;
    let group = |one: &Message| one.content.get("media_group_id").cloned();
    let moment = DateTime::from_timestamp_millis(message.msec_timestamp).unwrap_or_default();
    let kind = message.field("type");
    let known = kind == "text" || !kind_words(kind, words).is_empty();
    let time = moment.with_timezone(&Local).format("%H:%M").to_string();
    let forward = embedded::forward(stage, message);
    let bubble = Bubble {
        words,
        id: &message.id,
        preview: preview(message, words),
        mine: message.direction != Direction::Incoming,
        grouped: group(message).is_some() && before.and_then(group) == group(message),
        who: &message.sender_name,
        forwarded: forward.as_ref().map(|one| fill(words.chats.forwarded, "who", &one.who)).unwrap_or_default(),
        forward,
        quote: embedded::quote(stage, message),
        post: embedded::post(message),
        shared: embedded::shared(message),
        file: file::of(&stage.account.host, message, words),
        place: embedded::place(message),
        text: message.field("text"),
        unknown: if known { String::new() } else { fill(words.chats.unknown, "kind", kind) },
        buttons: markup::buttons(message),
        list: markup::list(message),
        marks: marks(stage, message),
        reactions: message.reactions.iter().map(|(_, emoji)| emoji.clone()).collect(),
        mark: state::mark(message, words),
        acts: acts(stage, message, &time),
        time,
    };
    bubble.render().unwrap_or_default()
}
