//! Chooses the form in which a file is sent, and how it is provided (whatsapp §6, §10).

use std::sync::Arc;
use std::time::Duration;

use base::cache::Cache;
use base::i18n::LocalizedText;
use base::message::{Content, Media};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use secrecy::SecretString;
use serde_json::{Map, Value, json};

use super::{Accepted, NumberStates};
use crate::Outgoing;
use crate::call::{ApiError, Refusal};
use crate::file::{MultipartRequest, OpenFile, Piece};
use crate::whatsapp::api::{Address, GraphApi, Path};
use crate::whatsapp::setup::{NumberOptions, SourceNumber};
use crate::whatsapp::wire::{Id, wire};

/// What every request for a letter needs.
pub(super) struct SendContext<'a> {
    pub(super) api: &'a GraphApi,
    pub(super) number: SourceNumber<'a>,
    pub(super) token: &'a SecretString,
    pub(super) options: NumberOptions,
    pub(super) address: Address,
    pub(super) outgoing: &'a Outgoing,
    pub(super) memory: &'a NumberStates,
}

impl SendContext<'_> {
    /// Sends to the number's `/messages` (whatsapp §6).
    pub(super) async fn post(&self, body: &Value) -> Result<Accepted, ApiError> {
        self.api.post(self.token, Path(&[self.number.phone_number_id, "messages"], &[]), body).await
    }

    /// The fields of every message: its receiver, and the letter's id, which its statuses return (whatsapp §5).
    pub(super) fn envelope(&self) -> Map<String, Value> {
        let mut envelope = self.address.fields();
        envelope.insert("messaging_product".to_owned(), json!("whatsapp"));
        envelope.insert("biz_opaque_callback_data".to_owned(), json!(self.outgoing.id()));
        envelope
    }
}

const KILOBYTE: u64 = 1024;
const MEGABYTE: u64 = 1024 * KILOBYTE;
const IMAGE: u64 = 5 * MEGABYTE;
const VIDEO: u64 = 16 * MEGABYTE;
const AUDIO: u64 = 16 * MEGABYTE;
const DOCUMENT: u64 = 100 * MEGABYTE;
/// The largest sticker, an animated one. A static one of this size is refused and sent as a document.
const STICKER: u64 = 500 * KILOBYTE;
/// The code for a refused file; uploads report it as an invalid parameter (whatsapp §15).
const REFUSED_FILE: u32 = 131_053;
const WRONG_PARAMETER: u32 = 100;
/// The number of bytes at the start of an Ogg file that contain Opus's header.
const PEEK: usize = 64;

/// The form in which a file is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum FileForm {
    Image,
    Video,
    Audio,
    /// An audio that is shown as a voice message if it is Opus in Ogg.
    Voice,
    Document,
    Sticker,
}

wire! {
    /// The answer to an upload.
    Uploaded {
        id: Id,
    }
}

impl FileForm {
    /// `type`, and the name of the object.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
            Self::Audio | Self::Voice => "audio",
            Self::Document => "document",
            Self::Sticker => "sticker",
        }
    }

    /// Whether it can have a caption, and be above the text of buttons or of a template.
    pub const fn has_caption(self) -> bool {
        matches!(self, Self::Image | Self::Video | Self::Document)
    }

    /// The best form that Meta accepts for the content; none if it has no file, or one that is too large.
    pub fn of(content: &Content) -> Option<Self> {
        let media = content.media()?;
        let within = |most: u64, types: &[&str]| media.file_size <= most && is_one_of(media, types);
        let form = match content {
            Content::Picture(_) if within(IMAGE, IMAGES) => Self::Image,
            Content::Sticker(_) if within(STICKER, &["image/webp"]) => Self::Sticker,
            Content::Sticker(_) if within(IMAGE, IMAGES) => Self::Image,
            Content::Video(_) if within(VIDEO, &["video/mp4", "video/3gpp"]) => Self::Video,
            Content::Voice(_) if within(AUDIO, AUDIOS) => Self::Voice,
            Content::Audio(_) if within(AUDIO, AUDIOS) => Self::Audio,
            _ => Self::Document,
        };
        (media.file_size <= DOCUMENT).then_some(form)
    }
}

const IMAGES: &[&str] = &["image/jpeg", "image/png"];

const AUDIOS: &[&str] = &[
    "audio/ogg",
    "audio/opus",
    "application/ogg",
    "audio/mpeg",
    "audio/mp4",
    "audio/m4a",
    "audio/x-m4a",
    "audio/aac",
    "audio/amr",
];

/// The type without its parameters; empty if unknown.
fn bare_type(media: &Media) -> &str {
    media.mime_type.as_deref().and_then(|kind| kind.split(';').next()).unwrap_or_default().trim()
}

/// A file of an unknown type does not match and is sent as a document, which accepts any file.
fn is_one_of(media: &Media, kinds: &[&str]) -> bool {
    kinds.contains(&bare_type(media))
}

fn is_ogg(kind: &str) -> bool {
    matches!(kind, "audio/ogg" | "audio/opus" | "application/ogg")
}

/// The type by Meta's name.
fn upload_type(media: &Media) -> &str {
    match bare_type(media) {
        "" => "application/octet-stream",
        kind if is_ogg(kind) => "audio/ogg",
        "audio/m4a" | "audio/x-m4a" => "audio/mp4",
        kind => kind,
    }
}

/// The object of a message with this file, and the form that was used.
pub(super) async fn object(
    line: &SendContext<'_>,
    form: FileForm,
    media: &Media,
    caption: &str,
) -> Result<(FileForm, Value), ApiError> {
    let provided = provided(line, media).await?;
    // In Ogg, Meta accepts only Opus as audio.
    let is_audio = matches!(form, FileForm::Audio | FileForm::Voice);
    let form = if is_audio && is_ogg(bare_type(media)) && !provided.is_opus { FileForm::Document } else { form };
    let mut object = provided.object;
    if form == FileForm::Voice && provided.is_opus {
        object["voice"] = json!(true);
    }
    if form == FileForm::Document && !media.file_name.is_empty() {
        object["filename"] = json!(media.file_name);
    }
    if form.has_caption() && !caption.is_empty() {
        object["caption"] = json!(caption);
    }
    Ok((form, object))
}

/// A file above the text of buttons or of a template.
pub(super) type HeaderFile = (FileForm, Box<Media>);

/// The same as the header of buttons or a template.
pub(super) async fn header(line: &SendContext<'_>, file: Option<&HeaderFile>) -> Result<Option<Value>, ApiError> {
    let Some((form, media)) = file else { return Ok(None) };
    let (form, object) = object(line, *form, media, "").await?;
    Ok(Some(json!({ "type": form.kind(), form.kind(): object })))
}

/// Whether this file's id is cached from an earlier message.
pub(super) async fn is_known(line: &SendContext<'_>, media: &Media) -> bool {
    match key(line, media).await {
        Some(key) => line.memory.uploaded.contains_key(&key),
        None => false,
    }
}

/// Removes this file's id from the cache, so that its bytes are uploaded again.
pub(super) async fn forget(line: &SendContext<'_>, media: &Media) {
    if let Some(key) = key(line, media).await {
        line.memory.uploaded.invalidate(&key).await;
    }
}

async fn key(line: &SendContext<'_>, media: &Media) -> Option<UploadKey> {
    let content = line.outgoing.files.content(media.media_id?).await?;
    let (phone_number_id, mime_type) = (line.number.phone_number_id.to_owned(), upload_type(media).to_owned());
    Some(UploadKey { phone_number_id, content, mime_type })
}

/// A file by its id or its address.
struct Provided {
    object: Value,
    is_opus: bool,
}

/// Provides a file: by its id if Meta already has it, otherwise as bytes if they are stored here, otherwise by its
/// public address.
async fn provided(line: &SendContext<'_>, media: &Media) -> Result<Provided, ApiError> {
    let key = key(line, media).await;
    if let Some(key) = &key
        && let Some(known) = line.memory.uploaded.get(key).await
    {
        return Ok(Provided { object: json!({ "id": *known.id }), is_opus: known.is_opus });
    }
    let opened = line.outgoing.open(media, "said-wa-file").await.map_err(ApiError::NotSent)?;
    let Some(opened) = opened else {
        // A file that Meta downloads cannot be inspected, so its declared type is used.
        return Ok(Provided { object: json!({ "link": media.media_url }), is_opus: is_ogg(bare_type(media)) });
    };
    let uploaded = upload(line, media, opened).await?;
    let provided = Provided { object: json!({ "id": *uploaded.id }), is_opus: uploaded.is_opus };
    if let Some(key) = key {
        line.memory.uploaded.insert(key, uploaded).await;
    }
    Ok(provided)
}

async fn upload(line: &SendContext<'_>, media: &Media, opened: OpenFile) -> Result<UploadedFile, ApiError> {
    let OpenFile { announced, bytes } = opened;
    let (head, bytes) = peeked(bytes).await;
    let is_opus = head.windows(8).any(|part| part == b"OpusHead");
    let mime_type = upload_type(media);
    let request = MultipartRequest {
        parameters: Map::from_iter([
            ("messaging_product".to_owned(), json!("whatsapp")),
            ("type".to_owned(), json!(mime_type)),
        ]),
        file_name: if media.file_name.is_empty() { "file".to_owned() } else { media.file_name.clone() },
        mime_type: mime_type.to_owned(),
        ..MultipartRequest::of("file", media, OpenFile { announced, bytes })
    };
    let path = Path(&[line.number.phone_number_id, "media"], &[]);
    let uploaded: Uploaded = line.api.upload(line.token, path, request).await.map_err(|failed| match failed {
        ApiError::Refused(refusal) if refusal.code == WRONG_PARAMETER => {
            Refusal { code: REFUSED_FILE, ..refusal }.into()
        }
        // The file may have been uploaded twice, which no one sees: the message itself was not sent.
        failed => failed.invisible(),
    })?;
    match uploaded.id.some() {
        Some(id) => Ok(UploadedFile { id: id.into(), is_opus }),
        None => Err(ApiError::NotSent(LocalizedText::new("said-wa-file"))),
    }
}

/// The start of a stream, and the complete stream.
async fn peeked(mut bytes: BoxStream<'static, Piece>) -> (Bytes, BoxStream<'static, Piece>) {
    let (mut head, mut seen) = (BytesMut::new(), Vec::new());
    while head.len() < PEEK {
        let Some(piece) = bytes.next().await else { break };
        let failed = piece.is_err();
        head.extend_from_slice(piece.as_deref().unwrap_or_default());
        seen.push(piece);
        if failed {
            break;
        }
    }
    (head.freeze(), futures_util::stream::iter(seen).chain(bytes).boxed())
}

// Files already uploaded to Meta: the id of the first upload, so that the same file need not be uploaded again
// (whatsapp §10). Cached in this process; a file that was evicted is uploaded again.

/// Maximum number of cached files.
const FILES: u64 = 10_000;
/// Meta keeps an upload for 30 days; a message may wait for up to a day.
const KEPT: Duration = Duration::from_secs(29 * 24 * 3600);

/// A file uploaded by one number: the id belongs to the number and includes the type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct UploadKey {
    phone_number_id: String,
    /// The identifier of its bytes.
    content: String,
    mime_type: String,
}

/// An upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct UploadedFile {
    pub id: Arc<str>,
    /// Whether it is Opus in Ogg.
    pub is_opus: bool,
}

/// The cached files.
pub(super) type UploadedFiles = Cache<UploadKey, UploadedFile>;

pub(super) fn uploaded_files() -> UploadedFiles {
    Cache::builder().max_capacity(FILES).time_to_live(KEPT).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn media(mime: &str, size: u64) -> Media {
        Media { mime_type: Some(mime.to_owned()).filter(|mime| !mime.is_empty()), file_size: size, ..Media::default() }
    }

    #[test]
    fn a_file_is_sent_as_the_best_that_meta_takes() {
        for (content, form) in [
            (Content::Picture(media("image/jpeg", IMAGE)), Some(FileForm::Image)),
            (Content::Picture(media("image/jpeg", IMAGE + 1)), Some(FileForm::Document)),
            (Content::Picture(media("image/webp", 5)), Some(FileForm::Document)),
            (Content::Picture(media("", 5)), Some(FileForm::Document)),
            (Content::Video(media("video/mp4", VIDEO)), Some(FileForm::Video)),
            (Content::Video(media("video/quicktime", 5)), Some(FileForm::Document)),
            (Content::Voice(media("audio/ogg; codecs=opus", 5)), Some(FileForm::Voice)),
            (Content::Voice(media("audio/mpeg", 5)), Some(FileForm::Voice)),
            (Content::Voice(media("audio/wav", 5)), Some(FileForm::Document)),
            (Content::Audio(media("audio/amr", AUDIO)), Some(FileForm::Audio)),
            (Content::Audio(media("audio/mpeg", AUDIO + 1)), Some(FileForm::Document)),
            (Content::Sticker(media("image/webp", STICKER)), Some(FileForm::Sticker)),
            (Content::Sticker(media("image/webp", STICKER + 1)), Some(FileForm::Document)),
            (Content::Sticker(media("image/png", 5)), Some(FileForm::Image)),
            (Content::File(media("image/jpeg", DOCUMENT)), Some(FileForm::Document)),
            (Content::File(media("application/zip", DOCUMENT + 1)), None),
            (Content::Text { text: "x".into() }, None),
        ] {
            assert_eq!(FileForm::of(&content), form, "{content:?}");
        }
    }

    #[tokio::test]
    async fn looking_at_the_beginning_takes_nothing_away() {
        let pieces =
            vec![Ok(Bytes::from_static(b"OggS")), Ok(Bytes::from_static(b"....OpusHead")), Err("gone".to_owned())];
        let (head, bytes) = peeked(futures_util::stream::iter(pieces.clone()).boxed()).await;
        assert_eq!(&head[..], b"OggS....OpusHead");
        assert_eq!(bytes.collect::<Vec<_>>().await, pieces);
    }
}
