//! The inner `message` object: required fields for each type.

use super::LONGEST_TEXT;
use crate::crm::strict::{Object, Wrong};

const KNOWN: &str = "type text media file_name file_size media_duration sticker_id location contact callback_data shared_post \
                     post delivery_status";

/// How strictly a message is validated.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    New,
    /// A new message that forwards another one and may therefore have no text.
    Forward,
    /// An edit, which may omit unchanged fields.
    Edit,
}

/// Validates a message; returns the undocumented fields.
pub(super) fn check(message: &Object<'_>, usage: Use) -> Result<Vec<String>, Wrong> {
    let kind = message.required_text("type")?;
    let text = message.text("text")?;
    if text.is_some_and(|text| text.chars().count() > LONGEST_TEXT) {
        return Err(format!("message.text is longer than {LONGEST_TEXT} characters"));
    }
    message.link("media")?;
    message.text("file_name")?;
    message.whole_number("file_size")?;
    message.whole_number("media_duration")?;
    message.text("sticker_id")?;
    message.text("callback_data")?;
    let file = |named: bool| {
        if usage == Use::Edit {
            return Ok(());
        }
        message.link("media")?.ok_or_else(|| "message.media is required".to_owned())?;
        if named {
            message.required_text("file_name")?;
            message.required_number("file_size")?;
        }
        Ok::<(), Wrong>(())
    };
    match kind {
        "text" => {
            let status_alone = usage == Use::Edit && message.raw("delivery_status").is_some();
            if usage != Use::Forward && !status_alone && text.is_none_or(str::is_empty) {
                return Err("message.text is required".to_owned());
            }
        }
        "file" | "video" | "picture" => file(true)?,
        "voice" | "audio" | "sticker" => file(false)?,
        "location" => {
            let location = message.required_object("location")?;
            location.required_float("lon")?;
            location.required_float("lat")?;
        }
        "contact" => {
            let contact = message.required_object("contact")?;
            contact.required_text("name")?;
            contact.required_text("phone")?;
        }
        other => return Err(format!("message.type {other:?} is not known")),
    }
    if let Some(post) = message.object("post")? {
        post.required_text("id")?;
        post.required_text("url")?;
        for key in ["preview_url", "preview_permalink", "username", "caption"] {
            post.text(key)?;
        }
    }
    if let Some(post) = message.object("shared_post")? {
        post.required_text("url")?;
        if post.required_text("type")? != "post" {
            return Err("message.shared_post.type must be \"post\"".to_owned());
        }
        for key in ["site_name", "preview_link", "preview_permalink"] {
            post.text(key)?;
        }
    }
    if usage != Use::Edit && message.raw("delivery_status").is_some() {
        return Err("message.delivery_status is allowed only in an edit".to_owned());
    }
    Ok(message.strangers(&KNOWN.split(' ').collect::<Vec<_>>()))
}

/// Validates a quoted or forwarded message.
pub(super) fn check_embedded(message: &Object<'_>) -> Result<(), Wrong> {
    if message.text("id")?.is_some() || message.text("msgid")?.is_some() {
        return Ok(());
    }
    match message.required_text("type")? {
        "text" => {
            message.required_text("text")?;
        }
        "location" => {
            message.required_object("location")?;
        }
        "contact" => {
            message.required_object("contact")?;
        }
        _ => {}
    }
    message.required_number("timestamp")?;
    message.required_number("msec_timestamp")?;
    let sender = message.required_object("sender")?;
    let known = [sender.text("id")?, sender.text("ref_id")?, sender.text("name")?];
    if known.iter().all(Option::is_none) {
        return Err("an embedded sender needs id, ref_id or name".to_owned());
    }
    Ok(())
}
