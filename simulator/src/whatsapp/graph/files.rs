//! `/{phone}/media`, `/{media}`, and the download of files.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use serde_json::json;

use super::{
    call::Call,
    content::{DOCUMENTS, limits},
    error::{Answered, GraphError, ensure, success},
    tokens,
};
use crate::whatsapp::{core::Core, state::State, view::CallView};

/// The kinds of media, as listed in the error text.
const KINDS: [&str; 5] = ["audio", "image", "sticker", "video", "document"];

fn kind_of(mime: &str) -> Option<&'static str> {
    if DOCUMENTS.contains(&mime) {
        return Some("document");
    }
    KINDS.into_iter().find(|kind| limits(kind).0.is_some_and(|types| types.contains(&mime)))
}

/// `POST /{phone}/media`.
pub(super) fn upload(state: &mut State, call: &Call, phone: &str) -> Answered {
    call.is_for_whatsapp()?;
    let file = call.files.get("file").ok_or_else(|| GraphError::parameter("The parameter file is required."))?;
    let said = call.text("type").filter(|kind| kind.contains('/'));
    let of_part = file.mime.clone().filter(|mime| mime != "application/octet-stream");
    let mime = of_part.or(said).unwrap_or_else(|| "application/octet-stream".to_owned());
    let plain = mime.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let kind = kind_of(&plain).ok_or_else(|| {
        let mut all: Vec<&str> = KINDS.iter().filter_map(|kind| limits(kind).0).flatten().copied().collect();
        all.extend(DOCUMENTS);
        GraphError::parameter(&format!(
            "Param file must be a file with one of the following types: {}. Received file of type '{plain}'.",
            all.join(", ")
        ))
    })?;
    ensure(!file.bytes.is_empty(), || GraphError::detailed(131_053, "Media file is empty."))?;
    let most = limits(kind).1;
    ensure(file.bytes.len() <= most, || {
        let words = format!("Media file size too big. Max file size we currently support: {most} bytes.");
        GraphError::detailed(131_053, words)
    })?;
    let id = state.keep(phone, false, (file.bytes.clone(), file.name.clone(), mime));
    Ok(json!({"id": id}))
}

/// `GET /{media}`: returns an address that is valid for five minutes.
pub(super) fn get(state: &mut State, call: &Call, id: &str) -> Answered {
    let of_phone = call.text("phone_number_id");
    let found = state.living_media(id).filter(|media| of_phone.is_none_or(|phone| phone == media.phone));
    let media = found.cloned().ok_or_else(|| GraphError::no_object("get", id))?;
    let address = state.address(id);
    Ok(json!({
        "messaging_product": "whatsapp",
        "url": address,
        "mime_type": media.mime,
        "sha256": hex::encode(media.sha256()),
        "file_size": media.bytes.len().to_string(),
        "id": id,
    }))
}

/// `DELETE /{media}`.
pub(super) fn delete(state: &mut State, id: &str) -> Answered {
    ensure(state.living_media(id).is_some(), || GraphError::no_object("delete", id))?;
    state.media.remove(id);
    success()
}

#[derive(serde::Deserialize)]
pub(super) struct Address {
    mid: String,
    hash: String,
}

/// `GET /whatsapp_business/attachments/?mid=…&ext=…&hash=…` with a token: 404 means that a new address must be
/// requested.
pub(super) async fn download(
    core: web::Data<Arc<Core>>,
    request: HttpRequest,
    address: web::Query<Address>,
) -> HttpResponse {
    let token = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let token = token.strip_prefix("Bearer ").unwrap_or_default();
    let met = super::wire::meet(&core, "media_download", None).await;
    let (status, found) = core.change(|state| {
        let found = bytes(state, token, &address);
        let status = met.instead.as_ref().map_or(found.as_ref().map_or_else(|code| *code, |_| 200), |one| one.status);
        let parameters = json!({"mid": address.mid});
        let operation = "media_download".to_owned();
        let method = "GET".to_owned();
        state.calls.push(CallView { operation, method, path: Vec::new(), parameters, status, code: None });
        (status, found)
    });
    let mut answer = HttpResponse::build(super::wire::code(status));
    match found.ok().filter(|_| met.instead.is_none()) {
        Some((bytes, mime)) if !met.is_lost() => answer.content_type(mime).body(bytes),
        _ if met.is_lost() => crate::old::cut(answer),
        _ => answer.finish(),
    }
}

fn bytes(state: &State, token: &str, address: &Address) -> Result<(bytes::Bytes, String), u16> {
    let grant = tokens::grant(state, token).map_err(|_| 401_u16)?;
    let media = state.living_media(&address.mid).ok_or(404_u16)?;
    let reaches = state.phones.get(&media.phone).is_some_and(|phone| grant.reaches(&phone.waba));
    let is_open = media.addresses.iter().any(|(hash, until)| *hash == address.hash && *until > state.now);
    if !reaches || !is_open {
        return Err(404);
    }
    Ok((media.bytes.clone(), media.mime.clone()))
}
