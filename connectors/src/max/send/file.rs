//! Chooses the type with which a file is sent, and uploads it (max §7).

use std::sync::Arc;

use base::i18n::LocalizedText;
use base::message::{Content, Media};
use reqwest::Method;
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::SendContext;
use super::uploaded::{UploadKey, Uploaded};
use crate::file::NotOpened;
use crate::max::api::{ApiError, Call, UploadFile};
use crate::max::files::uploaded_token;

const MEGABYTE: u64 = 1024 * 1024;
const IMAGES: &[&str] =
    &["image/jpeg", "image/png", "image/gif", "image/tiff", "image/bmp", "image/heic", "image/x-ms-bmp"];
const VIDEOS: &[&str] = &["video/mp4", "video/quicktime", "video/x-matroska", "video/webm"];

/// `type` of an upload and of the attachment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum UploadType {
    Image,
    Video,
    Audio,
    File,
}

impl UploadType {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::File => "file",
        }
    }

    /// The largest file of this type.
    const fn most(self) -> u64 {
        match self {
            Self::Image => 50 * MEGABYTE,
            Self::Video => 250 * MEGABYTE,
            Self::Audio => 256 * MEGABYTE,
            Self::File => 4096 * MEGABYTE,
        }
    }

    /// The best type that MAX accepts for a content; none if it has no file, or one that is too large.
    pub fn of(content: &Content) -> Option<Self> {
        let media = content.media()?;
        let wanted = match content {
            Content::Picture(_) | Content::Sticker(_) if is_one_of(media, IMAGES) => Self::Image,
            Content::Video(_) if is_one_of(media, VIDEOS) => Self::Video,
            Content::Voice(_) | Content::Audio(_) => Self::Audio,
            _ => Self::File,
        };
        [wanted, Self::File].into_iter().find(|kind| media.file_size <= kind.most())
    }
}

/// An unknown type matches.
fn is_one_of(media: &Media, kinds: &[&str]) -> bool {
    media.mime_type.as_deref().is_none_or(|kind| kinds.contains(&kind.split(';').next().unwrap_or(kind).trim()))
}

/// The result of `POST /uploads`.
#[derive(Deserialize)]
struct Place {
    url: String,
    #[serde(default)]
    token: Option<String>,
}

/// A file stored at MAX.
#[derive(Clone, Debug)]
pub(super) struct Attached {
    kind: UploadType,
    file: Arc<Uploaded>,
    key: Option<UploadKey>,
}

impl Attached {
    /// The attachment of a message.
    pub fn attachment(&self) -> Value {
        json!({ "type": self.kind.word(), "payload": { "token": self.file.token } })
    }

    /// How long to wait until MAX may have processed the file.
    pub fn wait(&self) -> std::time::Duration {
        self.file.wait()
    }

    /// Removes a token that MAX no longer accepts.
    pub async fn forget(&self, context: &SendContext<'_>) {
        if let Some(key) = &self.key {
            context.uploaded.forget(key).await;
        }
    }
}

/// The file at MAX: uploaded before, otherwise uploaded now. None if its bytes are not stored here.
pub(super) async fn attach(
    context: &SendContext<'_>,
    kind: UploadType,
    media: &Media,
) -> Result<Option<Attached>, ApiError> {
    let Some(media_id) = media.media_id else { return Ok(None) };
    let files = &context.outgoing.files;
    let key = files.content(media_id).await.map(|content| UploadKey {
        bot: Sha256::digest(context.token.expose_secret().as_bytes()).into(),
        kind,
        content,
        name: media.file_name.clone(),
    });
    if let Some(key) = &key
        && let Some(file) = context.uploaded.find(key).await
    {
        return Ok(Some(Attached { kind, file, key: Some(key.clone()) }));
    }
    let opened = match files.open(media_id).await {
        Ok(opened) => opened,
        Err(NotOpened::Never(_)) => return Ok(None),
        Err(NotOpened::Gone(_) | NotOpened::Later { .. }) => {
            return Err(ApiError::NotSent(LocalizedText::new("said-max-file")));
        }
    };
    let query = [("type", kind.word())];
    let call = Call { method: Method::POST, path: &["uploads"], query: &query, body: None };
    let place: Place = context.api.call(context.token, call).await.map_err(nothing_sent)?;
    let size = opened.announced.unwrap_or(media.file_size);
    let mime_type = media.mime_type.clone().unwrap_or_default();
    let file = UploadFile { name: media.file_name.clone(), mime_type, file: opened, size };
    let answer = context.api.upload(context.token, &place.url, file).await.map_err(nothing_sent)?;
    let token = match place.token.filter(|token| !token.is_empty()) {
        Some(token) => token,
        None => uploaded_token(&answer)?,
    };
    let file = Arc::new(Uploaded::new(token));
    if let Some(key) = &key {
        context.uploaded.keep(key.clone(), Arc::clone(&file)).await;
    }
    Ok(Some(Attached { kind, file, key }))
}

/// An upload with an unknown outcome sent no message, so a retry is safe.
fn nothing_sent(failed: ApiError) -> ApiError {
    match failed {
        ApiError::Unknown(said) => ApiError::NotSent(said),
        ApiError::Unreadable { .. } => ApiError::NotSent(LocalizedText::new("said-max-upload")),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn media(mime: &str, size: u64) -> Media {
        Media { mime_type: Some(mime.to_owned()).filter(|mime| !mime.is_empty()), file_size: size, ..Media::default() }
    }

    #[test]
    fn a_file_is_sent_as_the_best_that_max_takes() {
        for (content, kind) in [
            (Content::Picture(media("image/jpeg", 5)), Some(UploadType::Image)),
            (Content::Picture(media("", 5)), Some(UploadType::Image)),
            (Content::Picture(media("image/webp", 5)), Some(UploadType::File)),
            (Content::Picture(media("image/png", 51 * MEGABYTE)), Some(UploadType::File)),
            (Content::Video(media("video/mp4", 5)), Some(UploadType::Video)),
            (Content::Video(media("video/x-msvideo", 5)), Some(UploadType::File)),
            (Content::Voice(media("audio/ogg; codecs=opus", 5)), Some(UploadType::Audio)),
            (Content::Audio(media("audio/mpeg", 257 * MEGABYTE)), Some(UploadType::File)),
            (Content::Sticker(media("image/png", 5)), Some(UploadType::Image)),
            (Content::File(media("image/jpeg", 5)), Some(UploadType::File)),
            (Content::File(media("application/zip", 4097 * MEGABYTE)), None),
            (Content::Text { text: "x".into() }, None),
        ] {
            assert_eq!(UploadType::of(&content), kind, "{content:?}");
        }
    }
}
