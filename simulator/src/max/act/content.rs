//! Attachments that people send.

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::max::state::{Message, State, UploadKind};

/// An attachment.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Content {
    Image {
        #[serde(default)]
        file: File,
    },
    Video {
        #[serde(default)]
        file: File,
    },
    Audio {
        #[serde(default)]
        file: File,
    },
    File {
        #[serde(default)]
        file: File,
    },
    Sticker,
    Location {
        latitude: f64,
        longitude: f64,
    },
    /// The contact card of another person.
    Contact {
        name: String,
        phone: String,
    },
    /// The sender's own card, with its hash, as sent by the button `request_contact`.
    OwnContact,
    Share {
        url: String,
        title: String,
    },
    /// Any attachment, unchanged.
    Raw {
        attachment: Value,
    },
}

/// A file; a small built-in one if there is no data.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub mime: Option<String>,
    /// Base64.
    #[serde(default)]
    pub data: Option<String>,
}

/// The built-in file of a kind: bytes, name, media type.
fn sample(kind: UploadKind) -> (&'static [u8], &'static str, &'static str) {
    match kind {
        UploadKind::Image => (include_bytes!("../../../assets/samples/picture.jpg"), "picture.jpg", "image/jpeg"),
        UploadKind::Video => (include_bytes!("../../../assets/samples/clip.mp4"), "clip.mp4", "video/mp4"),
        UploadKind::Audio => (include_bytes!("../../../assets/samples/melody.mp3"), "melody.mp3", "audio/mpeg"),
        UploadKind::File => (include_bytes!("../../../assets/samples/offer.pdf"), "offer.pdf", "application/pdf"),
    }
}

fn keep(state: &mut State, kind: UploadKind, file: File) -> Result<String> {
    let (bytes, name, mime) = sample(kind);
    let bytes = match file.data {
        Some(data) => Bytes::from(STANDARD.decode(data).context("data is no base64")?),
        None => Bytes::from_static(bytes),
    };
    let name = file.name.unwrap_or_else(|| name.to_owned());
    let mime = file.mime.unwrap_or_else(|| mime.to_owned());
    Ok(state.keep(kind, &name, &mime, bytes))
}

/// The built-in sticker, which has a public address like a picture.
fn sticker(state: &mut State) -> Value {
    let bytes = Bytes::from_static(include_bytes!("../../../assets/samples/sticker.webp"));
    let id = state.keep(UploadKind::Image, "sticker.webp", "image/webp", bytes);
    let url = state.files.get(&id).map(|file| state.address(file));
    json!({"type": "sticker", "payload": {"url": url, "code": "c1453bbb"}, "width": 512, "height": 512})
}

/// Adds an attachment to a message. `who`: its author.
pub(super) fn add(state: &mut State, who: i64, bot: Option<i64>, draft: &mut Message, content: Content) -> Result<()> {
    match content {
        Content::Image { file } => draft.files.push(keep(state, UploadKind::Image, file)?),
        Content::Video { file } => draft.files.push(keep(state, UploadKind::Video, file)?),
        Content::Audio { file } => draft.files.push(keep(state, UploadKind::Audio, file)?),
        Content::File { file } => draft.files.push(keep(state, UploadKind::File, file)?),
        Content::Sticker => {
            let sticker = sticker(state);
            draft.others.push(sticker);
        }
        Content::Location { latitude, longitude } => {
            draft.others.push(json!({"type": "location", "latitude": latitude, "longitude": longitude}));
        }
        Content::Contact { name, phone } => {
            let card = format!("BEGIN:VCARD\r\nVERSION:3.0\r\nTEL;TYPE=cell:{phone}\r\nFN:{name}\r\nEND:VCARD\r\n");
            draft.others.push(json!({"type": "contact", "payload": {"vcf_info": card, "max_info": null}}));
        }
        Content::OwnContact => {
            let person = state.people.get(&who).context("there is no such person")?;
            let card = person.vcard();
            let token = bot.and_then(|bot| state.bots.get(&bot)).map(|bot| bot.token.clone()).unwrap_or_default();
            let hash = signature(&token, &card);
            let payload = json!({"vcf_info": card, "hash": hash, "max_info": state.user(who)});
            draft.others.push(json!({"type": "contact", "payload": payload}));
        }
        Content::Share { url, title } => {
            draft.others.push(json!({"type": "share", "payload": {"url": url}, "title": title}));
        }
        Content::Raw { attachment } => draft.others.push(attachment),
    }
    Ok(())
}

/// HMAC-SHA256 of a card with the bot's token, in hex.
fn signature(token: &str, card: &str) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(token.as_bytes()) else { return String::new() };
    mac.update(card.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}
