//! The contents of the manager's window in one language. The page and the script use the same HTML fragments.

use std::collections::HashMap;

use askama::Template;
use chrono::{DateTime, Local, Utc};
use serde::Serialize;

use super::{
    bubble::preview,
    feed, shell,
    strings::{Words, fill},
};
use crate::crm::{
    core::Core,
    log::{LogDirection, RequestView},
    state::{Account, Chat, Message, State},
};

/// Lines of the log in the window.
const LOG_ROWS: usize = 150;

/// One row of a list.
#[derive(Serialize)]
pub(crate) struct Row {
    pub(crate) id: String,
    /// A rendered `li`; people's texts are escaped.
    pub(crate) html: String,
    /// The plain text of a message, empty in other rows.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) text: String,
}

#[derive(Template)]
#[template(path = "crm/chat_row.html")]
struct ChatRow<'a> {
    id: &'a str,
    name: String,
    source: String,
    last: String,
    unread: String,
    href: String,
    current: bool,
}

#[derive(Template)]
#[template(path = "crm/log_row.html")]
struct LogRow<'a> {
    id: String,
    time: String,
    arrow: &'static str,
    line: &'a RequestView,
    status: String,
    tone: &'static str,
    millis: String,
    note: String,
}

/// The parts of the window that change.
#[derive(Serialize)]
pub(crate) struct Snapshot {
    pub(crate) chats: Vec<Row>,
    pub(crate) heading: String,
    pub(crate) subtitle: String,
    pub(crate) messages: Vec<Row>,
    pub(crate) log: Vec<Row>,
    pub(crate) broken: String,
    /// Who is typing, and for how many more milliseconds.
    pub(crate) typing: String,
    pub(crate) typing_millis: i64,
    /// Milliseconds left of the time window (0 after it), `None` without a window.
    pub(crate) window_millis: Option<i64>,
    /// Whether only templates may be sent now.
    pub(crate) only_templates: bool,
    /// A note about the whole chat.
    pub(crate) note: String,
}

fn clock(moment: DateTime<Utc>, pattern: &str) -> String {
    moment.with_timezone(&Local).format(pattern).to_string()
}

pub(super) fn person_name(account: &Account, chat: &Chat) -> String {
    account.person(&chat.person_id).map(|person| person.name.clone()).unwrap_or_default()
}

fn source_name(account: &Account, chat: &Chat) -> String {
    account.source_of(chat).map(|source| source.name.clone()).or_else(|| chat.source.clone()).unwrap_or_default()
}

fn chat_rows(account: &Account, chosen: &str, words: &Words, keep: &str) -> Vec<Row> {
    let mut latest: HashMap<&str, (usize, &Message)> = HashMap::new();
    for (at, message) in account.messages.iter().enumerate() {
        latest.insert(&message.chat_id, (at, message));
    }
    // A chat without messages is not shown, as in amoCRM.
    let mut found: Vec<(usize, &Message, &Chat)> = account
        .chats
        .iter()
        .filter_map(|chat| {
            let (at, message) = latest.get(chat.id.as_str())?;
            Some((*at, *message, chat))
        })
        .collect();
    found.sort_by_key(|(at, ..)| std::cmp::Reverse(*at));
    let row = |(_, message, chat): (usize, &Message, &Chat)| {
        let unread = Some(chat.unread).filter(|count| *count > 0);
        let row = ChatRow {
            id: &chat.id,
            name: person_name(account, chat),
            source: source_name(account, chat),
            last: preview(message, words),
            unread: unread.map(|count| fill(words.unread, "count", &count.to_string())).unwrap_or_default(),
            href: format!("/accounts/{}/?chat={}{keep}#chat", account.host, chat.id),
            current: chat.id == chosen,
        };
        Row { id: chat.id.clone(), html: row.render().unwrap_or_default(), text: String::new() }
    };
    found.into_iter().map(row).collect()
}

fn log_row(line: &RequestView, words: &Words) -> Row {
    let note = line.note.clone().unwrap_or_default();
    let id = line.number.to_string();
    let row = LogRow {
        id: id.clone(),
        time: clock(line.at, "%H:%M:%S"),
        arrow: match line.direction {
            LogDirection::In => "→",
            LogDirection::Out => "hook",
        },
        line,
        status: line.status.map_or_else(|| words.no_answer.to_owned(), |status| status.to_string()),
        tone: match line.status {
            Some(200..=299) => "ok",
            Some(300..=499) => "warn",
            _ => "bad",
        },
        millis: format!("{} {}", line.millis, words.millis),
        note: if note == "X-Signature does not match" { words.signature_bad.to_owned() } else { note },
    };
    Row { id, html: row.render().unwrap_or_default(), text: String::new() }
}

/// The rows of an account's window; `keep` is the query that links keep (`&lang=ru` or nothing).
pub(crate) fn snapshot(core: &Core, host: &str, chosen: &str, words: &'static Words, keep: &str) -> Option<Snapshot> {
    let now = core.now();
    let make = |state: &State| {
        let account = state.accounts.get(host)?;
        let chat = account.chat(chosen);
        let typing = chat.and_then(|chat| chat.typing_at(now));
        let window = chat.and_then(|chat| feed::window(state, account, chat, now));
        let unbound = chat.is_some_and(|chat| chat.conversation_id.is_none());
        let log = state.requests.iter().rev().filter(|line| line.host.as_deref().is_none_or(|known| known == host));
        Some(Snapshot {
            chats: chat_rows(account, chosen, words, keep),
            heading: chat.map_or_else(|| words.chat.to_owned(), |chat| person_name(account, chat)),
            subtitle: chat.map(|chat| source_name(account, chat)).unwrap_or_default(),
            messages: chat.map(|chat| feed::window_rows(state, account, chat, words)).unwrap_or_default(),
            log: log.take(LOG_ROWS).map(|line| log_row(line, words)).collect(),
            broken: shell::broken(core, state, words, host),
            typing: typing.map(|typing| fill(words.chats.typing, "who", &typing.name)).unwrap_or_default(),
            typing_millis: typing.map_or(0, |typing| (typing.until - now).num_milliseconds()),
            window_millis: window.map(|window| window.millis),
            only_templates: window.is_some_and(|window| window.millis == 0 && window.blocks),
            note: if unbound { words.chats.unbound.to_owned() } else { String::new() },
        })
    };
    core.read(make)
}
