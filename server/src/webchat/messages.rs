//! `POST /chat/{source_id}/messages`: a visitor's message. The id is generated before the first attempt, by the script
//! or, for the form, with its page, so that every repeat is recognised.
//!
//! `POST /chat/{source_id}/files`: a file with a caption. Its type is detected from its first bytes; programs are
//! refused.

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use base::browser::form_data;
use base::error::{Error, FieldError};
use base::i18n::LocalizedText;
use base::message::{Content, Media};
use chrono::TimeDelta;
use domain::media::{MediaKind, ReceivedFile, Upload, Uploader};
use domain::public_page::wants_page;
use entity::message;
use futures_util::future::{Ready, ready};
use multer::{Field, Multipart};
use sea_orm::{ColumnTrait, QueryFilter};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::access::{self, ChatRefusal, Guest, Result};
use super::guests::VisitorAct;
use super::history;
use super::page::{self, ChatForm};
use super::submit::{
    self, Around, CustomerAnswers, RatingIn, Saying, SubmittedMessage, VisitIn, caption, checked, say,
};
use crate::webchat::{Answer, AppData, WebchatContext};

/// The script's request.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChatMessageIn {
    id: Uuid,
    text: String,
    callback_data: Option<String>,
    /// The page's id of the message that it answers.
    reply_to: Option<Uuid>,
    about: Option<CustomerAnswers>,
    visit: Option<VisitIn>,
    #[serde(default)]
    consent: bool,
}

impl ChatMessageIn {
    fn saying(self) -> Result<Saying, Error> {
        let Self { id, text, callback_data, reply_to, about, visit, consent } = self;
        let content = Content::Text { text: checked(&text)? };
        Ok(Saying { id, content, callback_data, reply_to, around: Around { about, visit, consent } })
    }
}

/// `POST /chat/{source_id}/messages`.
pub async fn post(app: AppData, guest: Result<Guest>, request: HttpRequest, payload: web::Payload) -> Answer {
    match access::media_type(&request) {
        "application/json" => {
            let guest = guest?;
            let message: ChatMessageIn = access::from_json(&access::read_body(payload).await?)?;
            guest.pace(&app, VisitorAct::Write).await?;
            let id = message.id;
            let stored = say(&app, &guest, message.saying()?).await?;
            Ok(answer(id, stored, Value::Null))
        }
        "application/x-www-form-urlencoded" => {
            let guest = match guest {
                Ok(guest) => guest,
                Err(refusal) => return page::outside(access::words_of(&request), refusal),
            };
            let form = ChatForm::read(&access::read_body(payload).await?);
            let done = from_form(&app, &guest, &form).await;
            page::answered(&app, &guest, &form, done).await
        }
        _ => Err(Error::MediaType(LocalizedText::new("said-json-type")).into()),
    }
}

async fn from_form(app: &WebchatContext, guest: &Guest, form: &ChatForm) -> Result<SubmittedMessage> {
    guest.pace(app, VisitorAct::Write).await?;
    let content = Content::Text { text: checked(&form.text)? };
    say(app, guest, Saying { id: form.id()?, content, callback_data: None, reply_to: None, around: form.around() })
        .await
}

/// `POST /chat/{source_id}/rating` `{"score":"bad"|"fair"|"good","comment":"…"}` → 204; 404 where nothing is rated.
pub async fn rate(app: AppData, guest: Guest, payload: web::Payload) -> Answer {
    let given: RatingIn = access::from_json(&access::read_body(payload).await?)?;
    guest.pace(&app, VisitorAct::Receipt).await?;
    submit::rate(&app, &guest, given).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// 202 for a new message, 200 for a repeat; with the file, if it has one.
fn answer(id: Uuid, stored: SubmittedMessage, file: Value) -> HttpResponse {
    let mut given = json!({
        "id": stored.message_id,
        "external_id": id.to_string(),
        "status": "queued",
        "duplicate": stored.duplicate,
    });
    if let Some(given) = given.as_object_mut().filter(|_| !file.is_null()) {
        given.insert("file".to_owned(), file);
    }
    let mut answer = if stored.duplicate { HttpResponse::Ok() } else { HttpResponse::Accepted() };
    answer.insert_header((header::CACHE_CONTROL, "no-store")).json(given)
}

impl ChatRefusal {
    /// The message keys of the notice above the form; none if there is nothing to say to a visitor.
    pub fn notices(&self, text: &str) -> Vec<String> {
        let Self::Known(error) = self else {
            return if matches!(self, Self::FileKind) { vec!["chat-file-kind".to_owned()] } else { Vec::new() };
        };
        let key = match error {
            Error::Conflict { problem: "message_conflict", .. } => "chat-conflict",
            Error::TooLarge(_) => "chat-file-too-large",
            Error::Full(_) => "chat-full",
            Error::TooMany { .. } | Error::Conflict { problem: "media_no_room", .. } => "chat-files-enough",
            Error::Invalid(fields) => return fields.iter().map(|field| noticed(field, text)).collect(),
            _ => return Vec::new(),
        };
        vec![key.to_owned()]
    }
}

/// The notice about a field: the errors of the questions are written for visitors.
fn noticed(field: &FieldError, text: &str) -> String {
    let key = match field.pointer.as_str() {
        "/consent" | "/about/phone" | "/about/email" => field.detail.key(),
        "/file" => "chat-file-none",
        _ if text.trim().is_empty() => "chat-empty",
        _ => "chat-too-long",
    };
    key.to_owned()
}

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

/// `POST /chat/{source_id}/files`, a form (`multipart/form-data`) with `id`, `text` and the other fields of a message, and
/// `voice=1` for a recording, followed by `file`. Answers as for messages, with the file; a browser without scripts is redirected to the page.
pub async fn post_file(app: AppData, guest: Result<Guest>, request: HttpRequest, stream: FileStream) -> Answer {
    let by_hand = wants_page(&request);
    let guest = match guest {
        Ok(guest) => guest,
        Err(refusal) if by_hand => return page::outside(access::words_of(&request), refusal),
        Err(refusal) => return Err(refusal),
    };
    let mut form = ChatForm::default();
    let done = take_form(&app, &guest, &request, stream, &mut form).await;
    if by_hand {
        return page::answered(&app, &guest, &form, done).await;
    }
    let stored = done?;
    let file = file_of(&app, &guest, stored).await?;
    Ok(answer(form.id()?, stored, file))
}

async fn take_form(
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
    let arrived =
        form_data::read(stream.0, boundary, async |parts| read_form(app, guest, upload, parts, form).await).await?;
    let done = keep_file(app, guest, &arrived, form).await;
    if !matches!(done, Ok(SubmittedMessage { duplicate: false, .. })) {
        arrived.discard(&app.files).await;
    }
    done
}

fn boundary(request: &HttpRequest) -> Result<String, Error> {
    let given = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let boundary = multer::parse_boundary(given).ok().filter(|_| access::media_type(request) == "multipart/form-data");
    boundary.ok_or_else(|| Error::MediaType(LocalizedText::new("said-media-form")))
}

/// The form's fields, and its first file.
async fn read_form(
    app: &WebchatContext,
    guest: &Guest,
    upload: Upload<'_>,
    mut parts: Multipart<'_>,
    form: &mut ChatForm,
) -> Result<ReceivedFile> {
    loop {
        let why = match parts.next_field().await {
            Ok(Some(part)) if part.file_name().is_some() => return file_field(app, guest, upload, part).await,
            Ok(Some(part)) => match text_field(part).await {
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
async fn text_field(mut part: Field<'_>) -> Option<(String, String)> {
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

async fn file_field(
    app: &WebchatContext,
    guest: &Guest,
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

async fn keep_file(
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
        // Browsers record voice into containers of videos too.
        MediaKind::Video | MediaKind::Audio if form.get("voice") == "1" => Content::Voice(media),
        MediaKind::Picture => Content::Picture(media),
        MediaKind::Video => Content::Video(media),
        MediaKind::Audio => Content::Audio(media),
        _ => Content::File(media),
    };
    let reply_to = Uuid::try_parse(form.get("reply_to")).ok();
    let saying = Saying { id: form.id()?, content, callback_data: None, reply_to, around: form.around() };
    arrived.keep(&app.files).await?;
    say(app, guest, saying).await
}

/// The file of a stored message, as shown to the page.
async fn file_of(app: &WebchatContext, guest: &Guest, stored: SubmittedMessage) -> Result<Value> {
    let message =
        message::Entity::of_tenant(guest.source().tenant_id).filter(message::Column::Id.eq(stored.message_id));
    let Some(row) = message.one(app.store.read()).await? else { return Ok(Value::Null) };
    let file = history::file_of(app, &row, &history::body_of(&row)?.content).await?;
    Ok(serde_json::to_value(file).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0192f0c1-2b3c-4d5e-8f60-718293a4b5c6";

    #[test]
    fn json_has_an_id_and_a_text_and_no_unknown_field() {
        let message = access::from_json::<ChatMessageIn>;
        let read = message(format!(r#"{{"id":"{}","text":"Hi"}}"#, ID.to_uppercase()).as_bytes()).unwrap();
        assert_eq!((read.id.to_string().as_str(), read.text.as_str()), (ID, "Hi"));
        let chosen = message(format!(r#"{{"id":"{ID}","text":"One","callback_data":"k1"}}"#).as_bytes()).unwrap();
        assert_eq!(chosen.callback_data.as_deref(), Some("k1"));
        assert!(matches!(message(b"{"), Err(Error::Malformed(_))));
        assert!(matches!(message(b"\xff"), Err(Error::Malformed(_))));
        let half = message(format!(r#"{{"id":"{ID}","text":"Hi \ud83d"}}"#).as_bytes()).unwrap();
        assert_eq!(half.text, "Hi \u{fffd}");
        for wrong in [
            r#"{"text":"Hi"}"#.to_owned(),
            r#"{"id":"7","text":"Hi"}"#.to_owned(),
            format!(r#"{{"id":"{ID}","text":7}}"#),
            format!(r#"{{"id":"{ID}","text":"Hi","role":"manager"}}"#),
            format!(r#"{{"id":"{ID}","text":"Hi","about":{{"role":"manager"}}}}"#),
        ] {
            assert!(matches!(message(wrong.as_bytes()), Err(Error::Invalid(_))), "{wrong}");
        }
    }
}
