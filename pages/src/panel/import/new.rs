//! A new import: choose source, file and leads; the file is then counted.

use actix_web::dev::Payload;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use base::browser::form_data;
use base::error::{Error, Result};
use base::i18n::{LocalizedText, Sentence, Words, Zone};
use domain::identity::realm::{self, FormRejected};
use domain::identity::realm::{CSRF, is_csrf};
use domain::import as imports;
use domain::import::{DateOrder, DumpOptions, NAMED, Received, UploadOptions, take_in};
use entity::source;
use futures_util::stream::unfold;
use multer::{Field, Multipart};
use uuid::Uuid;

use crate::panel::choice::SelectOption;
use crate::panel::errors::broke_off;
use crate::panel::{Answer, AppData, Member, Nav, PageContext, PanelContext, Right, html_as, nothing_kept, said, to};

/// Message keys are `import-leads-{word}`.
const LEADS: [&str; 2] = ["newest", "none"];

#[derive(Template)]
#[template(path = "panel/import/new.html")]
struct NewImportPage {
    page: PageContext,
    sources: Vec<SelectOption>,
    leads: Vec<SelectOption>,
    link_contacts: bool,
    dates: Vec<SelectOption>,
    given: UploadFields,
    most: u64,
    error: String,
    fields: Vec<FileField>,
}

/// Message keys are `import-dates-{word}`.
const DATES: [&str; 3] = ["auto", DateOrder::DayFirst.word(), DateOrder::MonthFirst.word()];

/// `GET /panel/import/new`
pub(super) async fn form(app: AppData, member: Member) -> Answer {
    member.require(Right::Import)?;
    show(&app, &member, &UploadFields::default(), None).await
}

async fn show(app: &PanelContext, member: &Member, fields: &UploadFields, error: Option<Sentence>) -> Answer {
    let page = member.page("import-new", Nav::Import);
    let (page, status) = match error {
        Some(_) => (page.with_error(), StatusCode::UNPROCESSABLE_ENTITY),
        None => (page, StatusCode::OK),
    };
    let mut sources = domain::source::all(&app.sources, member.tenant_id).await?;
    sources.retain(|source| !source.is_shadow());
    sources.sort_by_key(|source| (!source.is_default, source.name.to_lowercase()));
    let choice = |source: source::Model| SelectOption::new(source.id.to_string(), source.name, &fields.source);
    let form = NewImportPage {
        sources: sources.into_iter().map(choice).collect(),
        leads: LEADS
            .map(|word| SelectOption::new(word, page.words.text_of("import-leads-", word), &fields.leads))
            .into(),
        dates: DATES
            .map(|word| SelectOption::new(word, page.words.text_of("import-dates-", word), &fields.dates))
            .into(),
        given: fields.clone(),
        fields: file_fields(page.words),
        link_contacts: !fields.link_contacts.is_empty(),
        most: u64::from(app.config.import.file_mb) * 1024 * 1024,
        error: said(error),
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
    own_page(&app, &request)?;
    let mut fields = UploadFields::default();
    let arrived = match read(&app, &member, &request, body.into_inner(), &mut fields).await {
        Ok(arrived) => arrived,
        Err(UploadError::Refused(refused)) => return Err(refused.into()),
        Err(UploadError::Other(error @ (Error::Internal(_) | Error::Unavailable { .. } | Error::NotFound))) => {
            return Err(error.into());
        }
        Err(UploadError::Other(error)) => {
            let said =
                member.words.text("said-quoted").with("text", error.first_text().sentence(member.words, member.crm()));
            return Ok(show(&app, &member, &fields, Some(said)).await?);
        }
    };
    let arrived = match arrived {
        Received::Table(stored) => return Ok(to(&format!("/panel/import/{}/columns", stored.row.id))),
        Received::Messages(arrived) => arrived,
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
    domain::source::find(&app.sources, member.tenant_id, id).await
}

/// The form's choice about leads.
pub(super) fn leads_of(word: &str) -> imports::LeadsMode {
    imports::LeadsMode::parse(word).unwrap_or_default()
}

/// Longest field, in bytes.
const LONGEST: usize = 1_000;

/// The fields of the form besides the file.
#[derive(Clone, Debug, Default)]
pub(super) struct UploadFields {
    csrf: String,
    pub source: String,
    pub leads: String,
    pub link_contacts: String,
    pub we: String,
    pub phone: String,
    pub dates: String,
    pub zone: String,
}

impl UploadFields {
    /// Whether anything is said of an export.
    fn is_of_export(&self) -> bool {
        let are_empty = [&self.we, &self.phone, &self.zone].into_iter().all(String::is_empty);
        !are_empty || DateOrder::parse(&self.dates).is_some()
    }
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
) -> Result<Received, UploadError> {
    let text = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let boundary = multer::parse_boundary(text).map_err(|_| Error::MediaType(LocalizedText::new("said-form-type")))?;
    form_data::read(payload, boundary, async move |form| read_form(app, member, form, fields).await).await
}

async fn read_form(
    app: &PanelContext,
    member: &Member,
    mut form: Multipart<'_>,
    fields: &mut UploadFields,
) -> Result<Received, UploadError> {
    loop {
        let field = form.next_field().await.map_err(|_| broke_off())?;
        let Some(field) = field else { return Err(Error::Malformed(LocalizedText::new("said-form-fields")).into()) };
        match field.name().unwrap_or_default() {
            CSRF => fields.csrf = short(field).await?,
            "source" => fields.source = short(field).await?,
            "leads" => fields.leads = short(field).await?,
            "link_contacts" => fields.link_contacts = short(field).await?,
            "we" => fields.we = short(field).await?,
            "phone" => fields.phone = short(field).await?,
            "dates" => fields.dates = short(field).await?,
            "zone" => fields.zone = short(field).await?,
            "file" => {
                if !is_csrf(fields.csrf.as_bytes(), member.csrf()) {
                    return Err(UploadError::Refused(FormRejected::Stale));
                }
                return Ok(store_file(app, member, fields, field).await?);
            }
            _ => return Err(Error::Malformed(LocalizedText::new("said-form-fields")).into()),
        }
    }
}

async fn store_file(app: &PanelContext, member: &Member, fields: &UploadFields, file: Field<'_>) -> Result<Received> {
    let source = source_of(app, member, &fields.source).await?;
    let file_name = file.file_name().unwrap_or_default().to_owned();
    let zone = Some(fields.zone.trim()).filter(|name| !name.is_empty());
    let unknown = || Error::field("/zone", LocalizedText::new("said-time-zone"));
    let dump = DumpOptions {
        we: fields.we.trim().to_owned(),
        phone: fields.phone.trim().to_owned(),
        dates: DateOrder::parse(&fields.dates),
        zone: zone.map(|name| Zone::parse(name).ok_or_else(unknown)).transpose()?,
    };
    let (leads, link_contacts) = (leads_of(&fields.leads), !fields.link_contacts.is_empty());
    let wish = UploadOptions { format: None, dump, tables: true, leads, link_contacts, dry_run: true, file_name };
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

const CSV: &str = "\
id,conversation.id,sender.role,sender.id,sender.name,sender.phone,receiver.id,sent_at,content.type,content.text,content.media_url
ext-1,chat-7,client,user-7,Anna,+79151112233,,2025-03-01T09:30:00Z,text,Hello,
ext-2,chat-7,manager,m-1,Olga,,user-7,2025-03-01T09:31:00Z,text,Good morning,
";

const LINES: &str = r#"{"id":"ext-1","conversation":{"id":"chat-7"},"sender":{"role":"client","id":"user-7","name":"Anna","phone":"+79151112233"},"sent_at":"2025-03-01T09:30:00Z","content":{"type":"text","text":"Hello"}}
{"id":"ext-2","conversation":{"id":"chat-7"},"sender":{"role":"manager","id":"m-1","name":"Olga"},"receiver":{"id":"user-7"},"sent_at":"2025-03-01T09:31:00Z","content":{"type":"text","text":"Good morning"}}
"#;

/// A column of the file.
pub(super) struct FileField {
    pub name: &'static str,
    pub means: Sentence,
    pub required: bool,
}

/// The sample's columns.
pub(super) fn file_fields(words: Words) -> Vec<FileField> {
    let header = CSV.lines().next().unwrap_or_default();
    let field = |name: &'static str| FileField {
        name,
        means: words.text_of("import-field-", name.replace(['.', '_'], "-")),
        required: NAMED.contains(&name),
    };
    header.split(',').map(field).collect()
}

/// `GET /panel/import/sample.csv`
pub(super) async fn csv(member: Member) -> Answer {
    file(&member, "text/csv; charset=utf-8", "sample.csv", CSV)
}

/// `GET /panel/import/sample.ndjson`
pub(super) async fn lines(member: Member) -> Answer {
    file(&member, "application/x-ndjson", "sample.ndjson", LINES)
}

fn file(member: &Member, kind: &'static str, name: &str, text: &'static str) -> Answer {
    member.require(Right::Import)?;
    let mut answer = nothing_kept(StatusCode::OK);
    answer.content_type(kind).insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")));
    Ok(answer.body(text))
}
