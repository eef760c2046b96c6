//! Attachments and keyboards of a bot's message, with their limits.

use serde_json::{Value, json};

use super::answer::{Refusal, ensure, wrong};
use super::options::Max;
use crate::kit::{Button, Id, Message, list, vcard};

const ROWS: usize = 30;
const IN_ROW: usize = 7;
const WIDE_IN_ROW: usize = 3;
/// Buttons of which at most three fit into a row.
const WIDE: [&str; 4] = ["link", "open_app", "request_contact", "request_geo_location"];

fn text<'a>(of: &'a Value, name: &str) -> &'a str {
    of[name].as_str().unwrap_or_default()
}

/// Reads `attachments` into a message.
pub(super) fn read(state: &Max, given: &Value, message: &mut Message) -> Result<(), Refusal> {
    (message.files, message.parts, message.buttons) = (Vec::new(), Vec::new(), Vec::new());
    let mut alone = 0;
    let all = list(given);
    for one in all {
        let (kind, payload) = (text(one, "type"), &one["payload"]);
        match kind {
            "image" | "video" | "audio" | "file" => message.files.push(file(state, kind, payload)?),
            "inline_keyboard" => {
                message.buttons = keyboard(&payload["buttons"])?;
                message.parts.push(one.clone());
            }
            "contact" => message.parts.push(contact(payload)),
            "location" => {
                let is_place = one["latitude"].is_number() && one["longitude"].is_number();
                ensure(is_place, || wrong("Invalid location"))?;
                message.parts.push(one.clone());
            }
            "sticker" | "share" => message.parts.push(one.clone()),
            other => return Err(wrong(format!("Unknown attachment type: {other}"))),
        }
        alone += usize::from(matches!(kind, "audio" | "file" | "contact" | "sticker" | "location"));
    }
    let media = all.iter().filter(|one| one["type"] != "inline_keyboard").count();
    ensure(alone == 0 || media == 1, || wrong("Must be only one file attachment in message"))
}

fn file(state: &Max, kind: &str, payload: &Value) -> Result<Id, Refusal> {
    let photos = payload["photos"].as_object().and_then(|photos| photos.values().next());
    let token = payload["token"].as_str().or_else(|| photos?["token"].as_str());
    let token = token.ok_or_else(|| wrong("No `photos`, `url` or `token` provided. Check payload."))?;
    let found = state.file_by_token(token).filter(|file| file.kind == kind);
    let file = found.ok_or_else(|| match kind {
        "image" => wrong(format!("Invalid photo token provided: {token}")),
        _ => wrong(format!("Invalid token provided: {token}")),
    })?;
    let is_ready = file.bytes.is_some() && file.ready_at <= state.now;
    let words = "Key: errors.process.attachment.file.not.processed";
    ensure(is_ready, || Refusal::new(400, "attachment.not.ready", words))?;
    Ok(file.id.clone())
}

/// The contact card as shown to the customer.
fn contact(payload: &Value) -> Value {
    let card = match text(payload, "vcf_info") {
        "" => vcard(text(payload, "name"), text(payload, "vcf_phone")),
        given => given.to_owned(),
    };
    json!({"type": "contact", "payload": {"vcf_info": card, "max_info": null}})
}

/// The buttons of a keyboard. Error texts that no source contains are ours.
fn keyboard(buttons: &Value) -> Result<Vec<Vec<Button>>, Refusal> {
    let rows = buttons.as_array().filter(|rows| !rows.is_empty());
    let rows = rows.ok_or_else(|| wrong("Field 'buttons' must not be empty"))?;
    ensure(rows.len() <= ROWS, || wrong(format!("Field 'buttons' size ({}) must be at most {ROWS}", rows.len())))?;
    rows.iter().map(row).collect()
}

fn row(row: &Value) -> Result<Vec<Button>, Refusal> {
    let row = row.as_array().ok_or_else(|| wrong("Invalid buttons"))?;
    let is_wide = row.iter().any(|one| WIDE.contains(&text(one, "type")));
    let most = if is_wide { WIDE_IN_ROW } else { IN_ROW };
    ensure(!row.is_empty() && row.len() <= most, || wrong(format!("Row of buttons must have at most {most}")))?;
    row.iter().map(button).collect()
}

fn button(given: &Value) -> Result<Button, Refusal> {
    let length = text(given, "text").chars().count();
    ensure((1..=128).contains(&length), || wrong(format!("Field 'text' size ({length}) must be at most 128")))?;
    match text(given, "type") {
        "callback" => {
            let size = text(given, "payload").chars().count();
            let words = || wrong(format!("Field 'payload' size ({size}) must be at most 1024"));
            ensure((1..=1024).contains(&size), words)?;
        }
        "link" => {
            let url = text(given, "url");
            let is_web = url.starts_with("https://") || url.starts_with("http://");
            ensure(is_web && url.len() <= 2048, || wrong("Must have only http/https links format in buttons"))?;
        }
        "message" | "request_contact" | "request_geo_location" | "open_app" | "clipboard" => {}
        other => return Err(wrong(format!("Unknown button type: {other}"))),
    }
    let part = |name: &str| given[name].as_str().map(str::to_owned);
    Ok(Button {
        kind: text(given, "type").to_owned(),
        text: text(given, "text").to_owned(),
        payload: part("payload"),
        url: part("url"),
    })
}
