//! Script and style of the customers' page.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::browser::asset::{self, Asset, SCRIPT, STYLE};

fn file_of(name: &str) -> Option<Asset> {
    Some(match name {
        "chat.css" => (STYLE, include_str!("../../assets/chat/chat.css")),
        "chat.js" => (SCRIPT, include_str!("../../assets/chat/chat.js")),
        "content.js" => (SCRIPT, include_str!("../../assets/chat/content.js")),
        "live.js" => (SCRIPT, include_str!("../../assets/chat/live.js")),
        "outbox.js" => (SCRIPT, include_str!("../../assets/chat/outbox.js")),
        "page.js" => (SCRIPT, include_str!("../../assets/chat/page.js")),
        "receipts.js" => (SCRIPT, include_str!("../../assets/chat/receipts.js")),
        "view.js" => (SCRIPT, include_str!("../../assets/chat/view.js")),
        _ => return None,
    })
}

/// `GET /chat/static/{file}`.
pub async fn get(file: web::Path<String>, request: HttpRequest) -> HttpResponse {
    file_of(&file).map_or_else(|| HttpResponse::NotFound().finish(), |file| asset::answer(file, &request))
}
