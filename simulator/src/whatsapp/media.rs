//! Files: uploads, addresses that are valid for five minutes, limits of types and sizes; and the Resumable Upload API for
//! examples of templates.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::codes::{detailed, no_object};
use super::numbers::is_for_whatsapp;
use super::options::{DAY, Session, WhatsApp};
use super::tokens::{self, Grant};
use crate::graph::{Answered, Params, bad, ensure, success};
use crate::kit::{Answer, Call, File, Id, Upload, extend, signature};

/// Milliseconds for which an uploaded file and a customer's file are kept.
pub(super) const UPLOADED: i64 = 30 * DAY;
pub(super) const RECEIVED: i64 = 7 * DAY;
/// Seconds for which an address of a file is valid.
const ADDRESS: i64 = 5 * 60;
const STICKER: usize = 500 * 1024;
const MB: usize = 1024 * 1024;

const KINDS: [&str; 5] = ["audio", "image", "sticker", "video", "document"];
const DOCUMENTS: [&str; 8] = [
    "application/pdf",
    "text/plain",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
];

/// Media types and maximum bytes of a kind. The type of a document is checked when it is uploaded; a link's is not.
fn limits(kind: &str) -> (&'static [&'static str], usize) {
    match kind {
        "image" => (&["image/jpeg", "image/png"], 5 * MB),
        "video" => (&["video/mp4", "video/3gpp"], 16 * MB),
        "audio" => (&["audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg", "audio/opus"], 16 * MB),
        "sticker" => (&["image/webp"], STICKER),
        _ => (&DOCUMENTS, 100 * MB),
    }
}

fn too_big(most: usize) -> String {
    format!("Media file size too big. Max file size we currently support: {most} bytes.")
}

fn plain(mime: &str) -> String {
    mime.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Whether a file may be sent as this kind; the error is the `details` of 131053.
pub(super) fn fits(kind: &str, mime: &str, size: usize) -> Result<(), String> {
    let (plain, (types, most)) = (plain(mime), limits(kind));
    if kind != "document" && !types.contains(&plain.as_str()) {
        return Err(format!("Unsupported {kind} mime type {plain}. Please use one of {}.", types.join(", ")));
    }
    if size > most { Err(too_big(most)) } else { Ok(()) }
}

/// Whether the bytes are what their type says, as far as Meta checks.
pub(super) fn is_genuine(kind: &str, file: &File, is_voice: bool) -> Result<(), String> {
    let bytes = file.bytes.as_deref().unwrap_or_default();
    fits(kind, &file.mime, bytes.len())?;
    let is_ogg = file.mime.starts_with("audio/ogg");
    let is_opus = bytes.windows(8).take(512).any(|window| window == b"OpusHead");
    let wrong = match file.mime.as_str() {
        "image/jpeg" if !bytes.starts_with(&[0xFF, 0xD8]) => "Image file is not a valid JPEG.",
        "image/png" if !bytes.starts_with(b"\x89PNG") => "Image file is not a valid PNG.",
        _ if kind == "audio" && is_ogg && !is_opus => "Audio codec is not supported: use OPUS.",
        _ if is_voice && !is_ogg => "Voice messages must be audio/ogg with the OPUS codec.",
        _ => return Ok(()),
    };
    Err(wrong.to_owned())
}

fn sha256(file: &File) -> Vec<u8> {
    Sha256::digest(file.bytes.as_deref().unwrap_or_default()).to_vec()
}

fn hash(id: &str, until: i64) -> String {
    format!("ATt{}", signature("addresses", &format!("{id} {until}")))
}

pub(super) fn owner(file: &File) -> &str {
    file.more.get("phone").and_then(Value::as_str).unwrap_or_default()
}

impl WhatsApp {
    /// Stores a file of a number for milliseconds; returns its id.
    pub(super) fn keep(&mut self, phone: &Id, lasts: i64, upload: Upload) -> Id {
        let id = Id::from(self.next_number(1_800_000_000_000_000));
        self.keep_as(id.clone(), phone, lasts, upload);
        id
    }

    /// The same with this id.
    pub(super) fn keep_as(&mut self, id: Id, phone: &Id, lasts: i64, Upload { name, mime, bytes }: Upload) {
        let serial = self.next_serial();
        let more = json!({"phone": phone.as_str(), "expires_at": self.now + lasts});
        let more = more.as_object().cloned().unwrap_or_default();
        let bytes = Some(bytes);
        self.files.insert(id.clone(), File { id, serial, name, mime, bytes, more, ..File::default() });
    }

    /// A file that still exists.
    pub(super) fn living(&self, id: &str) -> Option<&File> {
        let file = self.files.get(&Id::from(id))?;
        let until = file.more.get("expires_at").and_then(Value::as_i64).unwrap_or_default();
        Some(file).filter(|_| until > self.now)
    }

    /// An address that is valid for five minutes.
    fn address(&self, id: &str) -> String {
        let until = self.date() + ADDRESS;
        format!("{}/whatsapp_business/attachments/?mid={id}&ext={until}&hash={}", self.base, hash(id, until))
    }

    /// The object of a customer's file in a webhook; `more` is its caption, name and the like.
    pub(super) fn media_object(&self, id: &Id, more: Value) -> Value {
        let Some(file) = self.files.get(id) else { return more };
        let mut object = json!({
            "mime_type": file.mime,
            "sha256": STANDARD.encode(sha256(file)),
            "id": id.as_str(),
            "url": self.address(id.as_str()),
        });
        extend(&mut object, more);
        object
    }
}

/// `POST /{phone}/media`.
pub(super) fn upload(state: &mut WhatsApp, call: &Call, params: &Params, phone: &str) -> Answered {
    is_for_whatsapp(params)?;
    let file = call.part("file").ok_or_else(|| bad("The parameter file is required."))?;
    let of_part = Some(file.mime.clone()).filter(|mime| !mime.is_empty() && mime != "application/octet-stream");
    let mime = of_part.or_else(|| params.text("type").filter(|kind| kind.contains('/')));
    let mime = mime.unwrap_or_else(|| "application/octet-stream".to_owned());
    let plain = plain(&mime);
    let kind = KINDS.into_iter().find(|kind| limits(kind).0.contains(&plain.as_str())).ok_or_else(|| {
        let all: Vec<&str> = KINDS.iter().flat_map(|kind| limits(kind).0).copied().collect();
        let (all, received) = (all.join(", "), format!("Received file of type '{plain}'."));
        bad(&format!("Param file must be a file with one of the following types: {all}. {received}"))
    })?;
    ensure(!file.bytes.is_empty(), || detailed(131_053, "Media file is empty."))?;
    let most = limits(kind).1;
    ensure(file.bytes.len() <= most, || detailed(131_053, too_big(most)))?;
    let upload = Upload { name: file.file_name.clone(), mime, bytes: file.bytes.clone() };
    Ok(json!({"id": state.keep(&Id::from(phone), UPLOADED, upload).as_str()}))
}

/// `GET /{media}`.
pub(super) fn get(state: &WhatsApp, params: &Params, id: &str) -> Answered {
    let of_phone = params.text("phone_number_id");
    let file = state.living(id).filter(|file| of_phone.is_none_or(|phone| phone == owner(file)));
    let file = file.ok_or_else(|| no_object("get", id))?;
    Ok(json!({
        "messaging_product": "whatsapp",
        "url": state.address(id),
        "mime_type": file.mime,
        "sha256": hex::encode(sha256(file)),
        "file_size": file.size().to_string(),
        "id": id,
    }))
}

/// `DELETE /{media}`.
pub(super) fn delete(state: &mut WhatsApp, id: &str) -> Answered {
    ensure(state.living(id).is_some(), || no_object("delete", id))?;
    state.files.remove(&Id::from(id));
    Ok(success())
}

/// `GET /whatsapp_business/attachments/?mid=…&ext=…&hash=…` with a token: 404 means that a new address must be requested.
pub(super) fn download(state: &WhatsApp, call: &Call) -> Answer {
    let Ok(grant) = tokens::grant(state, call.bearer().unwrap_or_default()) else { return Answer::empty(401) };
    let (id, until) = (call.query("mid").unwrap_or_default(), call.number("ext").unwrap_or_default());
    let is_open = until > state.date() && call.query("hash") == Some(&hash(id, until));
    let file = state.living(id).filter(|file| is_open && grant.reaches_phone(state, owner(file)));
    file.map_or_else(|| Answer::empty(404), |file| Answer::new(200, &file.mime, file.bytes.clone().unwrap_or_default()))
}

/// `POST /app/uploads`: starts a session.
pub(super) fn begin(state: &mut WhatsApp, grant: &Grant, params: &Params) -> Answered {
    let length = params.needed("file_length")?.parse().map_err(|_| bad("Param file_length must be an integer"))?;
    let mime = params.needed("file_type")?;
    let is_known = ["application/pdf", "image/jpeg", "image/jpg", "image/png", "video/mp4"].contains(&mime.as_str());
    ensure(is_known, || bad("Param file_type is not supported"))?;
    let id = format!("upload:MTph{:016}", state.next_serial());
    let session = Session { app: grant.app.clone(), length, mime, bytes: Vec::new(), handle: None };
    state.own.sessions.insert(id.clone(), session);
    Ok(json!({"id": id}))
}

/// `POST /{session}` with the header `file_offset`: adds bytes; returns the handle when the file is complete.
pub(super) fn take(state: &mut WhatsApp, call: &Call, id: &str) -> Answered {
    let serial = state.next_serial();
    let session = state.own.sessions.get_mut(id).ok_or_else(|| no_object("post", id))?;
    let offset = call.header("file_offset").and_then(|offset| offset.parse::<usize>().ok());
    let offset = offset.ok_or_else(|| bad("The header file_offset is required."))?;
    ensure(offset == session.bytes.len(), || bad("The header file_offset does not match."))?;
    session.bytes.extend_from_slice(&call.body);
    ensure(session.bytes.len() <= session.length, || bad("The file is longer than file_length."))?;
    if session.bytes.len() < session.length {
        return Ok(json!({"id": id, "file_offset": session.bytes.len()}));
    }
    let handle = format!("4::{}:{serial}", STANDARD.encode(&session.mime));
    session.handle = Some(handle.clone());
    Ok(json!({"h": handle}))
}
