//! A form with one picture, or with the wish to remove it.

use actix_web::http::header;
use actix_web::{HttpRequest, web};
use base::browser::form_data;
use base::error::{Error, Result};
use base::i18n::LocalizedText;
use domain::identity::realm::{self, CSRF, FormRejected, is_csrf};
use multer::{Field, Multipart};

use super::PanelContext;
use super::errors::broke_off;

/// Longest field besides the picture, in bytes.
const LONGEST: usize = 1_000;

/// The fields of the form.
#[derive(Default)]
pub struct PictureForm {
    csrf: Vec<u8>,
    /// At most one byte more than allowed, so that the check sees it.
    pub picture: Vec<u8>,
    pub removes: bool,
    /// Which picture it is, where a page has several.
    pub which: String,
}

/// Reads a form of this session's own page.
pub async fn read(
    app: &PanelContext,
    request: &HttpRequest,
    body: web::Payload,
    csrf: &str,
    most: usize,
) -> Result<PictureForm, actix_web::Error> {
    if !realm::own_origin(request, &app.identity) {
        return Err(FormRejected::Foreign.into());
    }
    let text = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let boundary = multer::parse_boundary(text).map_err(|_| Error::MediaType(LocalizedText::new("said-form-type")))?;
    let form = form_data::read(body.into_inner(), boundary, async move |form| fields(form, most).await).await?;
    if is_csrf(&form.csrf, csrf) { Ok(form) } else { Err(FormRejected::Stale.into()) }
}

async fn fields(mut form: Multipart<'static>, most: usize) -> Result<PictureForm> {
    let mut read = PictureForm::default();
    while let Some(field) = form.next_field().await.map_err(|_| broke_off())? {
        match field.name().unwrap_or_default() {
            CSRF => read.csrf = begin_of(field, LONGEST).await?,
            "remove" => read.removes = true,
            "which" => read.which = String::from_utf8_lossy(&begin_of(field, LONGEST).await?).into_owned(),
            "picture" => read.picture = begin_of(field, most + 1).await?,
            _ => return Err(Error::Malformed(LocalizedText::new("said-form-fields"))),
        }
    }
    Ok(read)
}

/// The first bytes of a field; the rest is read and dropped.
async fn begin_of(mut field: Field<'_>, most: usize) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|_| broke_off())? {
        let rest = most.saturating_sub(bytes.len());
        bytes.extend_from_slice(chunk.get(..rest).unwrap_or(&chunk));
    }
    Ok(bytes)
}
