//! Pictures and voice messages.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::{
    answer::{Refusal, bad},
    wire::Call,
};
use crate::avito::{core::Core, json::sizes, state::State};

/// The largest picture in bytes.
const LARGEST: usize = 24 * 1024 * 1024;
/// How long the link to a voice message is valid, in milliseconds.
const HOUR: i64 = 3_600_000;

/// The media type of a picture in one of the five formats.
fn format(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xFF, 0xD8, 0xFF, ..] => Some("image/jpeg"),
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        [b'G', b'I', b'F', b'8', ..] => Some("image/gif"),
        [b'B', b'M', ..] => Some("image/bmp"),
        [_, _, _, _, b'f', b't', b'y', b'p', b'h', b'e', b'i', ..] => Some("image/heic"),
        _ => None,
    }
}

/// `uploadImages`: one picture per call.
pub(super) fn upload(state: &mut State, seller: i64, call: &Call) -> Result<Value, Refusal> {
    let [(name, bytes)] = call.parts.as_slice() else { return Err(bad("one image is wanted")) };
    if name != "uploadfile[]" {
        return Err(bad("uploadfile[] is required"));
    }
    if bytes.len() > LARGEST {
        return Err(bad("the image has more than 24 MB"));
    }
    let mime = format(bytes).ok_or_else(|| bad("unknown format of image"))?;
    let id = state.keep_picture(seller, bytes.clone(), mime);
    let links = sizes(state, &id);
    Ok(json!({ id: links }))
}

/// `getVoiceFiles`: links that are valid for an hour, for the seller's own chats.
pub(super) fn voices(core: &Core, state: &State, seller: i64, call: &Call) -> Result<Value, Refusal> {
    let ids = call.all("voice_ids");
    if ids.is_empty() {
        return Err(bad("voice_ids is required"));
    }
    let is_own = |id: &String| {
        let chat = state.voices.get(id).and_then(|chat| state.chats.get(chat));
        chat.is_some_and(|chat| chat.seller == seller)
    };
    let until = core.millis() + HOUR;
    let link = |id: String| (id.clone(), json!(format!("{}/files/voices/{id}?until={until}", state.base_url)));
    let links: Map<String, Value> = ids.into_iter().filter(is_own).map(link).collect();
    Ok(json!({"voices_urls": links}))
}

/// A picture; all sizes are the original.
pub(super) async fn image(core: web::Data<Arc<Core>>, path: web::Path<(String, String)>) -> HttpResponse {
    let id = path.1.strip_suffix(".jpg").unwrap_or(&path.1);
    match core.read(|state| state.pictures.get(id).cloned()) {
        Some(picture) => HttpResponse::Ok().content_type(picture.mime).body(picture.bytes),
        None => HttpResponse::NotFound().finish(),
    }
}

/// A voice message: Opus in MP4.
pub(super) async fn voice(core: web::Data<Arc<Core>>, request: HttpRequest, id: web::Path<String>) -> HttpResponse {
    let until = request.query_string().strip_prefix("until=").and_then(|until| until.parse::<i64>().ok());
    let is_known = core.read(|state| state.voices.contains_key(id.as_str()));
    if !is_known || until.is_none_or(|until| until < core.millis()) {
        return HttpResponse::Forbidden().finish();
    }
    let bytes = Bytes::from_static(include_bytes!("../../../assets/samples/voice.mp4"));
    HttpResponse::Ok().content_type("audio/mp4").body(bytes)
}
