//! Script and style, compiled in. Browsers ask each time and mostly hear "unchanged", so a page never meets the
//! script of another version.

use actix_web::http::header::{self, ETag, EntityTag, Header, IfNoneMatch};
use actix_web::{HttpRequest, HttpResponse, web};
use sha2::{Digest, Sha256};

const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

/// A file's content type and text.
fn file_of(name: &str) -> Option<(&'static str, &'static str)> {
    Some(match name {
        "chat.css" => (STYLE, include_str!("../../assets/chat/chat.css")),
        "chat.js" => (SCRIPT, include_str!("../../assets/chat/chat.js")),
        "outbox.js" => (SCRIPT, include_str!("../../assets/chat/outbox.js")),
        "receipts.js" => (SCRIPT, include_str!("../../assets/chat/receipts.js")),
        "view.js" => (SCRIPT, include_str!("../../assets/chat/view.js")),
        _ => return None,
    })
}

/// `GET /chat/static/{file}`.
pub async fn get(file: web::Path<String>, request: HttpRequest) -> HttpResponse {
    let Some((kind, text)) = file_of(&file) else { return HttpResponse::NotFound().finish() };
    let tag = EntityTag::new_strong(hex::encode(&Sha256::digest(text)[..12]));
    let known = match IfNoneMatch::parse(&request) {
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|one| one.weak_eq(&tag)),
        Ok(IfNoneMatch::Any) => request.headers().contains_key(header::IF_NONE_MATCH),
        Err(_) => false,
    };
    let mut answer = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer
        .insert_header(ETag(tag))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"));
    if known { answer.finish() } else { answer.content_type(kind).body(text) }
}
