//! The buttons below a message.

use serde_json::Value;

use super::strings::Words;
use crate::whatsapp::state::Message;

/// A button or a link.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// A reply button or quick reply: its index and text.
    Press(usize, String),
    /// A row of a list: its id and text.
    Choose(String, String),
    /// An address and text.
    Open(String, String),
    /// "Share my number".
    Share(String),
    /// A button that this phone does not support.
    Nothing(String),
}

/// The buttons of a message.
pub(super) fn of(message: &Message, words: &'static Words) -> Vec<Key> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    match message.kind.as_str() {
        "template" => {
            let buttons = message.body["shown"]["buttons"].as_array().map(Vec::as_slice).unwrap_or_default();
            buttons.iter().enumerate().map(|(at, one)| template_key(message, at, one)).collect()
        }
        "interactive" => {
            let action = &message.body["action"];
            match message.body["type"].as_str().unwrap_or_default() {
                "button" => {
                    let all = action["buttons"].as_array().map(Vec::as_slice).unwrap_or_default();
                    all.iter().enumerate().map(|(at, one)| Key::Press(at, text(&one["reply"]["title"]))).collect()
                }
                "list" => {
                    let sections = action["sections"].as_array().map(Vec::as_slice).unwrap_or_default();
                    let rows = sections.iter().filter_map(|one| one["rows"].as_array()).flatten();
                    rows.map(|row| Key::Choose(text(&row["id"]), text(&row["title"]))).collect()
                }
                "cta_url" => {
                    vec![Key::Open(text(&action["parameters"]["url"]), text(&action["parameters"]["display_text"]))]
                }
                "request_contact_info" => vec![Key::Share(words.share.to_owned())],
                other => vec![Key::Nothing(other.to_owned())],
            }
        }
        _ => Vec::new(),
    }
}

/// A template's button; the variable of an address is filled from the message.
fn template_key(message: &Message, at: usize, button: &Value) -> Key {
    let text = button["text"].as_str().unwrap_or_default().to_owned();
    let given = message.body["components"].as_array().into_iter().flatten().find(|one| {
        let index = one["index"].as_str().map_or_else(|| one["index"].to_string(), str::to_owned);
        one["type"] == "button" && index == at.to_string()
    });
    let value = given.and_then(|one| one["parameters"][0]["text"].as_str()).unwrap_or_default();
    match (button["type"].as_str(), button["url"].as_str()) {
        (Some("QUICK_REPLY"), _) => Key::Press(at, text),
        (_, Some(url)) => {
            let stem = url.split("{{").next().unwrap_or(url);
            Key::Open(format!("{stem}{}", if stem == url { "" } else { value }), text)
        }
        _ => Key::Nothing(text),
    }
}
