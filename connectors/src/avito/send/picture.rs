//! Pictures: uploaded first, then sent by their id (avito §6).

use std::collections::BTreeMap;

use base::i18n::LocalizedText;
use base::message::Media;
use reqwest::multipart::Form;
use serde_json::Value;

use crate::Outgoing;
use crate::avito::api::{ApiError, AvitoApi};
use crate::avito::setup::Account;
use crate::file::{NotOpened, OpenFile};
use crate::upload::{self, Whole};

/// The largest picture in bytes.
const LARGEST: u64 = 24 * 1024 * 1024;
/// The formats that Avito accepts.
const FORMATS: [&str; 6] = ["image/jpeg", "image/heic", "image/heif", "image/gif", "image/bmp", "image/png"];

/// The id of an uploaded picture. None for a file that Avito does not accept.
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
        // The file is not a picture, or has too many pixels.
        Err(ApiError::Refused { code: 400 | 413 | 415 | 422, .. } | ApiError::Gateway { status: 413 | 415, .. }) => {
            Ok(None)
        }
        // The upload's outcome is unknown, but no message was sent, so a retry is safe.
        Err(ApiError::Unknown(said)) => Err(ApiError::NotSent(said)),
        Err(other) => Err(other),
    }
}

fn is_taken(media: &Media) -> bool {
    let kind = media.mime_type.as_deref().unwrap_or_default().split(';').next().unwrap_or_default().trim();
    (1..=LARGEST).contains(&media.file_size) && FORMATS.contains(&kind.to_ascii_lowercase().as_str())
}

fn form(media: &Media, file: OpenFile) -> (Form, Whole) {
    let name = if media.file_name.is_empty() { "picture.jpg" } else { media.file_name.as_str() };
    let kind = media.mime_type.as_deref().unwrap_or_default();
    let (part, whole) = upload::part(name.to_owned(), kind, media.file_size, file.bytes);
    (Form::new().part("uploadfile[]", part), whole)
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
