//! Serves files by their addresses, which need no token.

use std::sync::Arc;

use actix_web::{HttpResponse, http::header, web};

use crate::vk::core::Core;

/// Media types displayed inline; others are downloaded.
const SHOWN: [&str; 7] = ["image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4", "audio/mpeg", "audio/ogg"];

/// `GET /files/{key}/{name}`.
pub(super) async fn file(core: web::Data<Arc<Core>>, path: web::Path<(String, String)>) -> HttpResponse {
    let found = core.read(|state| state.files.stored.get(&path.0).filter(|file| !file.is_lost).cloned());
    let Some(file) = found else {
        return HttpResponse::NotFound().finish();
    };
    let is_shown = SHOWN.contains(&file.mime.as_str());
    HttpResponse::Ok()
        .content_type(if is_shown { file.mime.as_str() } else { "application/octet-stream" })
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CONTENT_DISPOSITION, if is_shown { "inline" } else { "attachment" }))
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
        .body(file.bytes)
}
