//! Upload servers (<https://dev.vk.com/api/upload/overview>): a method returns an address, the file is uploaded there,
//! another method saves it.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use bytes::Bytes;
use serde_json::{Value, json};

use super::{
    answer::{Answer, refused},
    params::Params,
    receive,
};
use crate::old;
use crate::vk::{
    core::Core,
    faults::Fault,
    state::{State, Stored},
};

/// Largest photo and largest file in bytes.
const PHOTO: usize = 50 * 1024 * 1024;
const FILE: usize = 200 * 1024 * 1024;

fn ticket(state: &mut State, community: i64, kind: &str, params: &Params) -> Value {
    let ticket = state.next_hex(32);
    let peer = params.int("peer_id").unwrap_or_default();
    let url = format!("{}/upload/{kind}/{ticket}", state.files.base);
    state.files.tickets.insert(ticket, (community, kind.to_owned(), peer));
    json!({"upload_url": url})
}

/// `photos.getMessagesUploadServer`.
pub(super) fn photo_server(state: &mut State, community: i64, params: &Params) -> Answer {
    let mut answer = ticket(state, community, "photo", params);
    answer["album_id"] = json!(-64);
    answer["group_id"] = json!(community);
    Ok(answer)
}

/// `docs.getMessagesUploadServer`.
pub(super) fn doc_server(state: &mut State, community: i64, params: &Params) -> Answer {
    let kind = params.text("type").unwrap_or("doc").to_owned();
    if !["doc", "audio_message", "graffiti"].contains(&kind.as_str()) {
        return Err(super::answer::wrong("type is invalid"));
    }
    Ok(ticket(state, community, &kind, params))
}

/// `POST /upload/{kind}/{ticket}`: multipart with the field `photo` or `file`.
pub(super) async fn take(
    core: web::Data<Arc<Core>>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
    body: Bytes,
) -> HttpResponse {
    let (kind, ticket) = path.into_inner();
    let mut is_lost = false;
    for fault in core.faults.take("upload", None).await {
        match fault {
            Fault::Slow { millis } => tokio::time::sleep(std::time::Duration::from_millis(millis)).await,
            Fault::ResetBefore => return old::cut(HttpResponse::Ok()),
            Fault::ResetAfter => is_lost = true,
            Fault::HtmlPage { status } => return receive::page(status),
            Fault::Refuse { text, .. } => return HttpResponse::Ok().json(json!({"error": text})),
        }
    }
    let is_known = core.read(|state| state.files.tickets.get(&ticket).is_some_and(|(_, of, _)| *of == kind));
    let file = read(&request, body, if kind == "photo" { "photo" } else { "file" }).await;
    let size = file.as_ref().map_or(0, |(_, _, bytes)| bytes.len());
    receive::note(&core, "upload", json!({"kind": kind, "bytes": size}), 0);
    let Some((name, mime, bytes)) = file.filter(|_| is_known) else {
        return HttpResponse::Ok().json(json!({"error": "ERR_UPLOAD_FILE_NOT_UPLOADED: file not uploaded"}));
    };
    let most = if kind == "photo" { PHOTO } else { FILE };
    if bytes.is_empty() || bytes.len() > most {
        return HttpResponse::Ok().json(json!({"error": "ERR_UPLOAD_BAD_SIZE: wrong file size"}));
    }
    if kind == "audio_message" && !bytes.starts_with(b"OggS") {
        return HttpResponse::Ok().json(json!({"error": "unknown error"}));
    }
    let is_image = [&b"\xFF\xD8"[..], b"\x89PNG", b"GIF8"].iter().any(|start| bytes.starts_with(start));
    if kind == "photo" && !is_image {
        // Reported by an empty list of uploaded files.
        return HttpResponse::Ok().json(json!({"server": 1, "photo": "[]", "hash": ""}));
    }
    let word = core.change(|state| {
        let word = state.next_hex(40);
        let stored = Stored { kind: kind.clone(), name, mime, bytes, is_lost: false };
        let community = state.files.tickets.get(&ticket).map_or(0, |(community, ..)| *community);
        state.files.uploaded.insert(word.clone(), (community, stored));
        word
    });
    if is_lost {
        return old::cut(HttpResponse::Ok());
    }
    let answer = match kind.as_str() {
        "photo" => json!({"server": 856_932, "photo": json!([{"markers_restarted": true, "photo": word}]).to_string(),
            "hash": word.get(..18)}),
        _ => json!({"file": word}),
    };
    HttpResponse::Ok().json(answer)
}

/// The file of a multipart body: name, type, content.
async fn read(request: &HttpRequest, body: Bytes, field: &str) -> Option<(String, String, Bytes)> {
    let kind = request.headers().get(header::CONTENT_TYPE)?.to_str().ok()?;
    let boundary = multer::parse_boundary(kind).ok()?;
    let whole = futures_util::stream::iter([Ok::<_, std::convert::Infallible>(body)]);
    let mut parts = multer::Multipart::new(whole, boundary);
    let mut found = None;
    while let Some(part) = parts.next_field().await.ok()? {
        let name = part.name().unwrap_or_default().to_owned();
        let Some(file_name) = part.file_name().map(str::to_owned) else { continue };
        let mime = part.content_type().map(ToString::to_string).unwrap_or_default();
        let bytes = part.bytes().await.ok()?;
        // Widely used libraries number their files: `file0`, `file1`.
        if name == field || name.starts_with("file") {
            found = Some((file_name, mime, bytes));
        }
    }
    found
}

/// `photos.saveMessagesPhoto`.
pub(super) fn save_photo(state: &mut State, community: i64, params: &Params) -> Answer {
    let (photo, _) = (params.needed("photo")?, params.needed("hash")?);
    let words: Vec<Value> = serde_json::from_str(photo).map_err(|_| refused(129))?;
    let word = words.first().and_then(|one| one["photo"].as_str()).ok_or_else(|| refused(129))?;
    let stored = taken(state, community, word).ok_or_else(|| refused(129))?;
    let photo = state.keep(-community, stored);
    Ok(json!([photo["photo"]]))
}

/// `docs.save`.
pub(super) fn save_doc(state: &mut State, community: i64, params: &Params) -> Answer {
    let word = params.needed("file")?;
    let mut stored = taken(state, community, word).ok_or_else(|| refused(105))?;
    if let Some(title) = params.text("title") {
        title.clone_into(&mut stored.name);
    }
    Ok(state.keep(-community, stored))
}

fn taken(state: &mut State, community: i64, word: &str) -> Option<Stored> {
    let (owner, _) = state.files.uploaded.get(word)?;
    if *owner != community {
        return None;
    }
    state.files.uploaded.remove(word).map(|(_, stored)| stored)
}

impl State {
    /// Stores a file and returns its attachment, which messages may refer to from now on.
    pub(crate) fn keep(&mut self, owner: i64, stored: Stored) -> Value {
        let (id, key, date) = (457_000_000 + self.next_serial(), self.next_hex(24), self.date());
        let access = self.next_hex(18);
        let (kind, name, size) = (stored.kind.clone(), stored.name.clone(), stored.bytes.len());
        self.files.stored.insert(key.clone(), stored);
        let url = self.files.url(&key);
        let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_lowercase()).unwrap_or_default();
        let mut object = json!({"id": id, "owner_id": owner, "access_key": access});
        let mut put = |name: &str, value: Value| object[name] = value;
        match kind.as_str() {
            "photo" => {
                put("album_id", json!(-64));
                put("date", json!(date));
                put("text", json!(""));
                let size =
                    |kind: &str, width: i64| json!({"type": kind, "width": width, "height": width * 5 / 8, "url": url});
                put("sizes", json!([size("s", 75), size("m", 130), size("x", 604)]));
            }
            "audio_message" => {
                put("duration", json!(3));
                put("waveform", json!([0, 5, 12, 31, 20, 8, 0]));
                put("link_ogg", json!(url));
                put("link_mp3", json!(url.replace(".ogg", ".mp3")));
            }
            "graffiti" => {
                put("url", json!(url));
                put("width", json!(512));
                put("height", json!(512));
            }
            _ => {
                put("title", json!(name));
                put("size", json!(size));
                put("ext", json!(extension));
                put("date", json!(date));
                put("type", json!(if extension == "gif" { 3 } else { 1 }));
                put("url", json!(url));
            }
        }
        let attachment = json!({"type": kind, kind.as_str(): object});
        self.files.attachments.insert(format!("{kind}{owner}_{id}"), attachment.clone());
        if kind != "photo" && kind != "doc" {
            // Voice messages and graffiti can also be attached as documents.
            self.files.attachments.insert(format!("doc{owner}_{id}"), attachment.clone());
        }
        attachment
    }
}
