//! Interactive messages: reply buttons, lists, a button with an address, and others.

use serde_json::Value;

use super::{Content, Place, list, media, text_of};
use crate::whatsapp::{
    graph::error::{GraphError, ensure},
    state::State,
};

/// Maximum characters of a body, of a header, of a footer.
const BODY: usize = 1024;
const LIST_BODY: usize = 4096;
const SHORT: usize = 60;
/// Maximum reply buttons, and maximum characters of their titles and ids.
const BUTTONS: usize = 3;
const TITLE: usize = 20;
const ID: usize = 256;

/// Kinds whose action is not validated.
const OTHERS: [&str; 8] = [
    "address_message",
    "call_permission_request",
    "carousel",
    "catalog_message",
    "flow",
    "product",
    "product_list",
    "voice_call",
];

pub(super) fn read(state: &State, place: &Place<'_>, body: Value) -> Result<Content, GraphError> {
    let kind = body["type"].as_str().unwrap_or_default().to_owned();
    let action = &body["action"];
    ensure(action.is_object(), || GraphError::parameter("The parameter interactive['action'] is required."))?;
    match kind.as_str() {
        "button" => buttons(&action["buttons"])?,
        "list" => list::check(action)?,
        "cta_url" => address(action)?,
        "location_request_message" => named(action, "send_location")?,
        "request_contact_info" => named(action, "request_contact_info")?,
        other => ensure(OTHERS.contains(&other), || {
            GraphError::parameter(&format!("Param interactive['type'] is not supported - got \"{other}\"."))
        })?,
    }
    let most = if kind == "list" { LIST_BODY } else { BODY };
    let words = &body["body"]["text"];
    if kind != "product" && kind != "call_permission_request" {
        ensure(words.as_str().is_some_and(|text| !text.is_empty()), || {
            GraphError::missing("interactive['body']['text'] is required.")
        })?;
        text_of(words, "Body text", 1, most)?;
    }
    if body.get("footer").is_some_and(|footer| !footer.is_null()) {
        text_of(&body["footer"]["text"], "Footer text", 1, SHORT)?;
    }
    let text = words.as_str().unwrap_or_default().to_owned();
    let mut content = Content::new("interactive", body.clone(), &text);
    header(state, place, &kind, &mut content, &body["header"])?;
    Ok(content)
}

fn named(action: &Value, name: &str) -> Result<(), GraphError> {
    ensure(action["name"] == name, || {
        GraphError::parameter(&format!("Param interactive['action']['name'] must be one of {{{name}}}"))
    })
}

fn header(
    state: &State,
    place: &Place<'_>,
    kind: &str,
    content: &mut Content,
    header: &Value,
) -> Result<(), GraphError> {
    let Some(form) = header["type"].as_str() else {
        return ensure(header.is_null(), || {
            GraphError::parameter("The parameter interactive['header']['type'] is required.")
        });
    };
    match form {
        "text" => text_of(&header["text"], "Header text", 1, SHORT).map(drop),
        "image" | "video" | "document" if ["button", "cta_url", "flow", "product_list"].contains(&kind) => {
            media::attach(state, place, content, (form, &header[form], false))
        }
        _ => Err(GraphError::value(format!("Header of type {form} is not supported in a message of type {kind}."))),
    }
}

fn buttons(given: &Value) -> Result<(), GraphError> {
    let all = given.as_array().map(Vec::as_slice).unwrap_or_default();
    ensure((1..=BUTTONS).contains(&all.len()), || {
        GraphError::value(format!("Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: {BUTTONS}"))
    })?;
    let mut titles = Vec::new();
    let mut ids = Vec::new();
    for button in all {
        ensure(button["type"] == "reply", || GraphError::value("Button type must be reply."))?;
        titles.push(text_of(&button["reply"]["title"], "Button title", 1, TITLE)?);
        ids.push(text_of(&button["reply"]["id"], "Button id", 1, ID)?);
    }
    ensure(is_unique(&titles), || GraphError::value("Button titles must be unique."))?;
    ensure(is_unique(&ids), || GraphError::value("Button ids must be unique."))
}

/// Whether all texts are different.
pub(super) fn is_unique(texts: &[&str]) -> bool {
    let set: std::collections::BTreeSet<&&str> = texts.iter().collect();
    set.len() == texts.len()
}

fn address(action: &Value) -> Result<(), GraphError> {
    named(action, "cta_url")?;
    let parameters = &action["parameters"];
    text_of(&parameters["display_text"], "Button display_text", 1, TITLE)?;
    let url = parameters["url"].as_str().unwrap_or_default();
    ensure(url.starts_with("https://") || url.starts_with("http://"), || {
        GraphError::value("Button url is not valid: it must start with http:// or https://.")
    })
}
