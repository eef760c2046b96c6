//! Stylesheets, the script and the logo of panel and admin.

use crate::panel::Answer;
use actix_web::{HttpRequest, HttpResponse, web};
use base::browser::asset::{self, Asset, PICTURE, SCRIPT, STYLE};
use base::error::Error;

fn file_of(name: &str) -> Option<Asset> {
    Some(match name {
        "base.css" => (STYLE, include_str!("../../assets/panel/base.css")),
        "parts.css" => (STYLE, include_str!("../../assets/panel/parts.css")),
        "pages.css" => (STYLE, include_str!("../../assets/panel/pages.css")),
        "charts.js" => (SCRIPT, include_str!("../../assets/panel/charts.js")),
        "chat-frame.js" => (SCRIPT, include_str!("../../assets/panel/chat-frame.js")),
        "chat-preview.js" => (SCRIPT, include_str!("../../assets/panel/chat-preview.js")),
        "chat-settings.css" => (STYLE, include_str!("../../assets/panel/chat-settings.css")),
        "chat-settings.js" => (SCRIPT, include_str!("../../assets/panel/chat-settings.js")),
        "panel.js" => (SCRIPT, include_str!("../../assets/panel/panel.js")),
        "push.js" => (SCRIPT, include_str!("../../assets/panel/push.js")),
        "mark.svg" => (PICTURE, include_str!("../../assets/panel/mark.svg")),
        _ => return None,
    })
}

/// `GET /panel/static/{file}`.
pub(super) async fn get(file: web::Path<String>, request: HttpRequest) -> Answer {
    Ok(asset::answer(file_of(&file).ok_or(Error::NotFound)?, &request))
}

/// `GET /panel/push-worker.js`: the browser's worker for notifications, which may serve the panel's pages only.
pub(super) async fn push_worker(request: HttpRequest) -> HttpResponse {
    asset::answer((SCRIPT, include_str!("../../assets/panel/push-worker.js")), &request)
}
