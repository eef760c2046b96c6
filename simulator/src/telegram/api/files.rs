//! `getFile`, the download of files, and profile pictures.

use std::sync::Arc;

use actix_web::{HttpResponse, http::StatusCode, web};
use serde_json::{Value, json};

use super::{
    answer::{Answered, Refusal, bad, ensure},
    params::Params,
    wire,
};
use crate::telegram::{core::Core, state::State};

/// Files larger than this, in bytes, cannot be downloaded from the cloud server.
const LIMIT: i64 = 20 * 1024 * 1024;
/// Milliseconds for which a path is valid.
const OPEN: i64 = 3_600_000;

/// `getFile`.
pub(super) fn get(state: &mut State, bot: i64, params: &Params) -> Answered {
    let file_id = params.needed("file_id", "file_id not specified")?;
    let Some((owner, unique)) = state.files.parse(&file_id) else {
        return Err(bad("invalid file_id"));
    };
    ensure(owner == bot, || bad("wrong remote file identifier specified: can't unserialize it"))?;
    let until = state.now + OPEN;
    let file = state.files.get(&unique).ok_or_else(|| bad("invalid file_id"))?;
    ensure(!file.is_lost, || bad("wrong file_id or the file is temporarily unavailable"))?;
    ensure(!file.is_swollen && file.size <= LIMIT, || bad("file is too big"))?;
    let path = file.path();
    let answer = json!({
        "file_id": file_id,
        "file_unique_id": unique,
        "file_size": file.size,
        "file_path": path,
    });
    state.files.open.insert((bot, path), until);
    Ok(answer)
}

/// `GET /file/bot{token}/{path}`.
pub(super) async fn download(core: web::Data<Arc<Core>>, path: web::Path<(String, String)>) -> HttpResponse {
    let (token, path) = path.into_inner();
    let bot = match wire::bot_of(&core, &token) {
        Ok(bot) => bot,
        Err(refusal) => return refused(&refusal),
    };
    let now = core.millis();
    let found = core.read(|state| {
        let until = state.files.open.get(&(bot, path.clone()))?;
        let file = state.files.by_path(&path).filter(|file| *until > now && !file.is_lost)?;
        Some(file.bytes.clone())
    });
    match found {
        // Telegram always sends this generic type.
        Some(bytes) => HttpResponse::Ok().content_type("application/octet-stream").body(bytes),
        None => refused(&Refusal::new(404, "Not Found")),
    }
}

fn refused(refusal: &Refusal) -> HttpResponse {
    let status = StatusCode::from_u16(refusal.code).unwrap_or(StatusCode::NOT_FOUND);
    HttpResponse::build(status).content_type("application/json").body(refusal.json().to_string())
}

/// `getUserProfilePhotos`.
pub(super) fn avatars(state: &mut State, bot: i64, params: &Params) -> Answered {
    let who = params.int("user_id").and_then(|id| state.people.get(&id)).ok_or_else(|| bad("user not found"))?;
    let photos: Vec<Value> = who.avatar.iter().map(|sizes| state.with_file_ids(bot, sizes)).collect();
    Ok(json!({"total_count": photos.len(), "photos": photos}))
}
