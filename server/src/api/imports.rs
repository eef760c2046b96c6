//! History imports (docs/import.md): a file of earlier messages is counted first and then delivered at a fifth of the
//! normal rate.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use base::error::{Error, Result};
use base::i18n::{CRM, Language, LocalizedText, Words, Zone};
use base::json::{Moment, Query};
use domain::api_key::Scope;
use domain::import::{self as imports, DateOrder, DumpOptions, Format, ImportState, LeadsMode, UploadOptions};
use domain::source::By;
use domain::usage::UsageContext;
use entity::{import, source};
use futures_util::StreamExt;
use sea_orm::{ColumnTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::request::{Call, RequestFingerprint, TenantQuery, once};
use super::roster;

/// How a file is imported.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ImportQuery {
    /// If `true`, only counts what would be imported.
    #[serde(default)]
    dry_run: bool,
    /// `newest` (default): the newest message of each chat creates a lead and a notification; `none`: all messages are
    /// silent.
    #[param(inline)]
    leads: Option<LeadsIn>,
    /// If `true`, new chats are linked to existing contacts by the customer's phone or e-mail, whatever the source's
    /// own setting is.
    #[serde(default)]
    link_contacts: bool,
    /// For a table whose first row does not name the fields of a message: what its columns mean, in their order, separated by
    /// commas, with nothing for a column that is not imported; or `auto`, as their names say. `sent_at`, `time`, `text`,
    /// `sender`, `name`, `phone`, `email`, `manager`, `file`, `chat`, `id`.
    #[param(example = "sent_at,sender,phone,,text")]
    columns: Option<String>,
    /// With `columns`: what stands in the column `sender` when the account's side wrote, separated by commas. By default the usual words
    /// for it, such as `outgoing`.
    #[serde(default)]
    we: String,
    /// With `columns`: the order of day and month, if no date shows it: `day_first` or `month_first`.
    #[param(inline)]
    dates: Option<DatesIn>,
    /// With `columns`: the time zone of times that name none. By default the account's.
    #[param(example = "Europe/Moscow")]
    zone: Option<String>,
}

/// The order of day and month.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DatesIn {
    DayFirst,
    MonthFirst,
}

impl From<DatesIn> for DateOrder {
    fn from(dates: DatesIn) -> Self {
        match dates {
            DatesIn::DayFirst => Self::DayFirst,
            DatesIn::MonthFirst => Self::MonthFirst,
        }
    }
}

/// Which messages of an import create a lead.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LeadsIn {
    Newest,
    None,
}

impl From<LeadsIn> for LeadsMode {
    fn from(leads: LeadsIn) -> Self {
        match leads {
            LeadsIn::Newest => Self::Newest,
            LeadsIn::None => Self::None,
        }
    }
}

/// Imports earlier messages from a file.
///
/// One JSON object as in `POST …/messages` per line, or CSV whose header names the same fields (`id`,
/// `conversation.id`, `sender.role`, `content.text` …), or the first sheet of an Excel workbook with such a header. Tables with other
/// columns need `columns`. A 202 response means that the whole file is stored; processing
/// continues in the background. Messages of a chat are imported oldest first and keep their `sent_at`. All of them are
/// silent except the newest of each chat. Messages that Parom already has are recognized by their `id`. Invalid lines
/// are skipped with a reason.
#[utoipa::path(tag = "imports", params(
    ("source_id", description = "The source to import the messages into"),
    ImportQuery,
), request_body(content(
    (String = "application/x-ndjson"),
    (String = "text/csv"),
    (Workbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
), description = "The messages"), responses(
    (status = 202, description = "The file is stored and its lines are counted", body = ImportOut),
    (status = 400, description = "The body ended early"),
    (status = 404, description = "No such source"),
    (status = 413, description = "Larger than import.file_mb"),
    (status = 415, description = "Unsupported content type, or a compressed body"),
    (status = 422, description = "An invalid parameter, or CSV whose first line does not name the fields"),
    (status = 507, description = "The account has reached its storage limit"),
    (status = 503, description = "Cannot be stored right now; retry later"),
))]
#[post("/v1/sources/{source_id}/imports")]
pub async fn start_import(call: Call, source_id: web::Path<Uuid>, query: Query<ImportQuery>) -> Result<HttpResponse> {
    call.key.needs(Scope::Write)?;
    let source = call.current_source(*source_id).await?;
    let by = call.by().await?;
    let Call { app, key, request, payload, .. } = call;
    let format = format_of(&request)?;
    // Reports errors such as an invalid Idempotency-Key before anything is stored.
    RequestFingerprint::of(&request, &[])?;
    let leads = query.leads.map(LeadsMode::from).unwrap_or_default();
    let wish = UploadOptions {
        format: Some(format),
        dump: DumpOptions {
            we: query.we.clone(),
            phone: String::new(),
            dates: query.dates.map(DateOrder::from),
            zone: query.zone.as_deref().map(zone_of).transpose()?,
        },
        tables: query.columns.is_some(),
        leads,
        link_contacts: query.link_contacts,
        dry_run: query.dry_run,
        file_name: String::new(),
    };
    domain::usage::room(&app, source.tenant_id).await?;
    let chunks = payload.map(|chunk| chunk.map_err(std::io::Error::other));
    let received = imports::take_in(&app, &source, wish.clone(), chunks).await?;
    let arrived = imports::with_columns(&app, &source, received, query.columns.as_deref(), &wish).await?;
    let language = Language::accepted(request.headers());
    // Repeats are recognized by their bytes; the file of a repeat is discarded.
    let fingerprint = RequestFingerprint::of(&request, arrived.checksum().as_bytes());
    let mut arrived = Some(arrived);
    let answer = match fingerprint {
        Ok(fingerprint) => {
            let work = async {
                let Some(file) = arrived.as_ref() else { return Err(Error::not_storing()) };
                let row = file.keep(&app, &by).await?;
                arrived = None;
                Ok(HttpResponse::Accepted().json(shown(&app, row, language).await?))
            };
            once(&app, &key, fingerprint, work).await
        }
        Err(error) => Err(error),
    };
    if let Some(unused) = arrived {
        unused.discard(&app).await;
    }
    answer
}

fn zone_of(name: &str) -> Result<Zone> {
    Zone::parse(name).ok_or_else(|| Error::field("/zone", LocalizedText::new("said-time-zone")))
}

fn format_of(request: &HttpRequest) -> Result<Format> {
    let headers = request.headers();
    if headers.get(header::CONTENT_ENCODING).is_some_and(|coding| coding != "identity") {
        return Err(Error::MediaType(LocalizedText::new("said-json-compressed")));
    }
    let text = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    Format::of_type(text).ok_or_else(|| Error::MediaType(LocalizedText::new("said-import-type")))
}

/// Retrieves an import.
///
/// Returns the totals, how many messages amoCRM has received so far, and the first 1000 skipped lines, each with a
/// reason.
#[utoipa::path(tag = "imports", params(("id", description = "The import"), TenantQuery), responses(
    (status = 200, description = "The import", body = ImportOut),
    (status = 404, description = "No such import"),
))]
#[get("/v1/imports/{id}")]
pub async fn get_import(call: Call, id: web::Path<Uuid>, query: Query<TenantQuery>) -> Result<HttpResponse> {
    let row = find(&call, *id, &query).await?;
    Ok(HttpResponse::Ok().json(shown(&call.app, row, Language::accepted(call.request.headers())).await?))
}

async fn find(call: &Call, id: Uuid, query: &TenantQuery) -> Result<import::Model> {
    let named = roster::named(query.tenant_id.as_deref())?;
    for tenant_id in roster::having::<import::Entity>(call, named, id).await? {
        if let Some(row) = imports::find(&call.app, tenant_id, id).await? {
            return Ok(row);
        }
    }
    Err(Error::NotFound)
}

/// Pauses an import.
///
/// No further messages are queued until it is resumed; messages already in the queue are still delivered.
#[utoipa::path(tag = "imports", params(("id", description = "The import"), TenantQuery), responses(
    (status = 202, description = "Done, or already in this state", body = ImportOut),
    (status = 404, description = "No such import"),
    (status = 409, description = "The import has already finished"),
))]
#[post("/v1/imports/{id}/pause")]
pub async fn pause_import(call: Call, id: web::Path<Uuid>, query: Query<TenantQuery>) -> Result<HttpResponse> {
    act(&call, *id, &query, imports::pause).await
}

/// Resumes an import.
///
/// After a pause or a failure it continues where it stopped: nothing is imported twice.
#[utoipa::path(tag = "imports", params(("id", description = "The import"), TenantQuery), responses(
    (status = 202, description = "Done, or already in this state", body = ImportOut),
    (status = 404, description = "No such import"),
    (status = 409, description = "The import has already finished"),
))]
#[post("/v1/imports/{id}/resume")]
pub async fn resume_import(call: Call, id: web::Path<Uuid>, query: Query<TenantQuery>) -> Result<HttpResponse> {
    act(&call, *id, &query, imports::resume).await
}

/// Cancels an import permanently.
///
/// Messages that were already imported stay.
#[utoipa::path(tag = "imports", params(("id", description = "The import"), TenantQuery), responses(
    (status = 202, description = "Done, or already in this state", body = ImportOut),
    (status = 404, description = "No such import"),
    (status = 409, description = "The import has already finished"),
))]
#[post("/v1/imports/{id}/cancel")]
pub async fn cancel_import(call: Call, id: web::Path<Uuid>, query: Query<TenantQuery>) -> Result<HttpResponse> {
    act(&call, *id, &query, imports::cancel).await
}

async fn act(
    call: &Call,
    id: Uuid,
    query: &TenantQuery,
    work: impl AsyncFnOnce(&UsageContext, Uuid, Uuid, &By) -> Result<import::Model>,
) -> Result<HttpResponse> {
    call.key.needs(Scope::Write)?;
    let row = find(call, id, query).await?;
    let by = call.by().await?;
    call.once(async {
        let row = work(&call.app, row.tenant_id, row.id, &by).await?;
        Ok(HttpResponse::Accepted().json(shown(&call.app, row, Language::accepted(call.request.headers())).await?))
    })
    .await
}

/// Maximum number of skipped lines in a response; the panel shows all of them.
const SKIPS: u64 = 1_000;

/// An Excel file.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
pub struct Workbook(pub Vec<u8>);

/// An import with its totals and its progress.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportOut {
    /// Warnings to read before it starts, in the language of the request.
    pub notes: Vec<String>,
    pub id: Uuid,
    pub source_id: Uuid,
    /// `queued`, `running`, `paused`, `done`, `cancelled`, `failed`.
    #[schema(example = "running")]
    pub status: &'static str,
    /// The lines are only counted, nothing is imported.
    pub dry_run: bool,
    /// `newest` or `none`.
    #[schema(example = "newest")]
    pub leads: &'static str,
    /// Whether new chats are linked to existing contacts.
    pub link_contacts: bool,
    /// Number of messages in the file.
    pub total: i64,
    /// Number of chats in the file.
    pub chats: i64,
    /// Messages that amoCRM has received so far, including `duplicates`.
    pub done: i64,
    /// Messages that had already been received, live or in an earlier import.
    pub duplicates: i64,
    /// Skipped lines in file order; at most the first 1000.
    pub skipped: Vec<SkippedOut>,
    /// The total number of skipped lines.
    pub skipped_total: i64,
    /// The maximum number of new leads: one for each chat that was not known before.
    pub leads_expected: i64,
    /// Estimated seconds for the remaining messages at the allowed rate.
    pub seconds_expected: i64,
    /// The import is throttled because live messages are waiting.
    pub gives_way: bool,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Moment,
    #[schema(value_type = Option<String>, format = DateTime, required)]
    pub finished_at: Option<Moment>,
}

/// A skipped line.
#[derive(Debug, Serialize, ToSchema)]
pub struct SkippedOut {
    /// Line number in the file, starting at 1.
    #[schema(example = 17)]
    pub line: i64,
    /// In the language of the request.
    pub reason: String,
}

/// An import with its skipped lines, in the given language.
pub async fn shown(app: &UsageContext, row: import::Model, language: Language) -> Result<ImportOut> {
    let skips = imports::skips(app, &row, 0, SKIPS, language).await?;
    let source = source::Entity::of_tenant(row.tenant_id).filter(source::Column::Id.eq(row.source_id));
    let source = source.one(app.store.read()).await?;
    let words = Words::new(language);
    Ok(ImportOut {
        notes: imports::notes(&row, source.as_ref()).iter().map(|note| note.plain(words, CRM)).collect(),
        id: row.id,
        source_id: row.source_id,
        status: ImportState::from_number(row.state)?.word(),
        dry_run: row.dry_run,
        leads: if row.newest_loud { LeadsMode::Newest.word() } else { LeadsMode::None.word() },
        link_contacts: row.link_contacts,
        total: row.total,
        chats: row.chats,
        done: row.done,
        duplicates: row.duplicates,
        skipped: skips.into_iter().map(|skip| SkippedOut { line: skip.line, reason: skip.reason }).collect(),
        skipped_total: row.skipped,
        leads_expected: row.leads_expected,
        seconds_expected: imports::seconds_expected(app, &row),
        gives_way: row.gives_way,
        created_at: Moment(row.created_at),
        finished_at: row.finished_at.map(Moment),
    })
}
