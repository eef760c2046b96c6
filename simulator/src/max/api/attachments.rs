//! Attachments of a request.

use serde_json::{Value, json};

use super::answer::{Refusal, ensure, wrong};
use super::keyboard;
use crate::max::state::{State, UploadKind};

/// Checked attachments.
#[derive(Debug, Default)]
pub(super) struct Attached {
    /// Ids of files.
    pub(super) files: Vec<String>,
    pub(super) others: Vec<Value>,
}

/// Reads `attachments`.
pub(super) fn read(state: &State, given: &Value) -> Result<Attached, Refusal> {
    let mut attached = Attached::default();
    let mut alone = 0;
    let all = given.as_array().map(Vec::as_slice).unwrap_or_default();
    for one in all {
        let kind = one["type"].as_str().unwrap_or_default();
        let payload = &one["payload"];
        match kind {
            "image" | "video" | "audio" | "file" => attached.files.push(file(state, kind, payload)?),
            "inline_keyboard" => {
                keyboard::check(&payload["buttons"])?;
                attached.others.push(one.clone());
            }
            "contact" => attached.others.push(contact(payload)),
            "location" => {
                let is_place = one["latitude"].is_number() && one["longitude"].is_number();
                ensure(is_place, || wrong("Invalid location"))?;
                attached.others.push(one.clone());
            }
            "sticker" | "share" => attached.others.push(one.clone()),
            other => return Err(wrong(format!("Unknown attachment type: {other}"))),
        }
        alone += usize::from(matches!(kind, "audio" | "file" | "contact" | "sticker" | "location"));
    }
    let media = all.iter().filter(|one| one["type"] != "inline_keyboard").count();
    ensure(alone == 0 || media == 1, || wrong("Must be only one file attachment in message"))?;
    Ok(attached)
}

fn file(state: &State, kind: &str, payload: &Value) -> Result<String, Refusal> {
    let photos = payload["photos"].as_object().and_then(|photos| photos.values().next());
    let token = payload["token"].as_str().or_else(|| photos?["token"].as_str());
    let token = token.ok_or_else(|| wrong("No `photos`, `url` or `token` provided. Check payload."))?;
    let found = state.file_by_token(token).filter(|file| UploadKind::of(kind) == Some(file.kind));
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
    let part = |name: &str| payload[name].as_str().unwrap_or_default();
    let (name, phone) = (part("name"), part("vcf_phone"));
    let card = match part("vcf_info") {
        "" => format!("BEGIN:VCARD\r\nVERSION:3.0\r\nTEL;TYPE=cell:{phone}\r\nFN:{name}\r\nEND:VCARD\r\n"),
        given => given.to_owned(),
    };
    json!({"type": "contact", "payload": {"vcf_info": card, "max_info": null}})
}
