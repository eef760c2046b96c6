//! Replaces what a request said by its length. Kept are the names of fields, whole numbers, `true` and `false`, and the
//! strings of the protocol fields below, if they look as such a field does (docs/decisions/0042-the-request-of-a-failed-attempt.md).

use std::borrow::Cow;

use chrono::DateTime;
use serde_json::{Map, Value};
use url::{Url, form_urlencoded};
use uuid::Uuid;

/// Words of a protocol.
const WORDS: [&str; 14] = [
    "action",
    "event_type",
    "format",
    "grant_type",
    "language",
    "messaging_product",
    "messaging_type",
    "mime_type",
    "parse_mode",
    "recipient_type",
    "role",
    "sender_action",
    "status",
    "type",
];
/// Ids, kept if they are UUIDs: others may be a phone number or an e-mail address.
const IDS: [&str; 8] =
    ["conversation_id", "conversation_ref_id", "external_id", "id", "message_id", "msgid", "ref_id", "source_id"];
/// Times of RFC 3339.
const TIMES: [&str; 3] = ["sent_at", "timestamp", "until"];
/// Numbers of VK, whose requests are forms: a form has only strings.
const NUMBERS: [&str; 4] = ["group_id", "peer_id", "random_id", "v"];

/// Longest word of a protocol, name of a field and word of a path.
const WORD: usize = 40;
/// Longest part of a word of a path: Telegram's `editMessageReplyMarkup` and VK's `getMessagesUploadServer` are the
/// longest of methods, secrets are longer.
const PART: usize = 24;

fn length(text: &str) -> String {
    match text.chars().count() {
        1 => "(1 character)".to_owned(),
        count => format!("({count} characters)"),
    }
}

/// A JSON body on several lines; none if it is not JSON.
pub(super) fn json(body: &[u8]) -> Option<String> {
    let value: Value = serde_json::from_slice(body).ok()?;
    serde_json::to_string_pretty(&masked("", value)).ok()
}

fn masked(key: &str, value: Value) -> Value {
    match value {
        Value::String(text) => kept(key, &text).into(),
        // Coordinates.
        Value::Number(number) if number.is_f64() => "(a number)".into(),
        Value::Array(items) => items.into_iter().map(|item| masked(key, item)).collect(),
        Value::Object(fields) => {
            let one = |(key, value): (String, Value)| (name(&key).into_owned(), masked(&key, value));
            Value::Object(fields.into_iter().map(one).collect::<Map<_, _>>())
        }
        plain => plain,
    }
}

/// A form, one field a line.
pub(super) fn form(body: &[u8]) -> String {
    let lines = form_urlencoded::parse(body).map(|(key, value)| format!("{}={}\n", name(&key), kept(&key, &value)));
    lines.collect()
}

/// Scheme, host and path, and the names of the query's fields.
pub(super) fn address(url: &Url, is_path_kept: bool) -> String {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let mut text = format!("{}://{}{port}", url.scheme(), url.host_str().unwrap_or_default());
    if !is_path_kept {
        let path = url.path().trim_start_matches('/');
        let path = if path.is_empty() { String::new() } else { length(path) };
        return format!("{text}/{path}");
    }
    for segment in url.path_segments().into_iter().flatten() {
        text.push('/');
        text.push_str(&if is_word_of_path(segment) { Cow::Borrowed(segment) } else { length(segment).into() });
    }
    for (place, (key, value)) in url.query_pairs().enumerate() {
        text.push(if place == 0 { '?' } else { '&' });
        text.push_str(&format!("{}={}", name(&key), length(&value)));
    }
    text
}

/// The string of a field, or its length.
fn kept(key: &str, text: &str) -> String {
    let is_kept = WORDS.contains(&key) && is_word(text)
        || IDS.contains(&key) && Uuid::try_parse(text).is_ok()
        || TIMES.contains(&key) && DateTime::parse_from_rfc3339(text).is_ok()
        || NUMBERS.contains(&key) && is_number(text);
    if is_kept { text.to_owned() } else { length(text) }
}

/// The name of a field, in lower case as all of them are. The object may have data in their place.
fn name(key: &str) -> Cow<'_, str> {
    let is_name = |sign: char| sign.is_ascii_lowercase() || sign == '_';
    if key.len() <= WORD && !key.is_empty() && key.chars().all(is_name) { key.into() } else { length(key).into() }
}

fn is_word(text: &str) -> bool {
    let is_part = |sign: char| sign.is_ascii_alphanumeric() || "_-./".contains(sign);
    text.len() <= WORD && text.starts_with(|sign: char| sign.is_ascii_alphabetic()) && text.chars().all(is_part)
}

fn is_number(text: &str) -> bool {
    text.len() <= 20 && text.chars().all(|sign| sign.is_ascii_digit() || "-.".contains(sign))
}

/// A method's name, such as `sendMessage`, `messages.send` or `delivery_status`, or a version. A token has digits, or
/// capitals that begin no word, or is long.
fn is_word_of_path(segment: &str) -> bool {
    let is_version = |rest: &str| rest.len() <= 4 && rest.chars().all(|sign| sign.is_ascii_digit() || sign == '.');
    if segment.strip_prefix('v').is_some_and(is_version) {
        return true;
    }
    let is_camel = |part: &str| {
        let letters = part.as_bytes();
        letters.len() <= PART
            && letters.iter().all(u8::is_ascii_alphabetic)
            && !letters.windows(2).any(|two| two.iter().all(u8::is_ascii_uppercase))
    };
    segment.len() <= WORD && segment.split(['.', '_']).all(is_camel)
}
