//! Detects entities in a text: commands, mentions, hashtags, links, addresses, phone numbers.

use serde_json::{Value, json};

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
    all.sort_by_key(|one| one["offset"].as_i64());
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
    } else if named('#').is_some_and(|tag| !tag.chars().all(|one| one.is_ascii_digit())) {
        "hashtag"
    } else if inner.starts_with("https://") || inner.starts_with("http://") {
        "url"
    } else if is_address(inner) {
        "email"
    } else if is_phone(inner) {
        "phone_number"
    } else {
        return None;
    };
    Some((kind, skipped, length(inner)))
}

fn is_address(word: &str) -> bool {
    word.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.split_once('.').is_some_and(|(left, right)| !left.is_empty() && right.len() > 1)
    })
}

fn is_phone(word: &str) -> bool {
    let digits = word.strip_prefix('+').unwrap_or_default();
    (10..=15).contains(&digits.len()) && digits.chars().all(|one| one.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_count_units_of_utf_16() {
        let found = entities("👋🏽 call +79990001122, see https://acme.test/a?b or @maria_kov!");
        assert_eq!(
            found,
            [
                json!({"offset": 10, "length": 12, "type": "phone_number"}),
                json!({"offset": 28, "length": 21, "type": "url"}),
                json!({"offset": 53, "length": 10, "type": "mention"}),
            ]
        );
        assert_eq!(entities("/start lead_77-A"), [json!({"offset": 0, "length": 6, "type": "bot_command"})]);
        assert_eq!(
            entities("(a@b.cd) #one #1"),
            [json!({"offset": 1, "length": 6, "type": "email"}), json!({"offset": 9, "length": 4, "type": "hashtag"}),]
        );
    }
}
