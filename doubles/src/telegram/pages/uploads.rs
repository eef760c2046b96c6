//! Uploads of files before they are sent.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use serde_json::json;

use super::is_own;
use crate::telegram::core::Core;

/// Largest upload in bytes.
const LIMIT: usize = 64 * 1024 * 1024;

async fn read(mut payload: web::Payload) -> Option<Bytes> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        body.extend_from_slice(&chunk.ok()?);
        if body.len() > LIMIT {
            return None;
        }
    }
    Some(body.freeze())
}

/// `POST /uploads?name=…&mime=…` with the bytes as its body; answers `{"upload": id}`.
pub(super) async fn take(core: web::Data<Arc<Core>>, request: HttpRequest, payload: web::Payload) -> HttpResponse {
    if !is_own(&request) {
        return HttpResponse::Forbidden().finish();
    }
    let Some(bytes) = read(payload).await else {
        return HttpResponse::PayloadTooLarge().json(json!({"error": "the file has more than 64 MB"}));
    };
    let pairs: Vec<(String, String)> =
        url::form_urlencoded::parse(request.query_string().as_bytes()).into_owned().collect();
    let text =
        |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()).unwrap_or_default();
    let (name, mime) = (text("name"), text("mime"));
    let id = core.change(|state| {
        let id = format!("upload-{}", state.next_serial());
        state.files.uploads.insert(id.clone(), (name, mime, bytes));
        id
    });
    HttpResponse::Ok().json(json!({"upload": id}))
}
