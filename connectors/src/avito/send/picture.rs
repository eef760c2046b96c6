//! Pictures: uploaded first, then sent by their id (avito §6).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use base::i18n::LocalizedText;
use base::message::Media;
use futures_util::StreamExt;
use reqwest::Body;
use reqwest::multipart::{Form, Part};
use serde_json::Value;

use crate::Outgoing;
use crate::avito::api::{ApiError, AvitoApi};
use crate::avito::setup::Account;
use crate::file::{NotOpened, OpenFile};

/// The largest picture in bytes.
const LARGEST: u64 = 24 * 1024 * 1024;
/// The formats that Avito takes.
const FORMATS: [&str; 6] = ["image/jpeg", "image/heic", "image/heif", "image/gif", "image/bmp", "image/png"];

/// The id of an uploaded picture. None for a file that Avito does not take.
pub(super) async fn upload(
    api: &AvitoApi,
    account: &Account<'_>,
    outgoing: &Outgoing,
    media: &Media,
) -> Result<Option<String>, ApiError> {
    let Some(id) = media.media_id.filter(|_| is_taken(media)) else { return Ok(None) };
    let file = match outgoing.files.open(id).await {
        Ok(file) => file,
        Err(NotOpened::Never(_)) => return Ok(None),
        Err(NotOpened::Gone(_) | NotOpened::Later { .. }) => {
            return Err(ApiError::NotSent(LocalizedText::new("said-avito-file")));
        }
    };
    let (form, whole) = form(media, file);
    let path = ["messenger", "v1", "accounts", account.user_id, "uploadImages"];
    let answer: Result<BTreeMap<String, Value>, ApiError> = api.upload(account, &path, form, || whole.is_set()).await;
    match answer {
        Ok(ids) => Ok(ids.into_keys().next()),
        // Not a picture after all, or too many pixels.
        Err(ApiError::Refused { code: 400 | 413 | 415 | 422, .. }) => Ok(None),
        // A picture that may have been uploaded was not sent yet: nobody has seen it.
        Err(ApiError::Unknown(said)) => Err(ApiError::NotSent(said)),
        Err(other) => Err(other),
    }
}

fn is_taken(media: &Media) -> bool {
    let kind = media.mime_type.as_deref().unwrap_or_default().split(';').next().unwrap_or_default().trim();
    (1..=LARGEST).contains(&media.file_size) && FORMATS.contains(&kind.to_ascii_lowercase().as_str())
}

/// Whether the whole file was sent.
#[derive(Clone, Default)]
struct Whole(Arc<AtomicBool>);

impl Whole {
    fn is_set(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

fn form(media: &Media, file: OpenFile) -> (Form, Whole) {
    let whole = Whole::default();
    let ended = whole.clone();
    let end = futures_util::stream::poll_fn(move |_| {
        ended.0.store(true, Ordering::Release);
        std::task::Poll::Ready(None)
    });
    let bytes = file.bytes.chain(end).map(|piece| piece.map_err(std::io::Error::other));
    let name = if media.file_name.is_empty() { "picture.jpg" } else { media.file_name.as_str() };
    let part = Part::stream_with_length(Body::wrap_stream(bytes), media.file_size).file_name(name.to_owned());
    let mut headers = reqwest::header::HeaderMap::new();
    if let Some(kind) = media.mime_type.as_deref().and_then(|kind| kind.parse().ok()) {
        headers.insert(reqwest::header::CONTENT_TYPE, kind);
    }
    (Form::new().part("uploadfile[]", part.headers(headers)), whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_one_of_five_formats_and_not_too_large() {
        let media = |mime: &str, size| Media { mime_type: Some(mime.to_owned()), file_size: size, ..Media::default() };
        for taken in ["image/jpeg", "IMAGE/PNG", "image/gif", "image/bmp", "image/heic; x=y"] {
            assert!(is_taken(&media(taken, 5)), "{taken}");
        }
        for not in [media("image/webp", 5), media("", 5), media("image/jpeg", 0), media("image/jpeg", LARGEST + 1)] {
            assert!(!is_taken(&not), "{not:?}");
        }
        assert!(!is_taken(&Media { file_size: 5, ..Media::default() }));
    }
}
