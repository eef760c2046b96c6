//! What pages of the admin have beside those of the panel.

use actix_web::http::header;
use actix_web::{HttpResponse, web};

use super::letter::{ICON, ICON_NAME};
use super::refused::{Refused, Result};

const STYLE: &str = include_str!("../../assets/admin/admin.css");

/// `GET /admin/assets/{file}`
pub async fn get(file: web::Path<String>) -> Result<HttpResponse> {
    let (kind, text) = match file.as_str() {
        "admin.css" => ("text/css; charset=utf-8", STYLE),
        ICON_NAME => ("image/svg+xml", ICON),
        _ => return Err(Refused::NotThere),
    };
    Ok(HttpResponse::Ok().content_type(kind).insert_header((header::CACHE_CONTROL, "no-cache")).body(text))
}
