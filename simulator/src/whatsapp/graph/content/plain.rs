//! Text, location, contacts, reactions.

use serde_json::Value;

use super::{Content, Place};
use crate::whatsapp::{
    graph::error::{GraphError, ensure},
    state::{DAY, State},
};

/// Maximum characters of a text.
const TEXT: usize = 4096;
/// Maximum contacts of a message.
const CONTACTS: usize = 257;

pub(super) fn text(body: Value) -> Result<Content, GraphError> {
    let text = body["body"].as_str().unwrap_or_default().to_owned();
    ensure(!text.trim().is_empty(), || GraphError::parameter("The parameter text['body'] is required."))?;
    ensure(text.chars().count() <= TEXT, || {
        GraphError::parameter(&format!("Param text['body'] must be at most {TEXT} characters long."))
    })?;
    let preview = &body["preview_url"];
    ensure(preview.is_null() || preview.is_boolean(), || {
        GraphError::parameter("Param text['preview_url'] must be a boolean.")
    })?;
    Ok(Content::new("text", body, &text))
}

pub(super) fn location(body: Value) -> Result<Content, GraphError> {
    for (name, most) in [("latitude", 90.0), ("longitude", 180.0)] {
        let number = match &body[name] {
            Value::String(text) => text.parse().ok(),
            other => other.as_f64(),
        };
        let number =
            number.ok_or_else(|| GraphError::parameter(&format!("The parameter location['{name}'] is required.")))?;
        ensure((-most..=most).contains(&number), || {
            GraphError::value(format!("Location {name} must be between -{most} and {most}."))
        })?;
    }
    let words = [body["name"].as_str(), body["address"].as_str()];
    let text = words.into_iter().flatten().collect::<Vec<_>>().join(", ");
    Ok(Content::new("location", body, &text))
}

pub(super) fn contacts(body: Value) -> Result<Content, GraphError> {
    let all = body.as_array().cloned().unwrap_or_default();
    ensure((1..=CONTACTS).contains(&all.len()), || {
        GraphError::value(format!("Contacts count invalid. Min: 1, Max: {CONTACTS}"))
    })?;
    const PARTS: [&str; 5] = ["first_name", "last_name", "middle_name", "suffix", "prefix"];
    for (at, one) in all.iter().enumerate() {
        let name = &one["name"];
        ensure(name["formatted_name"].as_str().is_some_and(|text| !text.is_empty()), || {
            GraphError::missing(format!("contacts[{at}]['name']['formatted_name'] is required."))
        })?;
        ensure(PARTS.iter().any(|part| name[*part].as_str().is_some_and(|text| !text.is_empty())), || {
            GraphError::value(format!("contacts[{at}]['name'] needs one more part of the name."))
        })?;
    }
    let names: Vec<&str> = all.iter().filter_map(|one| one["name"]["formatted_name"].as_str()).collect();
    let text = names.join(", ");
    Ok(Content::new("contacts", body, &text))
}

pub(super) fn reaction(state: &State, place: &Place<'_>, body: Value) -> Result<Content, GraphError> {
    let id = body["message_id"].as_str().unwrap_or_default();
    ensure(!id.is_empty(), || GraphError::parameter("The parameter reaction['message_id'] is required."))?;
    let emoji = body["emoji"].as_str().map(str::to_owned);
    let emoji = emoji.ok_or_else(|| GraphError::parameter("The parameter reaction['emoji'] is required."))?;
    // An emoji may consist of several characters; a word is not one.
    ensure(
        emoji.chars().count() <= 12 && !emoji.chars().any(|one| one.is_alphanumeric() && !one.is_ascii_digit()),
        || GraphError::value("Reaction emoji is not valid."),
    )?;
    let found = state.message(place.phone, id).filter(|(person, _)| place.person == Some(*person));
    let (_, message) = found.ok_or_else(|| GraphError::value(format!("Message with id {id} was not found.")))?;
    ensure(message.kind != "reaction", || GraphError::value("A reaction cannot be reacted to."))?;
    ensure(state.now - message.at * 1000 <= 30 * DAY, || GraphError::value("The message is older than 30 days."))?;
    Ok(Content::new("reaction", body, &emoji))
}
