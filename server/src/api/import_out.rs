//! A history import as the API tells it (docs/import.md).

use base::error::Result;
use base::words::{CRM, Language, Words};
use entity::{import, source};
use sea_orm::{ColumnTrait, QueryFilter};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::json::Moment;
use crate::app::App;
use crate::import::{self as imports, Leads, State};

/// Skipped lines in one answer; all of them are in the panel.
const SKIPS: u64 = 1_000;

/// An import: what was counted, and how far it is.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportOut {
    /// What to know before it begins, in the language of the request.
    pub notes: Vec<String>,
    pub id: Uuid,
    pub source_id: Uuid,
    /// `queued`, `running`, `paused`, `done`, `cancelled`, `failed`.
    #[schema(example = "running")]
    pub status: &'static str,
    /// It is only counted.
    pub dry_run: bool,
    /// `newest` or `none`.
    #[schema(example = "newest")]
    pub leads: &'static str,
    /// New chats are hung on contacts that are there.
    pub link_contacts: bool,
    /// Messages in the file.
    pub total: i64,
    /// Chats they belong to.
    pub chats: i64,
    /// Messages that amoCRM has by now, `duplicates` among them.
    pub done: i64,
    /// Messages that had come before, live or by another import.
    pub duplicates: i64,
    /// Lines that were not taken, in the file's order; the first 1000.
    pub skipped: Vec<SkippedOut>,
    /// All of them, counted.
    pub skipped_total: i64,
    /// Leads that appear at most: one for each chat that was not known.
    pub leads_expected: i64,
    /// Seconds that the rest takes at the allowed rate.
    pub seconds_expected: i64,
    /// Live messages wait: it stands back for them.
    pub gives_way: bool,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Moment,
    #[schema(value_type = Option<String>, format = DateTime, required)]
    pub finished_at: Option<Moment>,
}

/// A line that was not taken.
#[derive(Debug, Serialize, ToSchema)]
pub struct SkippedOut {
    /// In the file, from 1.
    #[schema(example = 17)]
    pub line: i64,
    /// In the language of the request.
    pub reason: String,
}

/// An import with its skipped lines, as it is told in this language.
pub async fn shown(app: &App, row: import::Model, language: Language) -> Result<ImportOut> {
    let skips = imports::skips(app, &row, 0, SKIPS, language).await?;
    let source = source::Entity::of_tenant(row.tenant_id).filter(source::Column::Id.eq(row.source_id));
    let source = source.one(app.store.read()).await?;
    let words = Words::new(language);
    Ok(ImportOut {
        notes: imports::notes(&row, source.as_ref()).iter().map(|note| note.plain(words, CRM)).collect(),
        id: row.id,
        source_id: row.source_id,
        status: State::from_number(row.state)?.word(),
        dry_run: row.dry_run,
        leads: if row.newest_loud { Leads::Newest.word() } else { Leads::None.word() },
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
