//! The manager's window of one account. The page and the script use the same HTML fragments.

use std::collections::HashSet;

use askama::Template;
use chrono::{DateTime, Local, Utc};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::bubble::{self, Row, preview};
use super::frame::{self, Frame, Place, SELF, Shell, Visit, see_other};
use crate::crm::core::Core;
use crate::crm::hook_message::HookMessage;
use crate::crm::hooks;
use crate::crm::log::{LogDirection, RequestView};
use crate::crm::state::{Account, CONTACTS, Chat, Message, State, Template as ChatTemplate};
use crate::kit::{Answer, page_of};

/// The most chats, lines of the log and contacts to write to that the window shows: a busy account costs what a quiet one
/// costs.
const CHATS: usize = 100;
const LOG_ROWS: usize = 150;
const PHONES: usize = 100;

#[derive(Template)]
#[template(path = "crm/chat_row.html")]
struct ChatRow<'a> {
    frame: &'a Frame,
    account: &'a Account,
    chat: &'a Chat,
    message: &'a Message,
    current: bool,
    now: DateTime<Utc>,
}

impl ChatRow<'_> {
    fn name(&self) -> &str {
        person_name(self.account, self.chat)
    }

    /// The first letter of the name, for the face.
    fn letter(&self) -> char {
        self.name().chars().next().unwrap_or('?')
    }

    fn preview(&self) -> String {
        preview(self.message, self.frame)
    }

    /// Of a message of another day, the day.
    fn time(&self) -> String {
        let moment = DateTime::from_timestamp_millis(self.message.msec_timestamp).unwrap_or_default();
        let day = moment.with_timezone(&Local).date_naive();
        if day == self.now.with_timezone(&Local).date_naive() {
            bubble::clock(self.message)
        } else {
            day.format("%d.%m").to_string()
        }
    }
}

#[derive(Template)]
#[template(path = "crm/log_row.html")]
struct LogRow<'a> {
    frame: &'a Frame,
    line: &'a RequestView,
}

impl LogRow<'_> {
    fn time(&self) -> String {
        self.line.at.with_timezone(&Local).format("%H:%M:%S").to_string()
    }

    fn arrow(&self) -> &'static str {
        if self.line.direction == LogDirection::In { "→" } else { "hook" }
    }

    fn status(&self) -> String {
        self.line.status.map_or_else(|| self.frame.t("no_answer").to_owned(), |status| status.to_string())
    }

    fn tone(&self) -> &'static str {
        match self.line.status {
            Some(200..=299) => "ok",
            Some(300..=499) => "warn",
            _ => "bad",
        }
    }

    fn note(&self) -> &str {
        let note = self.line.note.as_deref().unwrap_or_default();
        if note == "X-Signature does not match" { self.frame.t("signature_bad") } else { note }
    }
}

/// The parts of the window that change.
#[derive(Serialize)]
struct Snapshot {
    chats: Vec<Row>,
    heading: String,
    subtitle: String,
    messages: Vec<Row>,
    log: Vec<Row>,
    broken: String,
    /// Who is typing, and for how many more milliseconds.
    typing: String,
    typing_millis: i64,
    /// A note about the whole chat.
    note: &'static str,
}

#[derive(Template)]
#[template(path = "crm/window.html")]
struct WindowPage<'a> {
    frame: &'a Frame,
    shell: &'a Shell<'a>,
    chat: &'a str,
    rows: Snapshot,
    offers: Offers,
    snapshot_address: String,
    answer_target: String,
}

/// The choices of the form below a chat, and of the dialog for writing first.
struct Offers {
    templates: Vec<TemplateChoice>,
    origins: Vec<Origin>,
    /// Phones of the newest contacts with their names.
    phones: Vec<(String, String)>,
    /// CRM id of the author.
    user: i64,
}

struct TemplateChoice {
    id: i64,
    name: String,
    /// `{"content", "params": {marker: value}}` for the script.
    data: String,
}

/// A channel and a source for writing first.
struct Origin {
    channel: String,
    source: String,
    words: String,
}

fn row(id: &str, row: &impl Template) -> Row {
    Row { id: id.to_owned(), html: row.render().unwrap_or_default(), text: String::new() }
}

/// The chats that were written in last, as in amoCRM; the latest first.
fn chat_rows(account: &Account, chosen: &str, frame: &Frame, now: DateTime<Utc>) -> Vec<Row> {
    let (mut seen, mut rows) = (HashSet::new(), Vec::new());
    for message in account.messages.iter().rev() {
        if rows.len() == CHATS {
            break;
        }
        let chat = seen.insert(&message.chat_id).then(|| account.chat(&message.chat_id)).flatten();
        let shown = chat.map(|chat| ChatRow { frame, account, chat, message, current: chat.id == chosen, now });
        rows.extend(shown.map(|shown| row(&shown.chat.id, &shown)));
    }
    rows
}

fn person_name<'a>(account: &'a Account, chat: &Chat) -> &'a str {
    account.person(&chat.person_id).map_or("", |person| &person.name)
}

fn rows(core: &Core, state: &State, account: &Account, chosen: &str, frame: &Frame) -> Snapshot {
    let now = core.now();
    let chat = account.chat(chosen);
    let typing = chat.and_then(|chat| chat.typing_at(now));
    let is_unbound = chat.is_some_and(|chat| chat.conversation_id.is_none());
    let log = state.requests.iter().rev();
    let log = log.filter(|line| line.host.as_ref().is_none_or(|known| *known == account.host)).take(LOG_ROWS);
    Snapshot {
        chats: chat_rows(account, chosen, frame, now),
        heading: chat.map_or_else(|| frame.t("chat"), |chat| person_name(account, chat)).to_owned(),
        subtitle: chat.map(|chat| account.source_name(chat)).unwrap_or_default(),
        messages: chat.map(|chat| bubble::window_rows(account, chat, frame)).unwrap_or_default(),
        log: log.map(|line| row(&line.number.to_string(), &LogRow { frame, line })).collect(),
        broken: frame::broken_strip(&frame::broken(core, state, frame, &account.host), frame),
        typing: typing.map(|typing| frame.fill("typing", &typing.name)).unwrap_or_default(),
        typing_millis: typing.map_or(0, |typing| (typing.until - now).num_milliseconds()),
        note: if is_unbound { frame.t("unbound") } else { "" },
    }
}

fn offers(core: &Core, state: &State, account: &Account, chat: Option<&Chat>, frame: &Frame) -> Offers {
    let mut origins = Vec::new();
    // Connected channels, each with the sources of its integration and without one.
    for (integration, channel) in core.channels() {
        let connection = state.connections.get(&format!("{}_{}", channel.id, account.amojo_id));
        let Some(title) = connection.map(|connection| connection.title.as_str()) else { continue };
        let origin = |source: &str, words| Origin { channel: channel.id.clone(), source: source.to_owned(), words };
        let sources = account.sources.iter().filter(|source| source.client_id == integration.client_id);
        origins.extend(sources.map(|source| origin(&source.external_id, format!("{title}, {}", source.name))));
        origins.push(origin("", frame.fill("first_no_source", title)));
    }
    let contacts = account.crm.all(&CONTACTS).iter().rev();
    let phones = contacts.flat_map(|card| card.phones().into_iter().map(|phone| (phone, card.name().to_owned())));
    Offers {
        templates: account.crm.templates.iter().map(|one| template(account, chat, one)).collect(),
        origins,
        phones: phones.take(PHONES).collect(),
        user: account.writer().map_or(0, |user| user.id),
    }
}

fn template(account: &Account, chat: Option<&Chat>, one: &ChatTemplate) -> TemplateChoice {
    let content = one.text("content");
    let value = |marker| chat.map(|chat| value(account, chat, marker)).unwrap_or_default();
    let params: Map<String, Value> = markers(content).map(|marker| (marker.to_owned(), json!(value(marker)))).collect();
    let data = json!({"content": content, "params": params}).to_string();
    TemplateChoice { id: one.id, name: one.text("name").to_owned(), data }
}

/// The placeholders of a template, such as `{{contact.name}}`.
fn markers(content: &str) -> impl Iterator<Item = &str> {
    content.match_indices("{{").filter_map(|(from, _)| {
        let rest = content.get(from..)?;
        rest.get(..rest.find("}}")? + 2)
    })
}

/// amoCRM's value for a placeholder; empty if unknown.
fn value(account: &Account, chat: &Chat, marker: &str) -> String {
    let id = |id: Option<i64>| id.map(|id| id.to_string()).unwrap_or_default();
    match marker.trim_matches(['{', '}']).trim() {
        "contact.name" | "name" => person_name(account, chat).to_owned(),
        "lead.id" => id(chat.lead_id),
        "contact.id" => id(account.crm.contact_of_chat(&chat.id)),
        _ => String::new(),
    }
}

/// Marks the chat as read; changes nothing if it was read already.
fn mark_read(visit: &Visit<'_>, chat_id: &str) {
    let unread = |account: &Account| account.chat(chat_id).is_some_and(|chat| chat.unread > 0);
    if visit.core.read(|state| state.accounts.get(visit.host).is_some_and(unread)) {
        visit.change(|account, _| {
            if let Some(chat) = account.chat_mut(chat_id) {
                chat.unread = 0;
            }
        });
    }
}

/// `GET /accounts/{host}/`.
pub(super) fn show(visit: &Visit<'_>) -> Answer {
    let asked = visit.call.query("chat").unwrap_or_default();
    mark_read(visit, asked);
    let (frame, host) = (&visit.frame, visit.host);
    visit.show(Place::Window, |state, shell| {
        let chat = shell.account.chat(asked);
        let id = chat.map_or("", |chat| &chat.id);
        let kept = if frame.language_query.is_empty() { "" } else { "&kept=1" };
        let page = WindowPage {
            frame,
            shell,
            chat: id,
            rows: rows(visit.core, state, shell.account, id, frame),
            offers: offers(visit.core, state, shell.account, chat, frame),
            snapshot_address: format!("/accounts/{host}/snapshot?chat={id}&lang={}{kept}", frame.code()),
            answer_target: frame.link(&visit.path(&format!("chats/{id}/answer"))),
        };
        Some(page_of(200, &page, SELF))
    })
}

/// `GET /accounts/{host}/snapshot`: the rows as JSON, for the script.
pub(super) fn snapshot(visit: &Visit<'_>) -> Answer {
    let asked = visit.call.query("chat").unwrap_or_default();
    mark_read(visit, asked);
    let mut frame = Frame::of(visit.call);
    // The script always sends its language; links keep it only if the reader had chosen it.
    if visit.call.query("kept").is_none() {
        frame.language_query.clear();
    }
    visit.core.read(|state| match state.accounts.get(visit.host) {
        Some(account) => {
            let rows = rows(visit.core, state, account, asked, &frame);
            Answer::json(200, &json!(rows)).with("cache-control", "no-store")
        }
        None => Answer::empty(404),
    })
}

/// `POST /accounts/{host}/chats/{chat}/answer`.
pub(super) async fn answer(visit: &Visit<'_>, chat_id: &str) -> Answer {
    let (core, host, text) = (visit.core, visit.host, visit.field("text").trim());
    if !text.is_empty() {
        let user = core.read(|state| state.accounts.get(host)?.writer().map(|user| user.id));
        let message = user.into_iter().fold(HookMessage::text(text), HookMessage::by_user);
        if let Err(error) = hooks::send(core, host, chat_id, message).await {
            return visit.frame.notice(409, &visit.frame.fill("not_sent", error));
        }
    }
    see_other(&visit.frame.chat(host, chat_id))
}

#[cfg(test)]
mod tests {
    use super::markers;

    #[test]
    fn markers_are_found_where_they_are_whole() {
        let found: Vec<&str> = markers("{{contact.name}}, order {{lead.id}} {{open").collect();
        assert_eq!(found, ["{{contact.name}}", "{{lead.id}}"]);
    }
}
