//! Texts and captions: parsed, trimmed, measured. Entities that Telegram finds itself are added when a message is shown.

use serde_json::{Value, json};

pub(super) use super::detect::Text;
use super::params::{Params, Refusal, bad, ensure};
use super::{detect, markdown};

/// `text` with `entities` or `parse_mode`: 1–4096 UTF-16 units after parsing.
pub(super) fn message(params: &Params) -> Result<Text, Refusal> {
    let given = params.text("text").unwrap_or_default();
    let text = parsed(&given, params.json("entities", "entities")?, params.text("parse_mode").as_deref())?;
    ensure(!text.text.is_empty(), || bad("message text is empty"))?;
    ensure(detect::length(&text.text) <= 4096, || bad("message is too long"))?;
    Ok(text)
}

/// `caption` with `caption_entities` or `parse_mode`: 0–1024 UTF-16 units after parsing.
pub(super) fn caption(params: &Params) -> Result<Text, Refusal> {
    let given = params.text("caption").unwrap_or_default();
    let text = parsed(&given, params.json("caption_entities", "entities")?, params.text("parse_mode").as_deref())?;
    ensure(detect::length(&text.text) <= 1024, || bad("message caption is too long"))?;
    Ok(text)
}

fn parsed(given: &str, entities: Option<Value>, mode: Option<&str>) -> Result<Text, Refusal> {
    let text = match (mode.unwrap_or_default().to_ascii_lowercase().as_str(), entities) {
        (_, Some(entities)) => Text {
            text: given.to_owned(),
            entities: entities.as_array().cloned().ok_or_else(|| bad("can't parse entities: expected an Array"))?,
        },
        ("", None) => Text { text: given.to_owned(), entities: Vec::new() },
        ("html", None) => html(given)?,
        ("markdown", None) => markdown::older(given)?,
        ("markdownv2", None) => markdown::second(given)?,
        _ => return Err(bad("unsupported parse_mode")),
    };
    let mut text = trimmed(text);
    let units = i64::try_from(detect::length(&text.text)).unwrap_or_default();
    text.entities.retain_mut(|entity| {
        let [offset, length] = ["offset", "length"].map(|key| entity[key].as_i64().unwrap_or(-1));
        let length = length.min(units - offset);
        entity["length"] = json!(length);
        offset >= 0 && length > 0
    });
    Ok(text)
}

/// Without surrounding white space; offsets are adjusted.
fn trimmed(text: Text) -> Text {
    let end = text.text.trim_end();
    let whole = end.trim_start();
    let moved = i64::try_from(detect::length(end) - detect::length(whole)).unwrap_or_default();
    let shifted = |mut entity: Value| {
        entity["offset"] = json!(entity["offset"].as_i64().unwrap_or_default() - moved);
        entity
    };
    Text { text: whole.to_owned(), entities: text.entities.into_iter().map(shifted).collect() }
}

/// Tags and the entities they become.
const TAGS: [(&str, &str); 15] = [
    ("b", "bold"),
    ("strong", "bold"),
    ("i", "italic"),
    ("em", "italic"),
    ("u", "underline"),
    ("ins", "underline"),
    ("s", "strikethrough"),
    ("strike", "strikethrough"),
    ("del", "strikethrough"),
    ("tg-spoiler", "spoiler"),
    ("span", "spoiler"),
    ("blockquote", "blockquote"),
    ("code", "code"),
    ("pre", "pre"),
    ("a", "text_link"),
];

/// An open tag: its name, its start, its link.
struct Open {
    tag: String,
    entity: &'static str,
    offset: usize,
    link: Option<String>,
}

/// Text and entities of `parse_mode` HTML.
fn html(given: &str) -> Result<Text, Refusal> {
    let mut text = Text::default();
    let mut open: Vec<Open> = Vec::new();
    let mut rest = given;
    while let Some(at) = rest.find(['<', '&']) {
        text.text.push_str(&rest[..at]);
        let offset = given.len() - rest.len() + at;
        rest = &rest[at..];
        if rest.starts_with('&') {
            let (letter, length) = character(rest).unwrap_or(('&', 1));
            text.text.push(letter);
            rest = &rest[length..];
            continue;
        }
        let unclosed = || bad(&format!("can't parse entities: Unclosed start tag at byte offset {offset}"));
        let end = rest.find('>').ok_or_else(unclosed)?;
        let inside = &rest[1..end];
        rest = &rest[end + 1..];
        match inside.strip_prefix('/') {
            Some(tag) => close(&mut text, &mut open, tag.trim(), offset)?,
            None => open.push(opened(&text, inside, offset)?),
        }
    }
    text.text.push_str(rest);
    match open.last() {
        Some(left) => {
            Err(bad(&format!("can't parse entities: Can't find end tag corresponding to start tag \"{}\"", left.tag)))
        }
        None => Ok(text),
    }
}

fn opened(text: &Text, inside: &str, offset: usize) -> Result<Open, Refusal> {
    let tag = inside.split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
    let unknown = || bad(&format!("can't parse entities: Unsupported start tag \"{tag}\" at byte offset {offset}"));
    let entity = TAGS.iter().find(|(known, _)| *known == tag).map(|(_, entity)| *entity).ok_or_else(unknown)?;
    let link = inside.split_once("href=").map(|(_, link)| link.trim().trim_matches(['"', '\'']).to_owned());
    Ok(Open { tag, entity, offset: detect::length(&text.text), link })
}

fn close(text: &mut Text, open: &mut Vec<Open>, tag: &str, offset: usize) -> Result<(), Refusal> {
    let unexpected = || bad(&format!("can't parse entities: Unexpected end tag at byte offset {offset}"));
    let last = open.pop_if(|last| last.tag == tag.to_ascii_lowercase()).ok_or_else(unexpected)?;
    let length = detect::length(&text.text) - last.offset;
    let mut entity: Value = json!({"offset": last.offset, "length": length, "type": last.entity});
    if let Some(link) = last.link {
        entity["url"] = json!(link);
    }
    if length > 0 {
        text.entities.push(entity);
    }
    Ok(())
}

/// One of the four named entities or a numeric one, and the length of its source.
fn character(text: &str) -> Option<(char, usize)> {
    let end = text.find(';').filter(|end| *end <= 10)?;
    let letter = match &text[1..end] {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        number => char::from_u32(match number.strip_prefix("#x") {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.strip_prefix('#')?.parse().ok()?,
        })?,
    };
    Some((letter, end + 1))
}
