//! `POST /chat/{source_id}/files`: a visitor's file with a caption. Its type is detected from its first bytes; programs
//! are refused.

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use base::browser::form_data;
use base::error::Error;
use base::i18n::LocalizedText;
use base::message::{Content, Media};
use chrono::TimeDelta;
use entity::message;
use futures_util::future::{Ready, ready};
use multer::{Field, Multipart};
use sea_orm::{ColumnTrait, QueryFilter};
use serde_json::Value;

use super::access::{self, ChatRefusal, Guest, Result};
use super::body;
use super::form::{self, ChatForm};
use super::guests::VisitorAct;
use super::message_view;
use super::messages::answer;
use super::submit::{Saying, SubmittedMessage, caption, say};
use crate::media::{MediaKind, ReceivedFile, Upload, Uploader};
use crate::webchat::WebchatContext;

/// Largest field beside the file, in bytes.
const FIELD_BYTES: usize = 64 * 1024;
/// Time after which a visitor with too many concurrent uploads may try again.
const AGAIN: TimeDelta = TimeDelta::seconds(5);
/// Executable file types, as detected from the first bytes.
const PROGRAMS: &[&str] = &[
    "application/vnd.microsoft.portable-executable",
    "application/x-executable",
    "application/x-mach-binary",
    "application/x-msi",
    "application/vnd.android.dex",
    "application/x-shellscript",
    "text/x-shellscript",
];

/// A body that is not read before the visitor is identified.
pub struct FileStream(Payload);

impl FromRequest for FileStream {
    type Error = ChatRefusal;
    type Future = Ready<Result<Self>>;

    fn from_request(_: &HttpRequest, payload: &mut Payload) -> Self::Future {
        ready(Ok(Self(payload.take())))
    }
}

/// `POST /chat/{source_id}/files`, a form (`multipart/form-data`) with `id`, `text` and the other fields of a message,
/// followed by `file`. Answers as for messages, with the file; a browser without scripts is redirected to the page.
pub async fn post(
    app: web::Data<WebchatContext>,
    guest: Result<Guest>,
    request: HttpRequest,
    stream: FileStream,
) -> Result<HttpResponse> {
    let by_hand = wants_page(&request);
    let guest = match guest {
        Ok(guest) => guest,
        Err(refusal) if by_hand => return form::outside(access::words_of(&request), refusal),
        Err(refusal) => return Err(refusal),
    };
    let mut form = ChatForm::default();
    let done = take(&app, &guest, &request, stream, &mut form).await;
    if by_hand {
        return form::answered(&app, &guest, &form, done).await;
    }
    let stored = done?;
    let file = file_of(&app, &guest, stored).await?;
    Ok(answer(form.id()?, stored, file))
}

/// Whether a browser navigates to the answer, without a script.
fn wants_page(request: &HttpRequest) -> bool {
    let accepted = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.contains("text/html")
}

async fn take(
    app: &WebchatContext,
    guest: &Guest,
    request: &HttpRequest,
    stream: FileStream,
    form: &mut ChatForm,
) -> Result<SubmittedMessage> {
    let boundary = boundary(request)?;
    let _place = app.guests.upload(&guest.visitor.id).ok_or(ChatRefusal::TooFast(AGAIN.num_seconds()))?;
    guest.pace(app, VisitorAct::File).await?;
    let source = guest.source();
    guest.bring(app, 0).await?;
    let upload = Upload::begin(&app.files, source.tenant_id, source.id, Uploader::Visitor).await?;
    let whose = (app, guest);
    let arrived = form_data::read(stream.0, boundary, async |parts| read(whose, upload, parts, form).await).await?;
    let done = keep(app, guest, &arrived, form).await;
    if !matches!(done, Ok(SubmittedMessage { duplicate: false, .. })) {
        arrived.discard(&app.files).await;
    }
    done
}

fn boundary(request: &HttpRequest) -> Result<String, Error> {
    let given = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let boundary = multer::parse_boundary(given).ok().filter(|_| body::media_type(request) == "multipart/form-data");
    boundary.ok_or_else(|| Error::MediaType(LocalizedText::new("said-media-form")))
}

/// The form's fields, and its first file.
async fn read(
    whose: (&WebchatContext, &Guest),
    upload: Upload<'_>,
    mut parts: Multipart<'_>,
    form: &mut ChatForm,
) -> Result<ReceivedFile> {
    loop {
        let why = match parts.next_field().await {
            Ok(Some(part)) if part.file_name().is_some() => return file(whose, upload, part).await,
            Ok(Some(part)) => match text(part).await {
                Some((name, value)) => {
                    form.put(&name, value);
                    continue;
                }
                None => broke_off(),
            },
            Ok(None) => Error::field("/file", LocalizedText::new("said-media-no-file")),
            Err(_) => broke_off(),
        };
        upload.abandon().await;
        return Err(why.into());
    }
}

/// A field's name and value; `None` if it broke off or is too long.
async fn text(mut part: Field<'_>) -> Option<(String, String)> {
    let name = part.name()?.to_owned();
    let mut value = Vec::new();
    while let Some(chunk) = part.chunk().await.ok()? {
        value.extend_from_slice(&chunk);
        if value.len() > FIELD_BYTES {
            return None;
        }
    }
    Some((name, String::from_utf8(value).ok()?))
}

async fn file(
    (app, guest): (&WebchatContext, &Guest),
    mut upload: Upload<'_>,
    mut part: Field<'_>,
) -> Result<ReceivedFile> {
    let name = part.file_name().unwrap_or_default().to_owned();
    loop {
        match part.chunk().await {
            Ok(Some(chunk)) => {
                if let Err(enough) = guest.bring(app, chunk.len()).await {
                    upload.abandon().await;
                    return Err(enough.into());
                }
                upload = upload.take(chunk).await?;
            }
            // An empty file field: no file was chosen.
            Ok(None) if name.is_empty() => {
                upload.abandon().await;
                return Err(Error::field("/file", LocalizedText::new("said-media-no-file")).into());
            }
            Ok(None) => return Ok(upload.finish(&name).await?),
            Err(_) => {
                upload.abandon().await;
                return Err(broke_off().into());
            }
        }
    }
}

fn broke_off() -> Error {
    Error::Malformed(LocalizedText::new("said-body-broke"))
}

async fn keep(
    app: &WebchatContext,
    guest: &Guest,
    arrived: &ReceivedFile,
    form: &ChatForm,
) -> Result<SubmittedMessage> {
    if PROGRAMS.contains(&arrived.mime_type()) {
        return Err(ChatRefusal::FileKind);
    }
    let media = Media {
        media_id: Some(arrived.id()),
        file_name: arrived.file_name().to_owned(),
        file_size: arrived.size(),
        text: caption(&form.text)?,
        ..Media::default()
    };
    let content = match arrived.kind() {
        MediaKind::Picture => Content::Picture(media),
        MediaKind::Video => Content::Video(media),
        MediaKind::Audio => Content::Audio(media),
        _ => Content::File(media),
    };
    let saying = Saying { id: form.id()?, content, callback_data: None, around: form.around() };
    arrived.keep(&app.files).await?;
    say(app, guest, saying).await
}

/// The file of a stored message, as shown to the page.
async fn file_of(app: &WebchatContext, guest: &Guest, stored: SubmittedMessage) -> Result<Value> {
    let found = message::Entity::of_tenant(guest.source().tenant_id).filter(message::Column::Id.eq(stored.message_id));
    let Some(row) = found.one(app.store.read()).await? else { return Ok(Value::Null) };
    let file = message_view::file_of(app, &row, &message_view::body_of(&row)?.content).await?;
    Ok(serde_json::to_value(file).unwrap_or_default())
}
