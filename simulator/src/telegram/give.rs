//! Files that a call names: a file id, a URL that Telegram downloads, or bytes in the body.

use super::files::{Loaded, Sort};
use super::options::Options;
use super::params::{Params, Refusal, bad, ensure};
use crate::kit::{Core, Id, Part, image};

const MEGABYTE: usize = 1024 * 1024;

#[derive(Clone, Debug)]
pub(super) enum Source {
    /// An existing file, by its unique id.
    Known(Id),
    Fresh(Loaded),
}

#[derive(Clone, Copy)]
pub(super) struct Caller<'a> {
    pub(super) core: &'a Core<Options>,
    pub(super) bot: &'a Id,
    pub(super) params: &'a Params,
}

impl Caller<'_> {
    /// The file in the parameter that has the name of its sort.
    pub(super) async fn file(self, sort: &Sort) -> Result<Source, Refusal> {
        if self.params.files.contains_key(sort.field) {
            return self.uploaded(sort.field, sort);
        }
        let missing = format!("there is no {} in the request", sort.field.replace('_', " "));
        self.named(&self.params.needed(sort.field, &missing)?, sort).await
    }

    /// The file that a text refers to: `attach://…`, a URL, a file id.
    pub(super) async fn named(self, value: &str, sort: &Sort) -> Result<Source, Refusal> {
        if let Some(part) = value.strip_prefix("attach://") {
            return self.uploaded(part, sort);
        }
        if value.contains('/') {
            return self.fetched(value, sort).await;
        }
        let known = self.core.read(|state| {
            let (owner, unique) = state.parse(value)?;
            Some((owner, super::files::sort(&state.files.get(&unique)?.kind), unique))
        });
        let wrong = |why: &str| bad(&format!("wrong remote file identifier specified: {why}"));
        let (owner, was, unique) = known.ok_or_else(|| wrong("Wrong character in the string"))?;
        ensure(owner == *self.bot, || wrong("can't unserialize it"))?;
        let fits = was.field == sort.field || (sort.field == "photo" && was.field == "thumbnail");
        ensure(fits, || bad(&format!("can't use file of type {} as {}", was.name, sort.name)))?;
        Ok(Source::Known(unique))
    }

    fn uploaded(self, name: &str, sort: &Sort) -> Result<Source, Refusal> {
        let file = self.params.files.get(name).ok_or_else(|| bad("wrong file identifier/HTTP URL specified"))?;
        let limit = if sort.field == "photo" { 10 } else { 50 } * MEGABYTE;
        let size = file.bytes.len();
        ensure(size <= 50 * MEGABYTE, || Refusal::new(413, "Request Entity Too Large"))?;
        ensure(size > 0, || bad("file must be non-empty"))?;
        let words =
            || bad(&format!("file of size {size} bytes is too big for a photo; the maximum size is {limit} bytes"));
        ensure(size <= limit, words)?;
        is_photo(sort, &file.bytes)?;
        let mime = if file.mime.is_empty() { "application/octet-stream".to_owned() } else { file.mime.clone() };
        Ok(Source::Fresh(Loaded { bytes: file.bytes.clone(), name: file.file_name.clone(), mime }))
    }

    async fn fetched(self, link: &str, sort: &Sort) -> Result<Source, Refusal> {
        let address = url::Url::parse(link).map_err(|_| bad("wrong file identifier/HTTP URL specified"))?;
        let is_http = matches!(address.scheme(), "http" | "https") && address.has_host();
        ensure(is_http && sort.field != "video_note", || bad("wrong HTTP URL specified"))?;
        let limit = if sort.field == "photo" { 5 } else { 20 } * MEGABYTE;
        let loaded = self.core.download(link, limit).await.filter(|part| part.bytes.len() <= limit);
        let Part { mime, bytes, file_name, .. } = loaded.ok_or_else(|| bad("failed to get HTTP URL content"))?;
        let fits = match sort.field {
            "photo" => mime.starts_with("image/"),
            "video" => mime.starts_with("video/"),
            "animation" => mime.starts_with("video/") || mime == "image/gif",
            "audio" | "voice" => mime.starts_with("audio/"),
            "sticker" => mime == "image/webp",
            _ => ["application/pdf", "application/zip", "image/gif"].contains(&mime.as_str()),
        };
        ensure(fits, || bad("wrong type of the web page content"))?;
        is_photo(sort, &bytes)?;
        Ok(Source::Fresh(Loaded { bytes, name: file_name, mime }))
    }
}

/// Checks that a picture is readable, and that its dimensions and aspect ratio are within the limits.
fn is_photo(sort: &Sort, bytes: &[u8]) -> Result<(), Refusal> {
    if sort.field != "photo" {
        return Ok(());
    }
    let (width, height) = image::dimensions(bytes).ok_or_else(|| bad("IMAGE_PROCESS_FAILED"))?;
    let (longer, shorter) = (width.max(height), width.min(height).max(1));
    ensure(width + height <= 10_000 && longer <= shorter * 20, || bad("PHOTO_INVALID_DIMENSIONS"))
}
