//! Chooses the form in which a file is sent, and how it is provided (telegram §7).

use base::i18n::LocalizedText;
use base::message::{Content, Media};
use serde_json::{Map, Value, json};

use super::SendContext;
use super::draft::Posted;
use super::uploaded::{self, UploadKey};
use crate::file::NotOpened;
use crate::telegram::api::ApiError;
use crate::telegram::upload::MultipartRequest;

const MEGABYTE: u64 = 1024 * 1024;
/// The largest picture that is sent as a photo.
const PHOTO: u64 = 10 * MEGABYTE;
/// The largest sticker.
const STICKER: u64 = MEGABYTE / 2;
/// The largest file that Telegram's own server accepts.
const UPLOAD: u64 = 50 * MEGABYTE;
/// The same for an operator's server.
const UPLOAD_LOCAL: u64 = 2000 * MEGABYTE;

/// The form in which a file is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum FileForm {
    Photo,
    Video,
    Animation,
    Audio,
    Voice,
    Document,
    Sticker,
}

impl FileForm {
    /// The method, and its parameter for the file.
    pub const fn method(self) -> (&'static str, &'static str) {
        match self {
            Self::Photo => ("sendPhoto", "photo"),
            Self::Video => ("sendVideo", "video"),
            Self::Animation => ("sendAnimation", "animation"),
            Self::Audio => ("sendAudio", "audio"),
            Self::Voice => ("sendVoice", "voice"),
            Self::Document => ("sendDocument", "document"),
            Self::Sticker => ("sendSticker", "sticker"),
        }
    }

    /// The best form that Telegram accepts for the content; none if it has no file.
    pub fn of(content: &Content) -> Option<Self> {
        let media = content.media()?;
        Some(match content {
            Content::Picture(_) => picture(media),
            Content::Sticker(_) => sticker(media),
            Content::Video(_) if is_one_of(media, &["video/mp4", "video/quicktime"]) => Self::Video,
            Content::Voice(_) if is_one_of(media, VOICE) => Self::Voice,
            Content::Voice(_) | Content::Audio(_) => audio(media),
            _ => Self::Document,
        })
    }
}

/// Opus in Ogg, and other formats accepted as voice messages.
const VOICE: &[&str] =
    &["audio/ogg", "audio/opus", "application/ogg", "audio/mpeg", "audio/mp4", "audio/m4a", "audio/x-m4a"];
const AUDIO: &[&str] = &["audio/mpeg", "audio/mp4", "audio/m4a", "audio/x-m4a"];

fn picture(media: &Media) -> FileForm {
    match media.mime_type.as_deref() {
        Some("image/gif") => FileForm::Animation,
        _ if media.file_size <= PHOTO && is_one_of(media, &["image/jpeg", "image/png", "image/webp"]) => {
            FileForm::Photo
        }
        _ => FileForm::Document,
    }
}

fn sticker(media: &Media) -> FileForm {
    let known = is_one_of(media, &["image/webp", "video/webm", "application/x-tgsticker", "application/gzip"]);
    if known && media.file_size <= STICKER { FileForm::Sticker } else { picture(media) }
}

fn audio(media: &Media) -> FileForm {
    if is_one_of(media, AUDIO) { FileForm::Audio } else { FileForm::Document }
}

/// An unknown type matches.
fn is_one_of(media: &Media, kinds: &[&str]) -> bool {
    media.mime_type.as_deref().is_none_or(|kind| kinds.contains(&kind.split(';').next().unwrap_or(kind).trim()))
}

/// Whether the server accepts a file of this size.
pub(super) fn is_small_enough(line: &SendContext<'_>, media: &Media) -> bool {
    let most = if line.api.is_telegrams_own() { UPLOAD } else { UPLOAD_LOCAL };
    media.file_size <= most
}

/// Sends a file: by its `file_id` if Telegram already has it, otherwise as bytes if they are stored here, otherwise by
/// its public address.
pub(super) async fn post(
    line: &SendContext<'_>,
    form: FileForm,
    media: &Media,
    mut parameters: Map<String, Value>,
) -> Result<Posted, ApiError> {
    let (method, field) = form.method();
    if form == FileForm::Document {
        // Otherwise Telegram would convert the file to another kind.
        parameters.insert("disable_content_type_detection".to_owned(), json!(true));
    }
    if form == FileForm::Video {
        parameters.insert("supports_streaming".to_owned(), json!(true));
    }
    if let (FileForm::Video | FileForm::Audio | FileForm::Voice, Some(seconds)) = (form, media.duration) {
        parameters.insert("duration".to_owned(), json!(seconds));
    }
    let key = match media.media_id {
        Some(id) => {
            line.outgoing.files.content(id).await.map(|content| UploadKey::new(line.bot.id, form, content, media))
        }
        None => None,
    };
    if let Some(key) = &key
        && let Some(file_id) = line.uploaded.find(key).await
    {
        let mut again = parameters.clone();
        again.insert(field.to_owned(), json!(&*file_id));
        match line.api.call(line.bot.token, method, &again).await {
            Err(failed) if uploaded::is_unknown(&failed) => line.uploaded.forget(key).await,
            done => return done,
        }
    }
    let opened = match media.media_id {
        Some(id) => line.outgoing.files.open(id).await,
        None => Err(NotOpened::Never("not_here")),
    };
    match opened {
        Ok(opened) => {
            let upload = MultipartRequest {
                parameters,
                field,
                file_name: media.file_name.clone(),
                mime_type: media.mime_type.clone().unwrap_or_default(),
                size: opened.announced.unwrap_or(media.file_size),
                bytes: opened.bytes,
            };
            let posted: Posted = line.api.upload(line.bot.token, method, upload).await?;
            if let Some(key) = key {
                line.uploaded.keep(key, field, &posted.rest).await;
            }
            Ok(posted)
        }
        Err(NotOpened::Never(_)) => {
            parameters.insert(field.to_owned(), json!(media.media_url));
            line.api.call(line.bot.token, method, &parameters).await
        }
        Err(NotOpened::Gone(_) | NotOpened::Later { .. }) => {
            Err(ApiError::NotSent(LocalizedText::new("said-telegram-file")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn media(mime: &str, size: u64) -> Media {
        Media { mime_type: Some(mime.to_owned()).filter(|mime| !mime.is_empty()), file_size: size, ..Media::default() }
    }

    #[test]
    fn a_file_is_sent_as_the_best_that_telegram_takes() {
        for (content, form) in [
            (Content::Picture(media("image/jpeg", 5)), FileForm::Photo),
            (Content::Picture(media("", 5)), FileForm::Photo),
            (Content::Picture(media("image/jpeg", PHOTO + 1)), FileForm::Document),
            (Content::Picture(media("image/heic", 5)), FileForm::Document),
            (Content::Picture(media("image/gif", 5)), FileForm::Animation),
            (Content::Video(media("video/mp4", 5)), FileForm::Video),
            (Content::Video(media("video/x-matroska", 5)), FileForm::Document),
            (Content::Voice(media("audio/ogg; codecs=opus", 5)), FileForm::Voice),
            (Content::Voice(media("audio/wav", 5)), FileForm::Document),
            (Content::Voice(media("audio/aac", 5)), FileForm::Document),
            (Content::Audio(media("audio/mpeg", 5)), FileForm::Audio),
            (Content::Audio(media("audio/ogg", 5)), FileForm::Document),
            (Content::Sticker(media("image/webp", 5)), FileForm::Sticker),
            (Content::Sticker(media("image/webp", STICKER + 1)), FileForm::Photo),
            (Content::Sticker(media("image/png", 5)), FileForm::Photo),
            (Content::File(media("image/jpeg", 5)), FileForm::Document),
        ] {
            assert_eq!(FileForm::of(&content), Some(form), "{content:?}");
        }
        assert_eq!(FileForm::of(&Content::Text { text: "x".into() }), None);
    }
}
