//! Uploads: files that messages refer to by `content.media_id`.

use actix_web::dev::Payload;
use actix_web::http::header::{self, ContentDisposition, Header};
use actix_web::{HttpRequest, HttpResponse, post, web};
use base::browser::form_data;
use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::json::Query;
use domain::api_key::Scope;
use domain::media::{ReceivedFile, Upload, Uploader};
use domain::usage::UsageContext;
use futures_util::StreamExt;
use multer::Multipart;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::request::{Call, RequestFingerprint, once};

/// An uploaded file, which messages can use for one week.
#[derive(Debug, Serialize, ToSchema)]
pub struct UploadOut {
    /// Use it as `content.media_id`.
    pub media_id: Uuid,
    /// Size in bytes.
    #[schema(example = 48213)]
    pub size: u64,
    /// Detected from the file's first bytes; a type given by the client is ignored.
    #[schema(example = "image/jpeg")]
    pub mime_type: &'static str,
}

/// A form whose first file is used, whatever its field is called.
#[derive(Debug, ToSchema)]
pub struct UploadForm {
    /// The file, with its name.
    #[schema(value_type = String, format = Binary)]
    pub file: Vec<u8>,
}

/// Metadata of an uploaded file.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UploadQuery {
    /// The file's name, if the body is the file itself; a form carries the name.
    file_name: Option<String>,
}

/// Uploads a file for messages.
///
/// The body is the file itself or a form (`multipart/form-data`), of which the first file is used. The file is kept for
/// one week; once a message refers to it, it is kept as long as other files.
#[utoipa::path(tag = "messages", params(("source_id", description = "The source"), UploadQuery), request_body(content(
    (String = "application/octet-stream"),
    (UploadForm = "multipart/form-data"),
), description = "The file, of any type, or a form that contains it"), responses(
    (status = 200, description = "Stored", body = UploadOut),
    (status = 400, description = "The body ended early or is not a valid form"),
    (status = 404, description = "No such source"),
    (status = 409, description = "The account has reached its storage limit"),
    (status = 413, description = "Larger than allowed for files of its kind"),
    (status = 415, description = "A compressed body, or an unsupported type of form"),
    (status = 422, description = "No file, or an empty file"),
    (status = 507, description = "The account has reached its storage limit"),
))]
#[post("/v1/sources/{source_id}/media")]
pub async fn upload_file(call: Call, source_id: web::Path<Uuid>, query: Query<UploadQuery>) -> Result<HttpResponse> {
    call.key.needs(Scope::Write)?;
    let source = call.current_source(*source_id).await?;
    let Call { app, key, request, payload, .. } = call;
    let form = form(&request)?;
    // Reports errors such as an invalid Idempotency-Key before anything is stored.
    RequestFingerprint::of(&request, &[])?;
    domain::usage::room(&app, source.tenant_id).await?;
    let upload = Upload::begin(&app.files, source.tenant_id, source.id, Uploader::Account).await?;
    let arrived = match form {
        Some(boundary) => form_data::read(payload, boundary, async |form| first_file(upload, form).await).await?,
        None => {
            let given = query.file_name.clone().or_else(|| disposition_name(&request)).unwrap_or_default();
            read_plain(upload, &request, payload, &given).await?
        }
    };
    // Repeats are recognized by their bytes; the file of a repeat is discarded.
    let fingerprint = RequestFingerprint::of(&request, arrived.checksum().as_bytes());
    let mut arrived = Some(arrived);
    let answer = match fingerprint {
        Ok(fingerprint) => once(&app, &key, fingerprint, keep(&app, &mut arrived)).await,
        Err(error) => Err(error),
    };
    if let Some(unused) = arrived {
        unused.discard(&app.files).await;
    }
    answer
}

async fn keep(app: &UsageContext, arrived: &mut Option<ReceivedFile>) -> Result<HttpResponse> {
    let Some(file) = arrived.as_ref() else { return Err(Error::not_storing()) };
    file.keep(&app.files).await?;
    let given = UploadOut { media_id: file.id(), size: file.size(), mime_type: file.mime_type() };
    *arrived = None;
    Ok(HttpResponse::Ok().json(given))
}

/// The boundary of a form; None if the body is the file itself.
fn form(request: &HttpRequest) -> Result<Option<String>> {
    let headers = request.headers();
    if headers.get(header::CONTENT_ENCODING).is_some_and(|coding| coding != "identity") {
        return Err(Error::MediaType(LocalizedText::new("said-media-compressed")));
    }
    let text = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match kind.as_str() {
        "multipart/form-data" => match multer::parse_boundary(text) {
            Ok(boundary) => Ok(Some(boundary)),
            Err(_) => Err(Error::MediaType(LocalizedText::new("said-media-form"))),
        },
        "application/x-www-form-urlencoded" => Err(Error::MediaType(LocalizedText::new("said-media-form"))),
        other if other.starts_with("multipart/") => Err(Error::MediaType(LocalizedText::new("said-media-form"))),
        _ => Ok(None),
    }
}

fn disposition_name(request: &HttpRequest) -> Option<String> {
    let given = ContentDisposition::parse(request).ok()?;
    let whole = given.get_filename_ext().and_then(|name| String::from_utf8(name.value.clone()).ok());
    whole.or_else(|| given.get_filename().map(str::to_owned))
}

async fn read_plain(
    mut upload: Upload<'_>,
    request: &HttpRequest,
    mut payload: Payload,
    file_name: &str,
) -> Result<ReceivedFile> {
    let length = request.headers().get(header::CONTENT_LENGTH);
    if let Some(given) = length.and_then(|value| value.to_str().ok()).and_then(|text| text.parse().ok()) {
        upload = upload.announced(given).await?;
    }
    while let Some(chunk) = payload.next().await {
        let Ok(chunk) = chunk else {
            upload.abandon().await;
            return Err(broke_off());
        };
        upload = upload.take(chunk).await?;
    }
    upload.finish(file_name).await
}

/// The first file of a form.
async fn first_file(mut upload: Upload<'_>, mut form: Multipart<'_>) -> Result<ReceivedFile> {
    loop {
        let field = match form.next_field().await {
            Ok(Some(field)) => field,
            Ok(None) => {
                upload.abandon().await;
                return Err(Error::field("", LocalizedText::new("said-media-no-file")));
            }
            Err(_) => {
                upload.abandon().await;
                return Err(broke_off());
            }
        };
        let Some(file_name) = field.file_name().map(str::to_owned) else { continue };
        let mut chunks = field;
        loop {
            match chunks.chunk().await {
                Ok(Some(chunk)) => upload = upload.take(chunk).await?,
                Ok(None) => return upload.finish(&file_name).await,
                Err(_) => {
                    upload.abandon().await;
                    return Err(broke_off());
                }
            }
        }
    }
}

fn broke_off() -> Error {
    Error::Malformed(LocalizedText::new("said-body-broke"))
}
