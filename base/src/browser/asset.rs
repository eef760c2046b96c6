//! Compiled-in scripts, styles and pictures. Browsers revalidate them on each use, so a page never gets the script of
//! another version.

use actix_web::http::header::{self, AcceptEncoding, ETag, Encoding, EntityTag, Header, IfNoneMatch};
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use sha2::{Digest, Sha256};

pub const SCRIPT: &str = "text/javascript; charset=utf-8";
pub const STYLE: &str = "text/css; charset=utf-8";
pub const PICTURE: &str = "image/svg+xml";

/// A file's content type and text.
pub type Asset = (&'static str, &'static str);

/// 200 with the file and its `ETag`, or 304 if the browser has it.
pub fn answer((kind, text): Asset, request: &HttpRequest) -> HttpResponse {
    respond(kind, Bytes::from_static(text.as_bytes()), request)
}

/// Whether the browser takes a compressed answer.
pub fn takes_gzip(request: &HttpRequest) -> bool {
    let accepted = AcceptEncoding::parse(request).ok();
    accepted.and_then(|accepted| accepted.negotiate([Encoding::gzip()].iter())) == Some(Encoding::gzip())
}

/// [`answer`] for a file generated at the server's start.
pub fn respond(kind: &'static str, text: Bytes, request: &HttpRequest) -> HttpResponse {
    let tag = EntityTag::new_strong(hex::encode(&Sha256::digest(&text)[..12]));
    let known = match IfNoneMatch::parse(request) {
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
