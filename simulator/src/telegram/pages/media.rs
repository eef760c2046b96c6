//! Files of a chat, for the phone page.

use std::sync::Arc;

use actix_web::{HttpResponse, http::header, web};

use crate::telegram::core::Core;

/// Media types displayed inline; others are downloaded.
const SHOWN: [&str; 10] = [
    "image/jpeg",
    "image/png",
    "image/gif",
    "image/webp",
    "video/mp4",
    "video/webm",
    "audio/mpeg",
    "audio/ogg",
    "audio/mp4",
    "audio/webm",
];

/// `GET /phone/{person}/{bot}/files/{unique}`.
pub(super) async fn file(core: web::Data<Arc<Core>>, path: web::Path<(i64, i64, String)>) -> HttpResponse {
    let found = core.read(|state| state.files.get(&path.2).map(|file| (file.bytes.clone(), file.mime.clone())));
    let Some((bytes, mime)) = found else {
        return HttpResponse::NotFound().finish();
    };
    let is_shown = SHOWN.contains(&mime.as_str());
    HttpResponse::Ok()
        .content_type(if is_shown { mime.as_str() } else { "application/octet-stream" })
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CONTENT_DISPOSITION, if is_shown { "inline" } else { "attachment" }))
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
        .insert_header((header::CACHE_CONTROL, "private, max-age=3600"))
        .body(bytes)
}
