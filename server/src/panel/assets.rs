//! Styles, the one script and the mark, compiled in. Browsers ask each time and mostly hear "unchanged".

use actix_web::http::header::{self, ETag, EntityTag, Header, IfNoneMatch};
use actix_web::{HttpRequest, HttpResponse, web};
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const PICTURE: &str = "image/svg+xml";

/// A file's content type and text.
fn file_of(name: &str) -> Option<(&'static str, &'static str)> {
    Some(match name {
        "base.css" => (STYLE, include_str!("../../assets/panel/base.css")),
        "parts.css" => (STYLE, include_str!("../../assets/panel/parts.css")),
        "pages.css" => (STYLE, include_str!("../../assets/panel/pages.css")),
        "panel.js" => (SCRIPT, include_str!("../../assets/panel/panel.js")),
        "mark.svg" => (PICTURE, include_str!("../../assets/panel/mark.svg")),
        _ => return None,
    })
}

/// `GET /panel/static/{file}`.
pub(super) async fn get(file: web::Path<String>, request: HttpRequest) -> Result<HttpResponse> {
    let (kind, text) = file_of(&file).ok_or(Error::NotFound)?;
    let tag = EntityTag::new_strong(hex::encode(&Sha256::digest(text)[..12]));
    let known = match IfNoneMatch::parse(&request) {
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|one| one.weak_eq(&tag)),
        Ok(IfNoneMatch::Any) => request.headers().contains_key(header::IF_NONE_MATCH),
        Err(_) => false,
    };
    let mut answer = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer.insert_header(ETag(tag)).insert_header((header::CACHE_CONTROL, "no-cache"));
    Ok(if known { answer.finish() } else { answer.content_type(kind).body(text) })
}
