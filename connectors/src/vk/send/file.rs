//! Chooses the form in which a file is sent, and uploads it: get an address, send the bytes, call a method that saves
//! them (vk §8).

use std::sync::Arc;
use std::time::Duration;

use base::cache::Cache;
use base::i18n::LocalizedText;
use base::message::{Content, Media};
use serde::Deserialize;
use serde_json::Value;

use super::SendContext;
use crate::file::NotOpened;
use crate::vk::api::{ApiError, Params};
use crate::vk::upload::FileForm;

const MEGABYTE: u64 = 1024 * 1024;
/// The largest picture, and the largest file.
const PHOTO: u64 = 50 * MEGABYTE;
const DOC: u64 = 200 * MEGABYTE;
/// How many uploads are cached, and for how long: for the attempts of one letter.
const UPLOADS: u64 = 10_000;
const REMEMBERED: Duration = Duration::from_secs(3600);

/// The form in which a file is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum FileKind {
    Photo,
    /// A voice message: Opus in Ogg.
    Voice,
    Doc,
}

/// Files that VK already has for a letter, so that a retry does not upload them again.
pub(in crate::vk) struct Uploaded(Cache<(String, FileKind), Arc<str>>);

impl Default for Uploaded {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(UPLOADS).time_to_live(REMEMBERED).build())
    }
}

#[derive(Deserialize)]
struct UploadServer {
    upload_url: String,
}

/// A saved file.
#[derive(Deserialize)]
struct Kept {
    id: i64,
    owner_id: i64,
    #[serde(default)]
    access_key: Option<String>,
}

impl FileKind {
    /// The best form that VK accepts for the content; none if it has no file.
    pub fn of(content: &Content) -> Option<Self> {
        let media = content.media()?;
        let mime = media.mime_type.as_deref().map(|kind| kind.split(';').next().unwrap_or(kind).trim());
        let is_one_of = |kinds: &[&str]| mime.is_none_or(|mime| kinds.contains(&mime));
        Some(match content {
            Content::Picture(_) | Content::Sticker(_)
                if media.file_size <= PHOTO && is_one_of(&["image/jpeg", "image/png", "image/gif", "image/webp"]) =>
            {
                Self::Photo
            }
            Content::Voice(_) if is_one_of(&["audio/ogg", "audio/opus", "application/ogg"]) => Self::Voice,
            _ => Self::Doc,
        })
    }
}

/// Uploads a file and returns its reference for `attachment`.
pub(super) async fn attachment(line: &SendContext<'_>, kind: FileKind, media: &Media) -> Result<String, ApiError> {
    let key = (line.outgoing.id(), kind);
    if let Some(known) = line.uploaded.0.get(&key).await {
        return Ok(known.to_string());
    }
    if media.file_size > DOC {
        return Err(ApiError::NotUploaded("the file has more than 200 MB".to_owned()));
    }
    let reference = match kind {
        FileKind::Photo => photo(line, media).await?,
        FileKind::Voice => doc(line, "audio_message", media).await?,
        FileKind::Doc => doc(line, "doc", media).await?,
    };
    line.uploaded.0.insert(key, reference.as_str().into()).await;
    Ok(reference)
}

async fn photo(line: &SendContext<'_>, media: &Media) -> Result<String, ApiError> {
    let told = uploaded(line, "photos.getMessagesUploadServer", None, ("photo", media)).await?;
    // An empty list means no picture, or one that VK cannot read.
    let photo = word(&told["photo"]).filter(|photo| photo != "[]");
    let photo = photo.ok_or_else(|| ApiError::NotUploaded("the picture cannot be read".to_owned()))?;
    let parameters: Params =
        vec![("photo", Some(photo)), ("server", word(&told["server"])), ("hash", word(&told["hash"]))];
    let kept: Vec<Kept> = call(line, "photos.saveMessagesPhoto", parameters).await?;
    kept.first().map(|kept| kept.reference("photo")).ok_or(ApiError::Unreadable)
}

async fn doc(line: &SendContext<'_>, kind: &'static str, media: &Media) -> Result<String, ApiError> {
    let told = uploaded(line, "docs.getMessagesUploadServer", Some(kind), ("file", media)).await?;
    let file = word(&told["file"]).ok_or_else(|| ApiError::NotUploaded(told.to_string()))?;
    let parameters: Params = vec![("file", Some(file)), ("title", Some(name(media)))];
    let kept: Value = call(line, "docs.save", parameters).await?;
    // Under the name of its type; older versions return a list.
    let object = kept["type"].as_str().map_or_else(|| &kept[0], |kind| &kept[kind]);
    let kept = Kept::deserialize(object).map_err(|_| ApiError::Unreadable)?;
    Ok(kept.reference("doc"))
}

impl Kept {
    fn reference(&self, kind: &str) -> String {
        let key = self.access_key.as_deref().filter(|key| !key.is_empty()).map(|key| format!("_{key}"));
        format!("{kind}{}_{}{}", self.owner_id, self.id, key.unwrap_or_default())
    }
}

/// A save call that failed half-way is repeated: what it saved is not visible to anyone yet.
async fn call<T: serde::de::DeserializeOwned>(
    line: &SendContext<'_>,
    method: &str,
    parameters: Params,
) -> Result<T, ApiError> {
    line.api.call(line.community.token, method, parameters).await.map_err(|failed| match failed {
        ApiError::Unknown(said) => ApiError::NotSent(said),
        other => other,
    })
}

async fn uploaded(
    line: &SendContext<'_>,
    method: &str,
    kind: Option<&'static str>,
    (field, media): (&'static str, &Media),
) -> Result<Value, ApiError> {
    let unreadable = || ApiError::NotSent(LocalizedText::new("said-vk-file"));
    let opened = match media.media_id {
        Some(id) => line.outgoing.files.open(id).await,
        None => Err(NotOpened::Never("not_here")),
    };
    let opened = match opened {
        Ok(opened) => opened,
        // The bytes are stored elsewhere, so only the link can be sent.
        Err(NotOpened::Never(why)) => return Err(ApiError::NotUploaded(why.to_owned())),
        Err(NotOpened::Gone(_) | NotOpened::Later { .. }) => return Err(unreadable()),
    };
    let peer = Some(line.peer.to_string());
    let parameters: Params = vec![("peer_id", peer), ("type", kind.map(str::to_owned))];
    let server: UploadServer = call(line, method, parameters).await?;
    let size = opened.announced.unwrap_or(media.file_size);
    let file = FileForm { field, name: name(media), size, bytes: opened.bytes };
    line.api.upload(&server.upload_url, file).await
}

fn name(media: &Media) -> String {
    match media.file_name.trim() {
        "" => "file".to_owned(),
        name => name.to_owned(),
    }
}

/// A text or a number in an answer.
fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_sent_as_the_best_that_vk_takes() {
        let media = |mime: &str, size| Media { mime_type: Some(mime.to_owned()), file_size: size, ..Media::default() };
        for (content, kind) in [
            (Content::Picture(media("image/jpeg", 5)), FileKind::Photo),
            (Content::Picture(media("image/jpeg", PHOTO + 1)), FileKind::Doc),
            (Content::Picture(media("image/heic", 5)), FileKind::Doc),
            (Content::Picture(Media::default()), FileKind::Photo),
            (Content::Voice(media("audio/ogg; codecs=opus", 5)), FileKind::Voice),
            (Content::Voice(media("audio/mpeg", 5)), FileKind::Doc),
            (Content::File(media("image/jpeg", 5)), FileKind::Doc),
        ] {
            assert_eq!(FileKind::of(&content), Some(kind), "{content:?}");
        }
        assert_eq!(FileKind::of(&Content::Text { text: "x".into() }), None);
    }
}
