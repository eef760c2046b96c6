//! Upload addresses, videos, and the hosts of files, which need no token.

use bytes::Bytes;
use serde_json::{Value, json};

use super::answer::{Answered, Refusal, wrong};
use super::options::{Max, Options};
use crate::kit::{Answer, Call, Core, File, Id};

/// `type` of `POST /uploads`.
const KINDS: [&str; 4] = ["image", "video", "audio", "file"];

impl Max {
    /// A place for a file, with the token that names it in messages.
    pub(super) fn place_for(&mut self, kind: &str) -> &mut File {
        let file = self.place(kind);
        file.token = format!("{kind}-token-{}==", file.serial);
        file
    }

    fn address(&self, file: &File) -> String {
        format!("{}/files/{}?{}", self.base, file.id, signature(file))
    }

    /// Expires the addresses of all files: old ones get 403; messages contain new ones.
    pub(super) fn end_addresses(&mut self) {
        for file in self.files.values_mut() {
            file.version += 1;
        }
    }

    pub(super) fn attachment(&self, id: &Id) -> Value {
        let Some(file) = self.files.get(id) else { return Value::Null };
        let url = self.address(file);
        let mut one = json!({"type": file.kind, "payload": {"url": url, "token": file.token}});
        match file.kind.as_str() {
            "image" => one["payload"]["photo_id"] = json!(file.serial),
            "video" => {
                one["thumbnail"] = json!({"url": url});
                (one["width"], one["height"], one["duration"]) = (json!(640), json!(360), json!(3));
            }
            "file" => (one["filename"], one["size"]) = (json!(file.name), json!(file.size())),
            "sticker" => {
                one["payload"] = json!({"url": url, "code": "c1453bbb"});
                (one["width"], one["height"]) = (json!(512), json!(512));
            }
            _ => {}
        }
        one
    }
}

fn signature(file: &File) -> String {
    format!("sig=s{}&expires=1795173929000", file.version)
}

/// `POST /uploads?type=`.
pub(super) fn upload(state: &mut Max, call: &Call) -> Answered {
    let kind = call.query("type").ok_or_else(|| wrong("Missing required parameter: type"))?;
    if !KINDS.contains(&kind) {
        return Err(wrong(format!("Unknown upload type: {kind}")));
    }
    let base = state.base.clone();
    let file = state.place_for(kind);
    let url = format!("{base}/upload/{}?sig=p{}", file.id, file.serial);
    Ok(match kind {
        "video" | "audio" => json!({"url": url, "token": file.token}),
        _ => json!({"url": url}),
    })
}

/// `GET /videos/{token}`.
pub(super) fn video(state: &Max, token: &str) -> Answered {
    let found = state.file_by_token(token).filter(|file| file.kind == "video" && file.bytes.is_some());
    let file = found.ok_or_else(|| Refusal::new(404, "not.found", "Video not found"))?;
    let url = state.address(file);
    Ok(json!({
        "token": token, "urls": {"mp4_720": url, "mp4_360": url, "hls": null}, "thumbnail": null,
        "width": 640, "height": 360, "duration": 3,
    }))
}

/// Whether a call is for the hosts of files.
pub(super) fn is_host(call: &Call) -> bool {
    matches!((call.method.as_str(), call.segments().as_slice()), ("POST", ["upload", _]) | ("GET", ["files", _]))
}

/// `POST /upload/{id}` and `GET /files/{id}?sig=`.
pub(super) fn host(core: &Core<Options>, call: &Call) -> Answer {
    match call.segments().as_slice() {
        ["upload", id] => take(core, &Id::from(*id), call),
        ["files", id] => core.read(|state| give(state, &Id::from(*id), &call.query_string)),
        _ => Answer::empty(404),
    }
}

/// An upload: a form with `data`. Each address accepts one file.
fn take(core: &Core<Options>, id: &Id, call: &Call) -> Answer {
    if call.is_too_large {
        return Answer::empty(413);
    }
    let Some(part) = call.part("data") else { return Answer::new(400, "text/plain", "no data") };
    let (name, mime) = (part.file_name.clone(), part.mime.clone());
    core.change(|state| store(state, id, name, mime, part.bytes.clone()))
}

fn store(state: &mut Max, id: &Id, name: String, mime: String, bytes: Bytes) -> Answer {
    let ready_at = state.now + state.own.processing;
    let Some(file) = state.files.get_mut(id).filter(|file| file.bytes.is_none()) else { return Answer::empty(404) };
    (file.name, file.mime, file.bytes, file.ready_at) = (name, mime, Some(bytes), ready_at);
    match file.kind.as_str() {
        "image" => {
            let photo = format!("b7FB{}", file.serial);
            Answer::json(200, &json!({"photos": {photo: {"token": file.token}}}))
        }
        "file" => Answer::json(200, &json!({"fileId": file.serial, "token": file.token})),
        _ => Answer::new(200, "text/plain", "<retval>1</retval>"),
    }
}

/// A file; 403 if the address has expired.
fn give(state: &Max, id: &Id, query: &str) -> Answer {
    match state.files.get(id).and_then(|file| Some((file, file.bytes.clone()?))) {
        None => Answer::empty(404),
        Some((file, _)) if signature(file) != query => Answer::empty(403),
        Some((file, bytes)) => {
            let mime = if file.mime.is_empty() { "application/octet-stream" } else { &file.mime };
            Answer::new(200, mime, bytes)
        }
    }
}
