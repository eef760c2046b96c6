//! The hosts for uploads and downloads of files, which need no token.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, stream};
use multer::Multipart;
use serde_json::json;

use crate::max::core::Core;
use crate::max::state::UploadKind;

/// Largest upload in bytes.
const LIMIT: usize = 64 * 1024 * 1024;

/// A file of an upload: its name, media type and bytes.
type Sent = (String, String, Bytes);

/// `POST /upload/{id}`: multipart with `data`, or the bytes with `Content-Range`. Each upload address accepts one file.
pub(super) async fn take(
    core: web::Data<Arc<Core>>,
    id: web::Path<String>,
    request: HttpRequest,
    mut payload: web::Payload,
) -> HttpResponse {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let Ok(chunk) = chunk else { return HttpResponse::BadRequest().finish() };
        body.extend_from_slice(&chunk);
        if body.len() > LIMIT {
            return HttpResponse::PayloadTooLarge().finish();
        }
    }
    let text = |name: header::HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
    let kind = text(header::CONTENT_TYPE).unwrap_or_default().to_owned();
    let body = body.freeze();
    let sent = match (kind.starts_with("multipart/form-data"), text(header::CONTENT_RANGE)) {
        (true, _) => multipart(&kind, body).await,
        (false, Some(range)) => return part(&core, &id, &kind, range, body),
        (false, None) => None,
    };
    let Some(sent) = sent else { return HttpResponse::BadRequest().body("no data") };
    store(&core, &id, sent)
}

async fn multipart(kind: &str, body: Bytes) -> Option<Sent> {
    let boundary = multer::parse_boundary(kind).ok()?;
    let mut parts = Multipart::new(stream::once(async move { Ok::<_, std::io::Error>(body) }), boundary);
    while let Some(field) = parts.next_field().await.ok()? {
        if field.name() == Some("data") {
            let name = field.file_name().unwrap_or_default().to_owned();
            let mime = field.content_type().map(ToString::to_string).unwrap_or_default();
            return Some((name, mime, field.bytes().await.ok()?));
        }
    }
    None
}

/// One part; the last one completes the file.
fn part(core: &Core, id: &str, kind: &str, range: &str, body: Bytes) -> HttpResponse {
    let numbers: Vec<usize> =
        range.split(|sign: char| !sign.is_ascii_digit()).filter_map(|part| part.parse().ok()).collect();
    let [first, last, size] = numbers.as_slice() else { return HttpResponse::BadRequest().finish() };
    let is_next = core.read(|state| {
        let have = state.files.get(id).and_then(|file| file.bytes.as_ref()).map_or(0, Bytes::len);
        have == *first && last.checked_sub(*first).is_some_and(|more| more + 1 == body.len())
    });
    if !is_next {
        return HttpResponse::RangeNotSatisfiable().finish();
    }
    let mut whole = BytesMut::new();
    let before = core.read(|state| state.files.get(id).and_then(|file| file.bytes.clone()));
    whole.extend_from_slice(&before.unwrap_or_default());
    whole.extend_from_slice(&body);
    let is_whole = whole.len() == *size;
    let whole = whole.freeze();
    core.change(|state| {
        if let Some(file) = state.files.get_mut(id) {
            file.bytes = None;
        }
    });
    if is_whole {
        return store(core, id, (String::new(), kind.to_owned(), whole));
    }
    core.change(|state| {
        if let Some(file) = state.files.get_mut(id) {
            (file.bytes, file.ready_at) = (Some(whole), i64::MAX);
        }
    });
    HttpResponse::Created().body(format!("0-{last}/{size}"))
}

fn store(core: &Core, id: &str, (name, mime, bytes): Sent) -> HttpResponse {
    core.change(|state| {
        let ready_at = state.now + state.processing;
        let Some(file) = state.files.get_mut(id).filter(|file| file.bytes.is_none()) else {
            return HttpResponse::NotFound().finish();
        };
        (file.name, file.mime, file.bytes, file.ready_at) = (name, mime, Some(bytes), ready_at);
        match file.kind {
            UploadKind::Image => {
                let mut photos = serde_json::Map::new();
                photos.insert(format!("b7FB{}", file.serial), json!({"token": file.token}));
                HttpResponse::Ok().json(json!({"photos": photos}))
            }
            UploadKind::File => HttpResponse::Ok().json(json!({"fileId": file.serial, "token": file.token})),
            UploadKind::Video | UploadKind::Audio => {
                HttpResponse::Ok().content_type("text/plain").body("<retval>1</retval>")
            }
        }
    })
}

/// `GET /files/{id}?sig=`: 403 if the address has expired.
pub(super) async fn give(core: web::Data<Arc<Core>>, id: web::Path<String>, request: HttpRequest) -> HttpResponse {
    let found = core.read(|state| {
        let file = state.files.get(id.as_str())?;
        let is_valid = state.address(file).ends_with(request.query_string());
        Some((is_valid, file.mime.clone(), file.bytes.clone()?))
    });
    match found {
        None => HttpResponse::NotFound().finish(),
        Some((false, ..)) => HttpResponse::Forbidden().finish(),
        Some((true, mime, bytes)) => {
            let mime = if mime.is_empty() { "application/octet-stream".to_owned() } else { mime };
            HttpResponse::Ok().content_type(mime).body(bytes)
        }
    }
}
