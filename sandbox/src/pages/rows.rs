//! What the manager's window shows, in the words of one language. The page and the script use the same rows.

use chrono::{DateTime, Local, Utc};
use serde::Serialize;

use super::{
    shell,
    strings::{Words, fill},
};
use crate::{
    core::Core,
    log::{LogDirection, RequestView},
    state::{Account, Chat, Direction, Message, Mood, State},
};

/// The window shows this many lines of the log.
const LOG_ROWS: usize = 150;

/// One chat of the list on the left.
#[derive(Serialize)]
pub(crate) struct ChatRow {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) source: String,
    pub(crate) last: String,
    pub(crate) unread: String,
    pub(crate) href: String,
    pub(crate) current: bool,
}

/// One message in the middle.
#[derive(Serialize)]
pub(crate) struct Bubble {
    pub(crate) id: String,
    pub(crate) mine: bool,
    pub(crate) who: String,
    pub(crate) text: String,
    pub(crate) media: String,
    pub(crate) media_name: String,
    pub(crate) time: String,
    pub(crate) marks: Vec<String>,
    pub(crate) tone: &'static str,
    pub(crate) icon: &'static str,
    pub(crate) state: String,
    pub(crate) error: String,
    pub(crate) hook: String,
}

/// One line of the log on the right.
#[derive(Serialize)]
pub(crate) struct LogRow {
    pub(crate) id: String,
    pub(crate) time: String,
    pub(crate) arrow: &'static str,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) status: String,
    pub(crate) tone: &'static str,
    pub(crate) millis: String,
    pub(crate) note: String,
}

/// Everything that changes while the window is open.
#[derive(Serialize)]
pub(crate) struct Snapshot {
    pub(crate) chats: Vec<ChatRow>,
    pub(crate) heading: String,
    pub(crate) subtitle: String,
    pub(crate) messages: Vec<Bubble>,
    pub(crate) log: Vec<LogRow>,
    pub(crate) broken: String,
}

fn clock(moment: DateTime<Utc>, pattern: &str) -> String {
    moment.with_timezone(&Local).format(pattern).to_string()
}

fn preview(message: &Message) -> String {
    let text = message.field("text");
    if text.is_empty() { format!("[{}]", message.field("type")) } else { text.chars().take(80).collect() }
}

fn person_name(account: &Account, chat: &Chat) -> String {
    account.person(&chat.person_id).map(|person| person.name.clone()).unwrap_or_default()
}

fn source_name(account: &Account, chat: &Chat) -> String {
    account.source_of(chat).map(|source| source.name.clone()).or_else(|| chat.source.clone()).unwrap_or_default()
}

fn chat_rows(account: &Account, chosen: &str, words: &Words, keep: &str) -> Vec<ChatRow> {
    let mut latest: std::collections::HashMap<&str, (usize, &Message)> = std::collections::HashMap::new();
    for (at, message) in account.messages.iter().enumerate() {
        latest.insert(&message.chat_id, (at, message));
    }
    // A chat without messages is not shown, as in the account.
    let mut found: Vec<(usize, &Message, &Chat)> = account
        .chats
        .iter()
        .filter_map(|chat| {
            let (at, message) = latest.get(chat.id.as_str())?;
            Some((*at, *message, chat))
        })
        .collect();
    found.sort_by_key(|(at, ..)| std::cmp::Reverse(*at));
    found
        .into_iter()
        .map(|(_, message, chat)| ChatRow {
            id: chat.id.clone(),
            name: person_name(account, chat),
            source: source_name(account, chat),
            last: preview(message),
            unread: if chat.unread == 0 {
                String::new()
            } else {
                fill(words.unread, "count", &chat.unread.to_string())
            },
            href: format!("/accounts/{}/?chat={}{keep}#chat", account.host, chat.id),
            current: chat.id == chosen,
        })
        .collect()
}

fn bubble(message: &Message, words: &Words) -> Bubble {
    let outgoing = message.direction == Direction::Outgoing;
    let (tone, icon, state) = match (outgoing, message.mood()) {
        (false, _) => ("", "", ""),
        (true, Mood::Sent) => ("wait", "clock", words.sent),
        (true, Mood::Delivered) => ("ok", "tick", words.delivered),
        (true, Mood::Read) => ("ok", "ticks", words.read),
        (true, Mood::Failed) => ("bad", "cross", words.failed),
    };
    let mut marks = Vec::new();
    if message.edited {
        marks.push(words.edited.to_owned());
    }
    if message.direction == Direction::Imported {
        marks.push(words.outside.to_owned());
    }
    marks.extend(message.reactions.iter().map(|(_, emoji)| emoji.clone()));
    let error = match (message.mood(), message.failure()) {
        (Mood::Failed, Some(status)) => {
            let code = status.error_code.map(|code| code.to_string());
            let words = [code, status.error.clone()];
            words.into_iter().flatten().collect::<Vec<_>>().join(" · ")
        }
        _ => String::new(),
    };
    let media = message.field("media");
    let name = message.field("file_name");
    let moment = DateTime::from_timestamp_millis(message.msec_timestamp).unwrap_or_default();
    Bubble {
        id: message.id.clone(),
        mine: message.direction != Direction::Incoming,
        who: message.sender_name.clone(),
        text: match message.field("text") {
            "" if media.is_empty() => special(message),
            text => text.to_owned(),
        },
        media: if media.starts_with("http") { media.to_owned() } else { String::new() },
        media_name: if name.is_empty() { message.field("type").to_owned() } else { name.to_owned() },
        time: clock(moment, "%H:%M"),
        marks,
        tone,
        icon,
        state: state.to_owned(),
        error,
        hook: match &message.hook {
            None => String::new(),
            Some(hook) => format!(
                "hook → {} · {} {}",
                hook.status.map_or_else(|| words.no_answer.to_owned(), |status| status.to_string()),
                hook.millis,
                words.millis
            ),
        },
    }
}

/// A message without text or file: a place or a contact.
fn special(message: &Message) -> String {
    let part = |object: &str, key: &str| {
        message
            .content
            .get(object)
            .and_then(|inner| inner.get(key))
            .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    };
    let words = match message.field("type") {
        "location" => [part("location", "lat"), part("location", "lon")],
        _ => [part("contact", "name"), part("contact", "phone")],
    };
    words.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn log_row(line: &RequestView, words: &Words) -> LogRow {
    let tone = match line.status {
        Some(200..=299) => "ok",
        Some(300..=499) => "warn",
        _ => "bad",
    };
    let note = line.note.clone().unwrap_or_default();
    LogRow {
        id: line.number.to_string(),
        time: clock(line.at, "%H:%M:%S"),
        arrow: match line.direction {
            LogDirection::In => "→",
            LogDirection::Out => "hook",
        },
        method: line.method.clone(),
        path: line.path.clone(),
        status: line.status.map_or_else(|| words.no_answer.to_owned(), |status| status.to_string()),
        tone,
        millis: format!("{} {}", line.millis, words.millis),
        note: if note == "X-Signature does not match" { words.signature_bad.to_owned() } else { note },
    }
}

/// The rows of one account's window; `keep` is what links carry on (`&lang=ru` or nothing).
pub(crate) fn snapshot(core: &Core, host: &str, chosen: &str, words: &Words, keep: &str) -> Option<Snapshot> {
    let make = |state: &State| {
        let account = state.accounts.get(host)?;
        let chat = account.chat(chosen);
        Some(Snapshot {
            chats: chat_rows(account, chosen, words, keep),
            heading: chat.map_or_else(|| words.chat.to_owned(), |chat| person_name(account, chat)),
            subtitle: chat.map(|chat| source_name(account, chat)).unwrap_or_default(),
            messages: account
                .messages
                .iter()
                .filter(|message| message.chat_id == chosen)
                .map(|message| bubble(message, words))
                .collect(),
            log: state
                .requests
                .iter()
                .rev()
                .filter(|line| line.host.as_deref().is_none_or(|known| known == host))
                .take(LOG_ROWS)
                .map(|line| log_row(line, words))
                .collect(),
            broken: shell::broken(core, state, words, host),
        })
    };
    core.read(make)
}
