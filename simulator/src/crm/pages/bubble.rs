//! Messages of any kind as HTML: all of a chat in the window, only those around the lead's time in its card.

use askama::Template;
use chrono::{DateTime, Local, TimeDelta};
use serde::Serialize;
use serde_json::Value;

use super::frame::Frame;
use crate::crm::state::{Account, Card, Chat, Direction, Message};
use crate::kit;

/// A lead's card shows the history from this long before the lead was created.
const BEFORE_LEAD: TimeDelta = TimeDelta::hours(24);
/// The latest messages of a chat that the window shows: a long chat costs what a short one costs.
const MOST: usize = 200;

#[derive(Serialize)]
pub(super) struct Row {
    pub(super) id: String,
    /// A rendered `li`; people's texts are escaped.
    pub(super) html: String,
    /// The plain text of a message, empty in other rows.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) text: String,
}

/// A message, and who reads it. The template asks for what the message has.
#[derive(Template)]
#[template(path = "crm/bubble.html")]
struct Bubble<'a> {
    account: &'a Account,
    frame: &'a Frame,
    message: &'a Message,
    /// It continues the album of the message above.
    is_grouped: bool,
    /// Amojo id of the reader who may act; `None` where a chat is read-only.
    viewer: Option<&'a str>,
}

/// A quoted or forwarded message.
struct Quote {
    /// Amojo id, if the message is stored here.
    id: String,
    who: String,
    text: String,
}

/// The mark below a manager's message.
struct Mark {
    tone: &'static str,
    icon: &'static str,
    words: &'static str,
    error: String,
    hook: String,
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The kind of a message as text; empty for texts and unknown kinds.
fn kind_words(kind: &str, frame: &Frame) -> &'static str {
    const KINDS: [&str; 8] = ["picture", "video", "file", "voice", "audio", "sticker", "location", "contact"];
    KINDS.into_iter().find(|known| *known == kind).map_or("", |key| frame.t(key))
}

/// The text of a message, else its kind in brackets.
fn words_of(kind: &str, text: &str, frame: &Frame) -> String {
    match kind_words(kind, frame) {
        _ if !text.is_empty() => text.to_owned(),
        "" => format!("[{}]", frame.fill("unknown", kind)),
        words => format!("[{words}]"),
    }
}

/// When a message was written.
pub(super) fn clock(message: &Message) -> String {
    let moment = DateTime::from_timestamp_millis(message.msec_timestamp).unwrap_or_default();
    moment.with_timezone(&Local).format("%H:%M").to_string()
}

/// The beginning of a message, for lists and quotes.
pub(super) fn preview(message: &Message, frame: &Frame) -> String {
    if message.text.is_empty() && message.beside("forwards").is_some() {
        return format!("[{}]", frame.t("forward"));
    }
    words_of(&message.kind, &message.text, frame).chars().take(80).collect()
}

fn list_of(message: &Message) -> Option<&Value> {
    message.content.get("markup")?.get("list_message")
}

impl<'a> Bubble<'a> {
    fn is_mine(&self) -> bool {
        self.message.direction != Direction::Incoming
    }

    fn preview(&self) -> String {
        preview(self.message, self.frame)
    }

    /// The text with its links.
    fn pieces(&self) -> Vec<kit::Piece> {
        kit::pieces(&self.message.text)
    }

    fn time(&self) -> String {
        clock(self.message)
    }

    /// An object of the message: a post, a place, a contact.
    fn part(&self, key: &str) -> Option<&'a Value> {
        self.message.content.get(key)
    }

    fn text<'v>(&self, value: &'v Value, key: &str) -> &'v str {
        text(value, key)
    }

    /// A list within a value.
    fn all<'v>(&self, value: &'v Value, key: &str) -> &'v [Value] {
        value.get(key).map(kit::list).unwrap_or_default()
    }

    /// Rows of buttons.
    fn keys(&self) -> &'a [Value] {
        self.message.content.pointer("/markup/buttons").map(kit::list).unwrap_or_default()
    }

    fn list(&self) -> Option<&'a Value> {
        list_of(self.message)
    }

    fn row<'v>(&self, row: &'v Value) -> &'v [Value] {
        kit::list(row)
    }

    fn emoji(&self) -> [&'static str; 6] {
        ["👍", "❤️", "😂", "😮", "😢", "🙏"]
    }

    /// An embedded message as text: stored data takes precedence over the request's.
    fn embedded(&self, name: &str, pointer: &str) -> Option<Quote> {
        let (account, message) = (self.account, self.message);
        let embedded = message.beside(name)?.pointer(pointer)?;
        let own = match text(embedded, "id") {
            "" => account.message_id_for(&message.scope_id, text(embedded, "msgid")),
            id => Some(id.to_owned()),
        };
        let own = own.as_ref().and_then(|id| account.message(id));
        let (kind, words) = match own {
            Some(one) => (one.kind.as_str(), one.text.as_str()),
            None => (text(embedded, "type"), text(embedded, "text")),
        };
        let sender = embedded.get("sender").unwrap_or(&Value::Null);
        let person = || account.person(text(sender, "ref_id")).map(|person| person.name.as_str());
        let who = own.map(|one| one.sender_name.as_str()).or_else(person);
        Some(Quote {
            id: own.map(|one| one.id.clone()).unwrap_or_default(),
            who: who.unwrap_or_else(|| text(sender, "name")).to_owned(),
            text: words_of(kind, words, self.frame),
        })
    }

    fn media(&self) -> String {
        format!("/accounts/{}/messages/{}/media", self.account.host, self.message.id)
    }

    fn file_name(&self) -> &str {
        let kind = self.message.kind.as_str();
        match (self.message.field("file_name"), kind_words(kind, self.frame)) {
            ("", "") => kind,
            (name, words) if name.is_empty() || kind == "voice" => words,
            (name, _) => name,
        }
    }

    /// Name, size and duration of a file, as far as they are known. The units are those of both languages.
    fn facts(&self) -> String {
        let number = |key: &str| self.part(key).and_then(Value::as_u64).filter(|number| *number > 0);
        let size = number("file_size").map(|bytes| match bytes {
            0..1024 => format!("{bytes} B"),
            1024..1_048_576 => format!("{} KB", bytes / 1024),
            _ => format!("{} MB", bytes / 1_048_576),
        });
        let duration = number("media_duration").map(|count| self.frame.fill("seconds", count));
        let facts = std::iter::once(self.file_name().to_owned()).chain(size).chain(duration);
        facts.collect::<Vec<_>>().join(" · ")
    }

    /// The text shown for an unknown kind.
    fn unknown(&self) -> String {
        let kind = self.message.kind.as_str();
        let is_known = kind == "text" || !kind_words(kind, self.frame).is_empty();
        if is_known { String::new() } else { self.frame.fill("unknown", kind) }
    }

    /// The title of the row that the customer chose, or the received value.
    fn chosen(&self) -> Option<&'a str> {
        let chosen = self.part("callback_data")?.as_str()?;
        let lists = self.account.messages_of(&self.message.chat_id).filter_map(list_of);
        let sections = lists.filter_map(|list| list.get("sections")).flat_map(kit::list);
        let mut rows = sections.filter_map(|section| section.get("rows")).flat_map(kit::list);
        let found = rows.find(|row| text(row, "callback_data") == chosen).map(|row| text(row, "title"));
        Some(found.unwrap_or(chosen))
    }

    /// Name of a message's template, else its number.
    fn template(&self) -> Option<String> {
        let id = self.part("template")?.get("id")?.as_i64()?;
        let name = self.account.template(id).map(|one| one.text("name")).filter(|name| !name.is_empty());
        Some(name.map_or_else(|| id.to_string(), str::to_owned))
    }

    fn marks(&self) -> String {
        let (frame, message) = (self.frame, self.message);
        let is_silent = message.direction == Direction::Incoming && message.silent;
        let flags =
            [(message.edited, "edited"), (message.direction == Direction::Imported, "outside"), (is_silent, "silent")];
        let plain = flags.into_iter().filter(|(on, _)| *on).map(|(_, key)| frame.t(key).to_owned());
        let chosen = self.chosen().map(|row| frame.fill("chosen", row));
        let template = self.template().map(|name| frame.fill("template_used", name));
        plain.chain(chosen).chain(template).collect::<Vec<_>>().join(" · ")
    }

    /// The delivery state of a message from amoCRM.
    fn mark(&self) -> Option<Mark> {
        let (frame, message) = (self.frame, self.message);
        let is_ours = message.direction == Direction::Outgoing;
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
        let (error, hook) = (error.unwrap_or_default(), hook.unwrap_or_default());
        is_ours.then(|| Mark { tone, icon, words: frame.t(key), error, hook })
    }

    fn has_reacted(&self, viewer: &str) -> bool {
        self.message.reactions.iter().any(|(by, _)| by == viewer)
    }
}

/// Rows of messages in their order, each with the available actions if there is a reader who may act.
fn rows(account: &Account, frame: &Frame, viewer: Option<&str>, messages: &[&Message]) -> Vec<Row> {
    let group = |one: &Message| one.content.get("media_group_id").cloned();
    let before = std::iter::once(None).chain(messages.iter().map(|message| Some(*message)));
    let row = |(message, before): (&&Message, Option<&Message>)| {
        let is_grouped = group(message).is_some() && before.and_then(group) == group(message);
        let bubble = Bubble { account, frame, message, is_grouped, viewer };
        Row { id: message.id.clone(), html: bubble.render().unwrap_or_default(), text: message.text.clone() }
    };
    messages.iter().zip(before).map(row).collect()
}

/// The latest messages of a chat in order of arrival.
fn latest<'a>(account: &'a Account, chat: &Chat) -> Vec<&'a Message> {
    let mut latest: Vec<&Message> = account.messages_of(&chat.id).rev().take(MOST).collect();
    latest.reverse();
    latest
}

/// The start of a lead card's history, in milliseconds.
fn card_begins(lead: &Card) -> i64 {
    lead.number("created_at") * 1000 - BEFORE_LEAD.num_milliseconds()
}

/// The messages of a chat, with the available actions. If the card of the chat's lead shows only the later ones, a line
/// marks where it begins.
pub(super) fn window_rows(account: &Account, chat: &Chat, frame: &Frame) -> Vec<Row> {
    let viewer = account.writer().and_then(|user| user.amojo_id.as_deref()).unwrap_or_default();
    let messages = latest(account, chat);
    let mut rows = rows(account, frame, Some(viewer), &messages);
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
    let all = latest(account, chat);
    let shown: Vec<&Message> = all.iter().copied().filter(|message| message.msec_timestamp >= from).collect();
    let hidden = all.len() - shown.len();
    (rows(account, frame, None, &shown), hidden)
}
