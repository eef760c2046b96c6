//! `/panel/import`: import of a file of earlier messages: counting, progress, and the skipped lines.

mod actions;
mod new;
mod one;
mod sample;
mod skipped;
mod upload;

pub(super) use one::progress;

use actix_web::web;
use askama::Template;
use base::error::{Error, Result};
use entity::import;
use uuid::Uuid;

use crate::delivery::read::list::Ground;
use crate::import::{self as imports, ImportState};
use crate::panel::PanelContext;
use crate::panel::{Answer, AppData, Member, Nav, PageContext, Right, html};

/// Paths are relative to `/panel`.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/import", web::get().to(list))
        .route("/import", web::post().to(new::take))
        .route("/import/new", web::get().to(new::form))
        .route("/import/sample.csv", web::get().to(sample::csv))
        .route("/import/sample.ndjson", web::get().to(sample::lines))
        .route("/import/{id}", web::get().to(one::get))
        .route("/import/{id}/start", web::post().to(actions::start))
        .route("/import/{id}/pause", web::post().to(actions::pause))
        .route("/import/{id}/resume", web::post().to(actions::resume))
        .route("/import/{id}/cancel", web::get().to(actions::ask))
        .route("/import/{id}/cancel", web::post().to(actions::cancel))
        .route("/import/{id}/skipped.csv", web::get().to(skipped::download));
}

struct ImportRow {
    id: String,
    made: String,
    source: String,
    file: String,
    done: i64,
    total: i64,
    badge: String,
}

#[derive(Template)]
#[template(path = "panel/import/list.html")]
struct ImportsPage {
    page: PageContext,
    rows: Vec<ImportRow>,
}

/// `GET /panel/import`
async fn list(app: AppData, member: Member) -> Answer {
    member.require(Right::Import)?;
    let page = member.page("import-title", Nav::Import);
    let tenant_id = member.tenant_id;
    let ground = Ground::of_tenant(app.store.read(), tenant_id).await?;
    let all = imports::list(&app, tenant_id).await?;
    let rows = all.into_iter().map(|row| ImportRow {
        id: row.id.to_string(),
        made: page.time(&row.created_at),
        source: ground.sources.get(&row.source_id).map(|source| source.name.clone()).unwrap_or_default(),
        badge: badge(&page, &row),
        file: origin(&page, &row),
        done: row.done,
        total: row.total,
    });
    let rows = rows.collect();
    html(&page, &ImportsPage { rows, page: page.clone() })
}

/// The import's state as an icon and a word.
pub(super) fn badge(page: &PageContext, row: &import::Model) -> String {
    let state = ImportState::from_number(row.state).unwrap_or(ImportState::Failed);
    let (tone, word) = match state {
        ImportState::Done if imports::can_start(row) => ("wait", "ready"),
        ImportState::Done if row.dry_run => ("off", "counted"),
        ImportState::Done if row.skipped > 0 => ("warn", "done_with_skips"),
        ImportState::Done => ("ok", "done"),
        ImportState::Reading | ImportState::Queued => ("wait", "queued"),
        ImportState::Running => ("wait", "running"),
        ImportState::Paused => ("off", "paused"),
        ImportState::Cancelled => ("off", "cancelled"),
        ImportState::Failed => ("bad", "failed"),
    };
    page.badge(tone, page.words.text_of("import-state-", word))
}

/// The file's name, or that it is the messenger's own history.
fn origin(page: &PageContext, row: &import::Model) -> String {
    match row.history_since {
        Some(_) => page.words.text("import-history-origin").with("days", imports::HISTORY_DAYS).to_string(),
        None => row.file_name.clone(),
    }
}

/// An import of the member's account.
async fn find(app: &PanelContext, member: &Member, right: Right, id: &str) -> Result<import::Model> {
    member.require(right)?;
    let id = Uuid::try_parse(id).map_err(|_| Error::NotFound)?;
    imports::find(app, member.tenant_id, id).await?.ok_or(Error::NotFound)
}
