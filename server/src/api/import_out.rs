//! A history import as the API returns it (docs/import.md).

use base::error::Result;
use base::i18n::{CRM, Language, Words};
use domain::import::{self as imports, ImportState, LeadsMode};
use domain::usage::UsageContext;
use entity::{import, source};
use sea_orm::{ColumnTrait, QueryFilter};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use base::json::Moment;

/// Maximum number of skipped lines in a response; the panel shows all of them.
const SKIPS: u64 = 1_000;

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
