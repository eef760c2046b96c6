//! A new import: choose source, file and leads; the file is then counted.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use base::error::{Error, Result};
use base::i18n::Sentence;
use entity::source;
use uuid::Uuid;

use super::sample::{self, FileField};
use super::upload;
use crate::import as imports;
use crate::panel::PanelContext;
use crate::panel::choice::SelectOption;
use crate::panel::to;
use crate::panel::{Answer, AppData, Member, Nav, PageContext, Right, html_as};

/// Message keys are `import-leads-{word}`.
const LEADS: [&str; 2] = ["newest", "none"];

#[derive(Template)]
#[template(path = "panel/import/new.html")]
struct NewImportPage {
    page: PageContext,
    sources: Vec<SelectOption>,
    leads: Vec<SelectOption>,
    link_contacts: bool,
    most: u64,
    error: String,
    fields: Vec<FileField>,
}

/// `GET /panel/import/new`
pub(super) async fn form(app: AppData, member: Member) -> Answer {
    member.require(Right::Import)?;
    show(&app, &member, &upload::UploadFields::default(), None).await
}

async fn show(app: &PanelContext, member: &Member, fields: &upload::UploadFields, error: Option<Sentence>) -> Answer {
    let page = member.page("import-new", Nav::Import);
    let (page, status) = match error {
        Some(_) => (page.with_error(), StatusCode::UNPROCESSABLE_ENTITY),
        None => (page, StatusCode::OK),
    };
    let mut sources = crate::source::all(&app.sources, member.tenant_id).await?;
    sources.sort_by_key(|source| (!source.is_default, source.name.to_lowercase()));
    let choice = |source: source::Model| SelectOption::new(source.id.to_string(), source.name, &fields.source);
    let form = NewImportPage {
        sources: sources.into_iter().map(choice).collect(),
        leads: LEADS
            .map(|word| SelectOption::new(word, page.words.text_of("import-leads-", word), &fields.leads))
            .into(),
        fields: sample::fields(page.words),
        link_contacts: !fields.link_contacts.is_empty(),
        // As the configuration says it; a file may be a little larger.
        most: u64::from(app.config.import.file_mb) * 1_000_000,
        error: error.map(|error| error.to_string()).unwrap_or_default(),
        page: page.clone(),
    };
    html_as(status, &page, &form)
}

/// `POST /panel/import`: stores and counts the file; nothing is written to amoCRM yet.
pub(super) async fn take(
    app: AppData,
    member: Member,
    request: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, actix_web::Error> {
    member.require(Right::Import)?;
    upload::own_page(&app, &request)?;
    let mut fields = upload::UploadFields::default();
    let arrived = match upload::read(&app, &member, &request, body.into_inner(), &mut fields).await {
        Ok(arrived) => arrived,
        Err(upload::UploadError::Refused(refused)) => return Err(refused.into()),
        Err(upload::UploadError::Other(error @ (Error::Internal(_) | Error::Unavailable { .. } | Error::NotFound))) => {
            return Err(error.into());
        }
        Err(upload::UploadError::Other(error)) => {
            let said =
                member.words.text("said-quoted").with("text", error.first_text().in_words(member.words, member.crm()));
            return Ok(show(&app, &member, &fields, Some(said)).await?);
        }
    };
    if arrived.row().total == 0 && arrived.row().skipped == 0 {
        arrived.discard(&app.usage).await;
        let label = member.words.text("import-file").to_string();
        return Ok(show(&app, &member, &fields, Some(member.words.text("form-empty").with("field", label))).await?);
    }
    let row = arrived.keep(&app.usage, &member.by()).await?;
    Ok(to(&format!("/panel/import/{}", row.id)))
}

/// The source chosen in the form, of the member's account.
pub(super) async fn source_of(app: &PanelContext, member: &Member, id: &str) -> Result<source::Model> {
    let id = Uuid::try_parse(id).map_err(|_| Error::NotFound)?;
    crate::source::find(&app.sources, member.tenant_id, id).await
}

/// The form's choice about leads.
pub(super) fn leads_of(word: &str) -> imports::LeadsMode {
    imports::LeadsMode::parse(word).unwrap_or_default()
}
