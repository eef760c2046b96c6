//! Managers' actions over HTTP: one address for every action as JSON, another one for files to send.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::own_form;
use crate::crm::{
    act::{self, Act},
    attachment::{Attachment, KINDS},
    core::Core,
    media,
    state::StoredFile,
};

/// `POST /accounts/{host}/acts`: an [`Act`]; answers with what was sent, or why it could not be.
pub(super) async fn perform(
    core: web::Data<Arc<Core>>,
    request: HttpRequest,
    host: web::Path<String>,
    body: Bytes,
) -> HttpResponse {
    if !own_form(&request) {
        return HttpResponse::Forbidden().finish();
    }
    let act: Act = match serde_json::from_slice(&body) {
        Ok(act) => act,
        Err(error) => return HttpResponse::BadRequest().json(json!({"error": error.to_string()})),
    };
    // In its own task: closing the page must not cancel hooks.
    let doing = actix_web::rt::spawn(async move { act::perform(&core, &host, act).await });
    match doing.await {
        Ok(Ok(done)) => HttpResponse::Ok().json(done),
        Ok(Err(error)) => HttpResponse::Conflict().json(json!({"error": error.to_string()})),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

/// Name and kind of an upload.
#[derive(Deserialize)]
pub(super) struct Upload {
    name: String,
    #[serde(default)]
    kind: String,
}

/// `POST /accounts/{host}/files?name=&kind=`: the bytes of a file, for [`crate::crm::act::Enclosed::File`].
pub(super) async fn upload(
    core: web::Data<Arc<Core>>,
    request: HttpRequest,
    asked: web::Query<Upload>,
    body: Bytes,
) -> HttpResponse {
    if !own_form(&request) {
        return HttpResponse::Forbidden().finish();
    }
    let named = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let content_type = named.unwrap_or("application/octet-stream");
    let kind = KINDS.into_iter().find(|kind| *kind == asked.kind).unwrap_or_else(|| Attachment::kind_of(content_type));
    let id = Uuid::new_v4().simple().to_string();
    let file = Attachment::new(kind, &asked.name, content_type, body);
    core.change(|state| state.files.uploads.insert(id.clone(), file));
    HttpResponse::Ok().json(json!({"file": id, "kind": kind, "name": asked.name}))
}

/// `GET /accounts/{host}/messages/{id}/media`: the file of a message as kept by amoCRM. Files of the other side are
/// fetched when first viewed.
pub(super) async fn file(
    core: web::Data<Arc<Core>>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
) -> HttpResponse {
    let (host, id) = path.into_inner();
    match media::fetch(&core, &host, &id).await {
        Ok(fetched) => {
            let expires_at = core.now();
            let file = StoredFile { content_type: fetched.content_type, bytes: fetched.bytes, expires_at };
            media::finished(&request, &file)
        }
        Err(error) => HttpResponse::NotFound().content_type("text/plain; charset=utf-8").body(error.to_string()),
    }
}
