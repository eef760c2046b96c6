//! The upload form: its fields come before the file, which is processed while it arrives.

use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::http::header;
use base::browser::form_data;
use base::error::{Error, Result};
use base::i18n::LocalizedText;
use futures_util::stream::unfold;
use multer::{Field, Multipart};

use super::new::{leads_of, source_of};
use crate::identity::form::{CSRF, is_csrf};
use crate::identity::realm::{self, FormRejected};
use crate::import::{Format, ReceivedImport, UploadOptions, take_in};
use crate::panel::PanelContext;
use crate::panel::{AppData, Member};

/// Longest field, in bytes.
const LONGEST: usize = 1_000;

/// The fields of the form besides the file.
#[derive(Clone, Debug, Default)]
pub(super) struct UploadFields {
    csrf: String,
    pub source: String,
    pub leads: String,
    pub link_contacts: String,
}

/// Why the upload was rejected.
pub(super) enum UploadError {
    /// The form does not belong to this session.
    Refused(FormRejected),
    Other(Error),
}

impl<E: Into<Error>> From<E> for UploadError {
    fn from(error: E) -> Self {
        Self::Other(error.into())
    }
}

/// Refuses cross-site requests.
pub(super) fn own_page(app: &PanelContext, request: &HttpRequest) -> Result<(), FormRejected> {
    if realm::own_origin(request, &app.identity) { Ok(()) } else { Err(FormRejected::Foreign) }
}

/// Reads the form.
pub(super) async fn read(
    app: &AppData,
    member: &Member,
    request: &HttpRequest,
    payload: Payload,
    fields: &mut UploadFields,
) -> Result<ReceivedImport, UploadError> {
    let text = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let boundary = multer::parse_boundary(text).map_err(|_| Error::MediaType(LocalizedText::new("said-form-type")))?;
    form_data::read(payload, boundary, async move |form| read_form(app, member, form, fields).await).await
}

async fn read_form(
    app: &PanelContext,
    member: &Member,
    mut form: Multipart<'_>,
    fields: &mut UploadFields,
) -> Result<ReceivedImport, UploadError> {
    loop {
        let field = form.next_field().await.map_err(|_| broke_off())?;
        let Some(field) = field else { return Err(Error::Malformed(LocalizedText::new("said-form-fields")).into()) };
        match field.name().unwrap_or_default() {
            CSRF => fields.csrf = short(field).await?,
            "source" => fields.source = short(field).await?,
            "leads" => fields.leads = short(field).await?,
            "link_contacts" => fields.link_contacts = short(field).await?,
            "file" => {
                if !is_csrf(fields.csrf.as_bytes(), member.csrf()) {
                    return Err(UploadError::Refused(FormRejected::Stale));
                }
                return Ok(take(app, member, fields, field).await?);
            }
            _ => return Err(Error::Malformed(LocalizedText::new("said-form-fields")).into()),
        }
    }
}

async fn take(app: &PanelContext, member: &Member, fields: &UploadFields, file: Field<'_>) -> Result<ReceivedImport> {
    let source = source_of(app, member, &fields.source).await?;
    let file_name = file.file_name().unwrap_or_default().to_owned();
    let format = Format::of_name(&file_name);
    let link_contacts = !fields.link_contacts.is_empty();
    let wish = UploadOptions { format, leads: leads_of(&fields.leads), link_contacts, dry_run: true, file_name };
    let chunks = unfold(file, |mut file| async move {
        let chunk = file.chunk().await.transpose()?;
        Some((chunk.map_err(std::io::Error::other), file))
    });
    take_in(&app.usage, &source, wish, chunks).await
}

async fn short(mut field: Field<'_>) -> Result<String> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|_| broke_off())? {
        if bytes.len() + chunk.len() > LONGEST {
            return Err(Error::TooLarge(LONGEST));
        }
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).map_err(|_| Error::Malformed(LocalizedText::new("said-form-fields")))
}

fn broke_off() -> Error {
    Error::Malformed(LocalizedText::new("said-body-broke"))
}
