//! Files passed to a method: a file id, a URL that Telegram downloads, or bytes in the body.

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;

use super::{
    answer::{Refusal, bad, ensure},
    params::Params,
};
use crate::telegram::{core::Core, image, state::FileKind};

const MEGABYTE: usize = 1024 * 1024;

/// The source of a file.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// An existing file, by its unique id.
    Known(String),
    /// A new file.
    Fresh { bytes: Bytes, name: Option<String>, mime: String },
}

/// The file in the parameter `name`.
pub(super) async fn file(
    core: &Core,
    bot: i64,
    params: &Params,
    name: &str,
    kind: FileKind,
) -> Result<Source, Refusal> {
    if params.files.contains_key(name) {
        return uploaded(params, name, kind);
    }
    let missing = format!("there is no {} in the request", name.replace('_', " "));
    let value = params.needed(name, &missing)?;
    named(core, bot, params, &value, kind).await
}

/// The file that a text refers to: `attach://…`, a URL, a file id.
pub(super) async fn named(
    core: &Core,
    bot: i64,
    params: &Params,
    value: &str,
    kind: FileKind,
) -> Result<Source, Refusal> {
    if let Some(part) = value.strip_prefix("attach://") {
        return uploaded(params, part, kind);
    }
    if value.contains("://") || value.contains('/') {
        return fetched(core, value, kind).await;
    }
    let known = core.read(|state| {
        let (owner, unique) = state.files.parse(value)?;
        Some((owner, state.files.get(&unique)?.kind, unique))
    });
    match known {
        None => Err(bad("wrong remote file identifier specified: Wrong character in the string")),
        Some((owner, ..)) if owner != bot => Err(bad("wrong remote file identifier specified: can't unserialize it")),
        Some((_, was, unique)) => {
            let fits = was == kind || (kind == FileKind::Photo && was == FileKind::Thumbnail);
            ensure(fits, || bad(&format!("can't use file of type {was:?} as {kind:?}")))?;
            Ok(Source::Known(unique))
        }
    }
}

fn uploaded(params: &Params, name: &str, kind: FileKind) -> Result<Source, Refusal> {
    let file = params.files.get(name).ok_or_else(|| bad("wrong file identifier/HTTP URL specified"))?;
    let limit = if kind == FileKind::Photo { 10 } else { 50 } * MEGABYTE;
    let size = file.bytes.len();
    if size > 50 * MEGABYTE {
        return Err(Refusal::new(413, "Request Entity Too Large"));
    }
    ensure(size > 0, || bad("file must be non-empty"))?;
    let words = || bad(&format!("file of size {size} bytes is too big for a photo; the maximum size is {limit} bytes"));
    ensure(size <= limit, words)?;
    if kind == FileKind::Photo {
        is_photo(&file.bytes)?;
    }
    let mime = file.mime.clone().unwrap_or_else(|| "application/octet-stream".to_owned());
    Ok(Source::Fresh { bytes: file.bytes.clone(), name: file.name.clone(), mime })
}

/// Checks that a picture is readable, and that its dimensions and aspect ratio are within the limits.
fn is_photo(bytes: &[u8]) -> Result<(), Refusal> {
    let (width, height) = image::dimensions(bytes).ok_or_else(|| bad("IMAGE_PROCESS_FAILED"))?;
    let (longer, shorter) = (width.max(height), width.min(height).max(1));
    ensure(width + height <= 10_000 && longer <= shorter * 20, || bad("PHOTO_INVALID_DIMENSIONS"))
}

async fn fetched(core: &Core, link: &str, kind: FileKind) -> Result<Source, Refusal> {
    let address = url::Url::parse(link).map_err(|_| bad("wrong file identifier/HTTP URL specified"))?;
    let is_http = matches!(address.scheme(), "http" | "https") && address.has_host();
    ensure(is_http && kind != FileKind::VideoNote, || bad("wrong HTTP URL specified"))?;
    let limit = if kind == FileKind::Photo { 5 } else { 20 } * MEGABYTE;
    let (mime, bytes) = load(core, link, limit).await.ok_or_else(|| bad("failed to get HTTP URL content"))?;
    let fits = match kind {
        FileKind::Photo => mime.starts_with("image/"),
        FileKind::Video => mime.starts_with("video/"),
        FileKind::Animation => mime.starts_with("video/") || mime == "image/gif",
        FileKind::Audio | FileKind::Voice => mime.starts_with("audio/"),
        FileKind::Sticker => mime == "image/webp",
        _ => ["application/pdf", "application/zip", "image/gif"].contains(&mime.as_str()),
    };
    ensure(fits, || bad("wrong type of the web page content"))?;
    if kind == FileKind::Photo {
        is_photo(&bytes)?;
    }
    let name = address.path_segments().and_then(|mut parts| parts.next_back()).filter(|name| !name.is_empty());
    Ok(Source::Fresh { bytes, name: name.map(str::to_owned), mime })
}

/// Downloads a URL with Telegram's short time limit.
async fn load(core: &Core, link: &str, limit: usize) -> Option<(String, Bytes)> {
    let response = core.client.get(link).timeout(std::time::Duration::from_secs(10)).send().await.ok()?;
    if !response.status().is_success() {
        return None;
    }
    let mime = response.headers().get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mime = mime.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let mut bytes = BytesMut::new();
    let mut body = response.bytes_stream();
    while let Some(chunk) = body.next().await {
        bytes.extend_from_slice(&chunk.ok()?);
        if bytes.len() > limit {
            return None;
        }
    }
    Some((mime, bytes.freeze()))
}
