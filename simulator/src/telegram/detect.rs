//! Detects entities in a text: commands, mentions, links, phone numbers.

use serde_json::{Value, json};

/// A text with its entities.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Text {
    pub(super) text: String,
    pub(super) entities: Vec<Value>,
}

/// A text's length as Telegram counts it: UTF-16 units.
pub(super) fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// Entities of a text, offsets and lengths in UTF-16 units.
fn entities(text: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut offset = 0;
    for piece in text.split_inclusive(char::is_whitespace) {
        let word = piece.trim_end();
        if let Some((kind, skipped, length)) = word_entity(word) {
            found.push(json!({"offset": offset + skipped, "length": length, "type": kind}));
        }
        offset += length(piece);
    }
    found
}

/// The given entities, and those of the text where none was given.
pub(super) fn all(text: &str, given: Option<&Value>) -> Vec<Value> {
    let mut all = given.and_then(Value::as_array).cloned().unwrap_or_default();
    let covered: Vec<Value> = all.iter().map(|one| one["offset"].clone()).collect();
    all.extend(entities(text).into_iter().filter(|found| !covered.contains(&found["offset"])));
    // The outer before the inner.
    all.sort_by_key(|one| (one["offset"].as_i64(), -one["length"].as_i64().unwrap_or_default()));
    all
}

/// The entity of one word: its kind, its offset in the word, its length.
fn word_entity(word: &str) -> Option<(&'static str, usize, usize)> {
    let bare = word.trim_end_matches(['.', ',', '!', '?', ';', ':', ')', '»', '"']);
    let inner = bare.trim_start_matches(['(', '«', '"']);
    let skipped = length(bare) - length(inner);
    let named = |prefix: char| {
        let rest = inner.strip_prefix(prefix)?;
        let plain = rest.chars().all(|one| one.is_alphanumeric() || one == '_' || (prefix == '/' && one == '@'));
        (plain && !rest.is_empty()).then_some(rest)
    };
    let kind = if named('/').is_some() {
        "bot_command"
    } else if named('@').is_some_and(|name| name.len() >= 4) {
        "mention"
    } else if inner.starts_with("https://") || inner.starts_with("http://") {
        "url"
    } else if is_phone(inner) {
        "phone_number"
    } else {
        return None;
    };
    Some((kind, skipped, length(inner)))
}

fn is_phone(word: &str) -> bool {
    let digits = word.strip_prefix('+').unwrap_or_default();
    (10..=15).contains(&digits.len()) && digits.chars().all(|one| one.is_ascii_digit())
}
