//! Messages of any kind as HTML: all of a chat in the window, only those around the lead's time in its card.

use askama::Template;
use chrono::{DateTime, Local, TimeDelta};
use serde::Serialize;
use serde_json::Value;

use super::frame::Frame;
use crate::crm::state::{Account, Card, Chat, Direction, Message};

/// A lead's card shows the history from this long before the lead was created.
const BEFORE_LEAD: TimeDelta = TimeDelta::hours(24);
/// The emoji that are offered.
const EMOJI: [&str; 6] = ["👍", "❤️", "😂", "😮", "😢", "🙏"];

/// One row of a list.
#[derive(Serialize)]
pub(super) struct Row {
    pub(super) id: String,
    /// A rendered `li`; people's texts are escaped.
    pub(super) html: String,
    /// The plain text of a message, empty in other rows.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) text: String,
}

/// The context of messages.
struct Stage<'a> {
    account: &'a Account,
    frame: &'a Frame,
    /// Amojo id of the reader who may act; `None` where a chat is read-only.
    viewer: Option<&'a str>,
}

/// The actions offered for a message.
struct Acts {
    /// A description of the message for screen readers.
    label: String,
    /// Emoji to react with and their labels.
    emoji: [(&'static str, String); 6],
    /// The post of a comment that can be answered in public.
    comment: Option<String>,
    /// The manager's own reaction can be removed.
    unreact: bool,
}

/// A quoted or forwarded message.
struct Quote {
    /// Amojo id, if the message is stored here.
    id: String,
    who: String,
    text: String,
}

/// A commented or shared post.
struct Post<'a> {
    url: &'a str,
    title: &'a str,
    author: &'a str,
}

/// A location, or a contact.
struct Spot {
    icon: &'static str,
    title: String,
    href: String,
    below: String,
}

/// A file and its presentation.
struct File<'a> {
    kind: &'a str,
    href: String,
    name: &'a str,
    /// Size and duration, if known.
    facts: String,
}

/// A list message.
struct Listed<'a> {
    header: &'a str,
    footer: &'a str,
    button: &'a str,
    sections: Vec<(&'a str, Vec<(&'a str, &'a str)>)>,
}

/// The mark below a manager's message.
struct Mark {
    tone: &'static str,
    icon: &'static str,
    words: &'static str,
    error: String,
    hook: String,
}

#[derive(Template)]
#[template(path = "crm/bubble.html")]
struct Bubble<'a> {
    frame: &'a Frame,
    id: &'a str,
    preview: String,
    mine: bool,
    grouped: bool,
    who: &'a str,
    time: String,
    forward: Option<Quote>,
    quote: Option<Quote>,
    post: Option<Post<'a>>,
    shared: Option<Post<'a>>,
    file: Option<File<'a>>,
    place: Option<Spot>,
    text: &'a str,
    unknown: String,
    /// Texts and addresses.
    buttons: Vec<Vec<(&'a str, &'a str)>>,
    list: Option<Listed<'a>>,
    marks: Vec<String>,
    reactions: &'a [(String, String)],
    mark: Option<Mark>,
    acts: Option<Acts>,
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn array<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

/// The kind of a message as text; empty for texts and unknown kinds.
fn kind_words(kind: &str, frame: &Frame) -> &'static str {
    const KINDS: [&str; 8] = ["picture", "video", "file", "voice", "audio", "sticker", "location", "contact"];
    KINDS.into_iter().find(|known| *known == kind).map_or("", |key| frame.t(key))
}

/// The beginning of a message, for lists and quotes.
pub(super) fn preview(message: &Message, frame: &Frame) -> String {
    let (text, kind) = (message.field("text"), message.field("type"));
    match kind_words(kind, frame) {
        _ if !text.is_empty() => text.chars().take(80).collect(),
        "" if message.beside("forwards").is_some() => format!("[{}]", frame.t("forward")),
        "" => format!("[{}]", frame.fill("unknown", kind)),
        words => format!("[{words}]"),
    }
}

/// An embedded message as text: stored data takes precedence over the request's.
fn embedded(stage: &Stage<'_>, message: &Message, embedded: &Value) -> Quote {
    let account = stage.account;
    let own = match text(embedded, "id") {
        "" => account.message_id_for(&message.scope_id, text(embedded, "msgid")),
        id => Some(id.to_owned()),
    };
    let own = own.as_ref().and_then(|id| account.message(id));
    let (kind, label) = match own {
        Some(one) => (one.field("type"), one.field("text")),
        None => (text(embedded, "type"), text(embedded, "text")),
    };
    let sender = embedded.get("sender").unwrap_or(&Value::Null);
    let person = || account.person(text(sender, "ref_id")).map(|person| person.name.as_str());
    let who = own.map(|one| one.sender_name.as_str()).or_else(person);
    Quote {
        id: own.map(|one| one.id.clone()).unwrap_or_default(),
        who: who.unwrap_or_else(|| text(sender, "name")).to_owned(),
        text: match (label, kind_words(kind, stage.frame)) {
            ("", "") => stage.frame.fill("unknown", kind),
            ("", words) => format!("[{words}]"),
            (label, _) => label.to_owned(),
        },
    }
}

/// A commented or shared post. A public answer contains only its id, so its quote is used.
fn post<'a>(message: &'a Message, key: &str) -> Option<Post<'a>> {
    let post = message.content.get(key)?;
    let url = text(post, "url");
    Some(match key {
        "post" => {
            let title = Some(text(post, "caption")).filter(|caption| !caption.is_empty());
            Post { url, title: title.unwrap_or_else(|| text(post, "id")), author: text(post, "username") }
        }
        _ => Post { url, title: url, author: text(post, "site_name") },
    })
}

fn spot(message: &Message) -> Option<Spot> {
    match message.field("type") {
        "location" => {
            let point = message.content.get("location")?;
            let (lat, lon) = (point.get("lat")?, point.get("lon")?);
            let title = format!("{lat}, {lon}");
            Some(Spot { icon: "pin", title, href: format!("geo:{lat},{lon}"), below: String::new() })
        }
        "contact" => {
            let contact = message.content.get("contact")?;
            let (title, phone) = (text(contact, "name").to_owned(), text(contact, "phone"));
            Some(Spot { icon: "person", title, href: format!("tel:{phone}"), below: phone.to_owned() })
        }
        _ => None,
    }
}

fn file<'a>(stage: &Stage<'_>, message: &'a Message) -> Option<File<'a>> {
    let (kind, frame) = (message.field("type"), stage.frame);
    if message.field("media").is_empty() {
        return None;
    }
    let name = match (message.field("file_name"), kind_words(kind, frame)) {
        ("", "") => kind,
        ("", words) => words,
        (name, _) => name,
    };
    let number = |key: &str| message.content.get(key).and_then(Value::as_u64).filter(|number| *number > 0);
    // Units that both languages use.
    let size = number("file_size").map(|bytes| match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{} KB", bytes / 1024),
        _ => format!("{} MB", bytes / 1_048_576),
    });
    let duration = number("media_duration").map(|count| frame.fill("seconds", count));
    let facts: Vec<String> = size.into_iter().chain(duration).collect();
    let href = format!("/accounts/{}/messages/{}/media", stage.account.host, message.id);
    Some(File { kind, href, name, facts: facts.join(" · ") })
}

fn buttons(message: &Message) -> Vec<Vec<(&str, &str)>> {
    let rows = message.content.get("markup").into_iter().flat_map(|markup| array(markup, "buttons"));
    let button = |one| (text(one, "text"), text(one, "url"));
    rows.map(|row| row.as_array().into_iter().flatten().map(button).collect()).collect()
}

fn list_of(message: &Message) -> Option<&Value> {
    message.content.get("markup")?.get("list_message")
}

fn list(message: &Message) -> Option<Listed<'_>> {
    let list = list_of(message)?;
    let row = |one| (text(one, "title"), text(one, "description"));
    let sections = array(list, "sections").map(|one| (text(one, "title"), array(one, "rows").map(row).collect()));
    Some(Listed {
        header: text(list, "header"),
        footer: text(list, "footer"),
        button: text(list, "button"),
        sections: sections.collect(),
    })
}

/// The title of the row that the customer chose, or the received value.
fn chosen_row<'a>(account: &'a Account, message: &'a Message) -> Option<&'a str> {
    let chosen = message.content.get("callback_data")?.as_str()?;
    let lists = account.messages_of(&message.chat_id).filter_map(list_of);
    let mut rows = lists.flat_map(|list| array(list, "sections")).flat_map(|section| array(section, "rows"));
    let found = rows.find(|row| text(row, "callback_data") == chosen).map(|row| text(row, "title"));
    Some(found.unwrap_or(chosen))
}

/// Name of a message's template, else its number.
fn template_name(account: &Account, message: &Message) -> Option<String> {
    let id = message.content.get("template")?.get("id")?.as_i64()?;
    let name = account.template(id).map(|one| one.text("name")).filter(|name| !name.is_empty());
    Some(name.map_or_else(|| id.to_string(), str::to_owned))
}

fn marks(stage: &Stage<'_>, message: &Message) -> Vec<String> {
    let frame = stage.frame;
    let is_silent = message.direction == Direction::Incoming && message.silent;
    let flags =
        [(message.edited, "edited"), (message.direction == Direction::Imported, "outside"), (is_silent, "silent")];
    let plain = flags.into_iter().filter(|(on, _)| *on).map(|(_, key)| frame.t(key).to_owned());
    let chosen = chosen_row(stage.account, message).map(|row| frame.fill("chosen", row));
    let template = template_name(stage.account, message).map(|name| frame.fill("template_used", name));
    plain.chain(chosen).chain(template).collect()
}

/// The delivery state of a message from amoCRM.
fn mark(message: &Message, frame: &Frame) -> Option<Mark> {
    if message.direction != Direction::Outgoing {
        return None;
    }
    let status = message.shown_status();
    let (tone, icon, key) = match status.map(|status| status.code) {
        None => ("wait", "clock", "sent"),
        Some(1) => ("ok", "tick", "delivered"),
        Some(2) => ("ok", "ticks", "read"),
        Some(_) => ("bad", "cross", "failed"),
    };
    let hook = message.hook.as_ref().map(|hook| {
        let status = hook.status.map_or_else(|| frame.t("no_answer").to_owned(), |status| status.to_string());
        format!("hook → {status} · {} {}", hook.millis, frame.t("millis"))
    });
    // The code, and its received or default text.
    let error = status.filter(|status| status.code < 0).map(|status| {
        let own = match status.error_code {
            Some(901) => "error_901",
            Some(902) => "error_902",
            Some(903) => "error_903",
            Some(904) => "error_904",
            _ => "error_905",
        };
        let text = status.error.as_deref().filter(|text| !text.is_empty()).unwrap_or_else(|| frame.t(own));
        status.error_code.map_or_else(|| text.to_owned(), |code| format!("{code} · {text}"))
    });
    Some(Mark { tone, icon, words: frame.t(key), error: error.unwrap_or_default(), hook: hook.unwrap_or_default() })
}

fn acts(stage: &Stage<'_>, message: &Message, time: &str) -> Option<Acts> {
    let (viewer, frame) = (stage.viewer?, stage.frame);
    Some(Acts {
        label: frame.fill_both("actions_with", &message.sender_name, time),
        emoji: EMOJI.map(|emoji| (emoji, frame.fill("react_with", emoji))),
        comment: message.post_id().filter(|_| message.direction == Direction::Incoming).map(str::to_owned),
        unreact: message.reactions.iter().any(|(by, _)| by == viewer),
    })
}

/// The HTML of a message. `before` is the message above it, which may belong to the same album.
fn html(stage: &Stage<'_>, message: &Message, before: Option<&Message>) -> String {
    let frame = stage.frame;
    let group = |one: &Message| one.content.get("media_group_id").cloned();
    let moment = DateTime::from_timestamp_millis(message.msec_timestamp).unwrap_or_default();
    let time = moment.with_timezone(&Local).format("%H:%M").to_string();
    let kind = message.field("type");
    let is_known = kind == "text" || !kind_words(kind, frame).is_empty();
    let beside = |name: &str, pointer: &str| message.beside(name).and_then(|value| value.pointer(pointer));
    let bubble = Bubble {
        frame,
        id: &message.id,
        preview: preview(message, frame),
        mine: message.direction != Direction::Incoming,
        grouped: group(message).is_some() && before.and_then(group) == group(message),
        who: &message.sender_name,
        forward: beside("forwards", "/messages/0").map(|one| embedded(stage, message, one)),
        quote: beside("reply_to", "/message").map(|one| embedded(stage, message, one)),
        post: post(message, "post"),
        shared: post(message, "shared_post"),
        file: file(stage, message),
        place: spot(message),
        text: message.field("text"),
        unknown: if is_known { String::new() } else { frame.fill("unknown", kind) },
        buttons: buttons(message),
        list: list(message),
        marks: marks(stage, message),
        reactions: &message.reactions,
        mark: mark(message, frame),
        acts: acts(stage, message, &time),
        time,
    };
    bubble.render().unwrap_or_default()
}

fn rows(stage: &Stage<'_>, messages: &[&Message]) -> Vec<Row> {
    let before = std::iter::once(None).chain(messages.iter().map(|message| Some(*message)));
    let row = |(message, before): (&&Message, Option<&Message>)| Row {
        id: message.id.clone(),
        html: html(stage, message, before),
        text: message.field("text").to_owned(),
    };
    messages.iter().zip(before).map(row).collect()
}

/// The start of a lead card's history, in milliseconds.
fn card_begins(lead: &Card) -> i64 {
    lead.number("created_at") * 1000 - BEFORE_LEAD.num_milliseconds()
}

/// Every message of a chat in order of arrival, with the available actions. If the card of the chat's lead shows only
/// the later ones, a line marks where it begins.
pub(super) fn window_rows(account: &Account, chat: &Chat, frame: &Frame) -> Vec<Row> {
    let viewer = account.writer().and_then(|user| user.amojo_id.as_deref()).unwrap_or_default();
    let messages: Vec<&Message> = account.messages_of(&chat.id).collect();
    let mut rows = rows(&Stage { account, frame, viewer: Some(viewer) }, &messages);
    let lead = chat.lead_id.and_then(|id| account.crm.lead(id));
    let first = lead.and_then(|lead| messages.iter().position(|one| one.msec_timestamp >= card_begins(lead)));
    if let Some(at) = first.filter(|at| *at > 0) {
        let html = format!("<li class=\"from small muted\" data-key=\"from\">{}</li>\n", frame.t("card_from"));
        rows.insert(at, Row { id: "from".to_owned(), html, text: String::new() });
    }
    rows
}

/// The messages of a chat in a lead's card, and the number of older ones.
pub(super) fn card_rows(account: &Account, chat: &Chat, lead: &Card, frame: &Frame) -> (Vec<Row>, usize) {
    let from = card_begins(lead);
    let (shown, hidden): (Vec<&Message>, Vec<&Message>) =
        account.messages_of(&chat.id).partition(|message| message.msec_timestamp >= from);
    (rows(&Stage { account, frame, viewer: None }, &shown), hidden.len())
}
