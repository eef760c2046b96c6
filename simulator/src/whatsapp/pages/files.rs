//! Files of a chat for the phone page, and uploads of files before they are sent.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use serde_json::json;

use crate::{old, whatsapp::core::Core};

/// Media types displayed inline; others are downloaded.
const SHOWN: [&str; 9] = [
    "image/jpeg",
    "image/png",
    "image/gif",
    "image/webp",
    "video/mp4",
    "audio/mpeg",
    "audio/ogg",
    "audio/mp4",
    "audio/aac",
];
/// Largest upload in megabytes: a document.
const LIMIT: usize = 100;

/// `GET /phone/{person}/{phone}/files/{media}`.
pub(super) async fn show(core: web::Data<Arc<Core>>, path: web::Path<(i64, String, String)>) -> HttpResponse {
    let found = core.read(|state| state.media.get(&path.2).map(|file| (file.bytes.clone(), file.mime.clone())));
    let Some((bytes, mime)) = found else {
        return HttpResponse::NotFound().finish();
    };
    let plain = mime.split(';').next().unwrap_or_default().to_owned();
    let is_shown = SHOWN.contains(&plain.as_str());
    HttpResponse::Ok()
        .content_type(if is_shown { plain.as_str() } else { "application/octet-stream" })
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CONTENT_DISPOSITION, if is_shown { "inline" } else { "attachment" }))
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
        .insert_header((header::CACHE_CONTROL, "private, max-age=3600"))
        .body(bytes)
}

/// `POST /uploads?name=…&mime=…` with the bytes as its body; answers `{"upload": id}`.
pub(super) async fn take(core: web::Data<Arc<Core>>, request: HttpRequest, payload: web::Payload) -> HttpResponse {
    let file = match old::upload(&request, payload, LIMIT).await {
        Ok(file) => file,
        Err(answer) => return answer,
    };
    let id = core.change(|state| {
        let id = format!("upload-{}", state.next_serial());
        state.uploads.insert(id.clone(), file);
        id
    });
    HttpResponse::Ok().json(json!({"upload": id}))
}
