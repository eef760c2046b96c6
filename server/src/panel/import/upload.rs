//! The upload form: its fields come before the file, which is read as it arrives.

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{HttpRequest, web};
use base::browser::form_data;
use base::error::{Error, Result};
use base::words::Said;
use futures_util::stream::unfold;
use multer::{Field, Multipart};
use subtle::ConstantTimeEq;

use super::new::{leads_of, source_of};
use crate::import::{Arrived, Format, Wish, take_in};
use crate::panel::Member;
use crate::panel::PanelContext;
use crate::people::door::{self, Refused};
use crate::people::form::CSRF;

/// Longest field, in bytes.
const LONGEST: usize = 1_000;

/// The fields of the form besides the file.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields {
    csrf: String,
    pub source: String,
    pub leads: String,
    pub link_contacts: String,
}

/// Why the upload was rejected.
pub(super) enum Failed {
    /// The form does not belong to this session.
    Refused(Refused),
    Other(Error),
}

impl<E: Into<Error>> From<E> for Failed {
    fn from(error: E) -> Self {
        Self::Other(error.into())
    }
}

/// Refuses cross-site requests.
pub(super) fn own_page(app: &PanelContext, request: &HttpRequest) -> Result<(), Refused> {
    if door::own_origin(request, &app.people) { Ok(()) } else { Err(Refused::Foreign) }
}

/// Reads the form.
pub(super) async fn read(
    app: &web::Data<PanelContext>,
    member: &Member,
    request: &HttpRequest,
    payload: Payload,
    fields: &mut Fields,
) -> Result<Arrived, Failed> {
    let text = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let boundary = multer::parse_boundary(text).map_err(|_| Error::MediaType(Said::new("said-form-type")))?;
    form_data::read(payload, boundary, async move |form| read_form(app, member, form, fields).await).await
}

async fn read_form(
    app: &PanelContext,
    member: &Member,
    mut form: Multipart<'_>,
    fields: &mut Fields,
) -> Result<Arrived, Failed> {
    loop {
        let field = form.next_field().await.map_err(|_| broke_off())?;
        let Some(field) = field else { return Err(Error::Malformed(Said::new("said-form-fields")).into()) };
        match field.name().unwrap_or_default() {
            CSRF => fields.csrf = short(field).await?,
            "source" => fields.source = short(field).await?,
            "leads" => fields.leads = short(field).await?,
            "link_contacts" => fields.link_contacts = short(field).await?,
            "file" => {
                let ours = fields.csrf.as_bytes().ct_eq(member.csrf().as_bytes());
                if fields.csrf.is_empty() || !bool::from(ours) {
                    return Err(Failed::Refused(Refused::Stale));
                }
                return Ok(take(app, member, fields, field).await?);
            }
            _ => return Err(Error::Malformed(Said::new("said-form-fields")).into()),
        }
    }
}

async fn take(app: &PanelContext, member: &Member, fields: &Fields, file: Field<'_>) -> Result<Arrived> {
    let source = source_of(app, member, &fields.source).await?;
    let file_name = file.file_name().unwrap_or_default().to_owned();
    let format = Format::of_name(&file_name);
    let link_contacts = !fields.link_contacts.is_empty();
    let wish = Wish { format, leads: leads_of(&fields.leads), link_contacts, dry_run: true, file_name };
    let chunks = unfold(file, |mut file| async move {
        let chunk = file.chunk().await.transpose()?;
        Some((chunk.map_err(std::io::Error::other), file))
    });
    take_in(app, &source, wish, chunks).await
}

async fn short(mut field: Field<'_>) -> Result<String> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|_| broke_off())? {
        if bytes.len() + chunk.len() > LONGEST {
            return Err(Error::TooLarge(LONGEST));
        }
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).map_err(|_| Error::Malformed(Said::new("said-form-fields")))
}

fn broke_off() -> Error {
    Error::Malformed(Said::new("said-body-broke"))
}
