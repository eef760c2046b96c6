//! Upload addresses, and videos.

use serde_json::json;

use super::answer::{Answered, Refusal, wrong};
use super::wire::Call;
use crate::max::state::{State, UploadKind};

/// `POST /uploads?type=`.
pub(super) fn place(state: &mut State, call: &Call) -> Answered {
    let kind = call.query("type").ok_or_else(|| wrong("Missing required parameter: type"))?;
    let kind = UploadKind::of(kind).ok_or_else(|| wrong(format!("Unknown upload type: {kind}")))?;
    let base = state.base.clone();
    let file = state.place_for(kind);
    let url = format!("{base}/upload/{}?sig=p{}", file.id, file.serial);
    Ok(match kind {
        UploadKind::Video | UploadKind::Audio => json!({"url": url, "token": file.token}),
        UploadKind::Image | UploadKind::File => json!({"url": url}),
    })
}

/// `GET /videos/{token}`.
pub(super) fn video(state: &State, token: &str) -> Answered {
    let found = state.file_by_token(token).filter(|file| file.kind == UploadKind::Video && file.bytes.is_some());
    let file = found.ok_or_else(|| Refusal::new(404, "not.found", "Video not found"))?;
    let url = state.address(file);
    Ok(json!({
        "token": token, "urls": {"mp4_720": url, "mp4_360": url, "hls": null}, "thumbnail": null,
        "width": 640, "height": 360, "duration": 3,
    }))
}
