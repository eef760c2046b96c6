//! The logo of a site's chat: a form with a file, beside the other settings of its appearance.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use base::browser::form_data;
use base::error::{Error, Result};
use base::i18n::LocalizedText;
use connectors::kinds::is_web_chat;
use domain::identity::realm::{self, FormRejected};
use domain::identity::realm::{CSRF, is_csrf};
use domain::source::{LOGO_BYTES, remove_logo, set_logo};
use multer::{Field, Multipart};

use super::find;
use crate::panel::{AppData, Member, Notice, Right};

/// Longest field besides the picture, in bytes.
const LONGEST: usize = 1_000;

/// The fields of the form.
#[derive(Default)]
struct LogoForm {
    csrf: Vec<u8>,
    picture: Vec<u8>,
    removes: bool,
}

/// `POST /panel/sources/{id}/logo`.
pub async fn set(
    app: AppData,
    member: Member,
    id: web::Path<String>,
    request: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, actix_web::Error> {
    member.require(Right::EditSources)?;
    if !realm::own_origin(&request, &app.identity) {
        return Err(FormRejected::Foreign.into());
    }
    let source = find(&app, &member, Right::EditSources, &id).await?;
    if !is_web_chat(&source.kind) {
        return Err(Error::NotFound.into());
    }
    let text = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let boundary = multer::parse_boundary(text).map_err(|_| Error::MediaType(LocalizedText::new("said-form-type")))?;
    let form = form_data::read(body.into_inner(), boundary, read_form).await?;
    if !is_csrf(&form.csrf, member.csrf()) {
        return Err(FormRejected::Stale.into());
    }
    let done = match form.removes {
        true => remove_logo(&app.sources, &source, &member.by()).await,
        false => set_logo(&app.sources, &source, form.picture, &member.by()).await,
    };
    let notice = match done {
        Ok(()) => Notice::done(member.words.text("common-saved")),
        Err(error @ Error::Invalid(_)) => {
            let said = error.first_text().in_words(member.words, member.crm());
            Notice::failed(member.words.text("said-quoted").with("text", said))
        }
        Err(error) => return Err(error.into()),
    };
    Ok(member.see_other(&app, &format!("/panel/sources/{}/access?tab=appearance", source.id), notice).await?)
}

async fn read_form(mut form: Multipart<'static>) -> Result<LogoForm> {
    let mut read = LogoForm::default();
    while let Some(field) = form.next_field().await.map_err(|_| broke_off())? {
        match field.name().unwrap_or_default() {
            CSRF => read.csrf = begin_of(field, LONGEST).await?,
            "remove" => read.removes = true,
            // One byte more than allowed, so that the check sees it.
            "picture" => read.picture = begin_of(field, LOGO_BYTES + 1).await?,
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

fn broke_off() -> Error {
    Error::Malformed(LocalizedText::new("said-body-broke"))
}
