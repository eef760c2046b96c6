//! Texts and captions: trimmed, parsed, measured.

use serde_json::{Value, json};

use super::{
    answer::{Refusal, bad, ensure},
    html,
    params::Params,
};
use crate::telegram::detect;

/// A text with its entities.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Text {
    pub(super) text: String,
    pub(super) entities: Vec<Value>,
}

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
    captioned(&given, params.json("caption_entities", "entities")?, params.text("parse_mode").as_deref())
}

/// The caption of one file of an album.
pub(super) fn captioned(given: &str, entities: Option<Value>, mode: Option<&str>) -> Result<Text, Refusal> {
    let text = parsed(given, entities, mode)?;
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
        ("html", None) => html::parse(given)?,
        // Markdown is not supported: no test needs it, and a partial implementation could mislead.
        _ => return Err(bad("unsupported parse_mode")),
    };
    let mut text = trimmed(text);
    let units = detect::length(&text.text);
    let fits = |entity: &Value| {
        let number = |key: &str| usize::try_from(entity[key].as_i64().unwrap_or(-1)).unwrap_or(usize::MAX);
        number("offset").saturating_add(number("length")) <= units
    };
    text.entities.retain(fits);
    let covered = text.entities.clone();
    let is_free = |found: &Value| !covered.iter().any(|one| one["offset"] == found["offset"]);
    text.entities.extend(detect::entities(&text.text).into_iter().filter(is_free));
    text.entities.sort_by_key(|one| one["offset"].as_i64());
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
