//! Uploads of files before they are sent.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

use crate::{old, telegram::core::Core};

/// Largest upload in megabytes.
const LIMIT: usize = 64;

/// `POST /uploads?name=…&mime=…` with the bytes as its body; answers `{"upload": id}`.
pub(super) async fn take(core: web::Data<Arc<Core>>, request: HttpRequest, payload: web::Payload) -> HttpResponse {
    let file = match old::upload(&request, payload, LIMIT).await {
        Ok(file) => file,
        Err(answer) => return answer,
    };
    let id = core.change(|state| {
        let id = format!("upload-{}", state.next_serial());
        state.files.uploads.insert(id.clone(), file);
        id
    });
    HttpResponse::Ok().json(json!({"upload": id}))
}
