//! The file of a message.

use super::kind_words;
use crate::crm::{
    pages::strings::{Words, fill},
    state::Message,
};

/// A file and its presentation.
pub(super) struct File {
    pub(super) kind: String,
    /// Its address in the sandbox.
    pub(super) href: String,
    pub(super) name: String,
    /// Size and duration, if known.
    pub(super) facts: String,
}

pub(super) fn of(host: &str, message: &Message, words: &Words) -> Option<File> {
    let kind = message.field("type");
    let media = message.field("media");
    if media.is_empty() {
        return None;
    }
    let named = match message.field("file_name") {
        "" if kind_words(kind, words).is_empty() => kind,
        "" => kind_words(kind, words),
        name => name,
    };
    let number = |key: &str| message.content.get(key).and_then(serde_json::Value::as_u64).filter(|number| *number > 0);
    let duration = number("media_duration").map(|count| fill(words.chats.seconds, "count", &count.to_string()));
    let facts: Vec<String> = number("file_size").map(size).into_iter().chain(duration).collect();
    Some(File {
        kind: kind.to_owned(),
        href: format!("/accounts/{host}/messages/{}/media", message.id),
        name: named.to_owned(),
        facts: facts.join(" · "),
    })
}

/// A size with a unit that both languages use.
fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{} KB", bytes / 1024),
        _ => format!("{} MB", bytes / 1_048_576),
    }
}
