//! Files: uploaded with the call, or downloaded from an address (`saving-assets`, `attachment-upload`).

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use serde_json::{Value, json};

use super::{
    answer::{Answered, Refusal, bad, ensure, wrong},
    params::{Params, Upload},
    tokens::Caller,
};
use crate::meta::{core::Core, state::Platform};

const MEGABYTE: usize = 1024 * 1024;
/// The largest file of a kind, by address for pictures and in any way for others.
const PICTURE: usize = 8 * MEGABYTE;
const FILE: usize = 25 * MEGABYTE;

/// A file over its limit.
pub(super) fn too_large() -> Refusal {
    wrong(2_018_109, "Attachment size exceeds allowable limit")
}

/// `POST /{page}/message_attachments`: stores a file for later messages. Instagram Login has no such edge.
pub(super) async fn upload(core: &Core, caller: &Caller, node: &str, params: &Params) -> Answered {
    core.read(|state| caller.own(state, node).map(|_| ()))?;
    ensure(caller.platform == Platform::Facebook, || {
        Refusal::new(400, 2500, None, "Unknown path components: /message_attachments")
    })?;
    let message = params.object("message");
    let kind = message["attachment"]["type"].as_str().unwrap_or_default();
    let file = take(core, kind, &message["attachment"]["payload"], params.file.as_ref()).await?;
    Ok(json!({ "attachment_id": file }))
}

/// Stores the file of a message; returns its id.
pub(super) async fn take(core: &Core, kind: &str, payload: &Value, upload: Option<&Upload>) -> Result<String, Refusal> {
    ensure(["image", "video", "audio", "file"].contains(&kind), || {
        bad("Param message[attachment][type] must be one of {audio, file, image, template, video}")
    })?;
    let (name, mime, bytes) = match (payload["url"].as_str(), upload) {
        (_, Some(file)) => (file.name.clone(), file.mime.clone(), file.bytes.clone()),
        (Some(url), None) => fetched(core, url, if kind == "image" { PICTURE } else { FILE }).await?,
        (None, None) => return Err(wrong(2_018_047, "Upload attachment failure.")),
    };
    ensure(bytes.len() <= FILE, too_large)?;
    let family = mime.split('/').next().unwrap_or_default();
    let fits = kind == "file" || family == kind || (kind == "audio" && mime == "video/mp4");
    ensure(fits, || {
        wrong(
            2_018_047,
            "Upload attachment failure. A common way to trigger this error is that the provided media \
                          type does not match type of file provided in the URL",
        )
    })?;
    Ok(core.change(|state| state.keep(kind, &name, &mime, bytes)))
}

async fn fetched(core: &Core, link: &str, limit: usize) -> Result<(String, String, Bytes), Refusal> {
    let failed = || wrong(2_018_008, "Failed to fetch the file from the url");
    let address = url::Url::parse(link).map_err(|_| failed())?;
    let response = core.client.get(link).timeout(std::time::Duration::from_secs(10)).send().await;
    let response = response.map_err(|_| failed())?;
    ensure(response.status().is_success(), failed)?;
    let mime = response.headers().get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mime = mime.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let mut bytes = BytesMut::new();
    let mut body = response.bytes_stream();
    while let Some(chunk) = body.next().await {
        bytes.extend_from_slice(&chunk.map_err(|_| failed())?);
        ensure(bytes.len() <= limit, too_large)?;
    }
    let name = address.path_segments().and_then(|mut parts| parts.next_back()).unwrap_or_default().to_owned();
    Ok((name, mime, bytes.freeze()))
}
