//! `/panel/import`: import of a file of earlier messages: counting, progress, and the skipped lines.

mod deeds;
mod new;
mod one;
mod skipped;
mod upload;

use actix_web::{HttpResponse, web};
use askama::Template;
use base::error::{Error, Result};
use entity::import;
use uuid::Uuid;

use crate::delivery::read::list::Ground;
use crate::import::{self as imports, State};
use crate::panel::PanelContext;
use crate::panel::{Member, Nav, PageContext, Right, html};
use crate::source::By;

/// Paths are relative to `/panel`.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/import", web::get().to(list))
        .route("/import", web::post().to(new::take))
        .route("/import/new", web::get().to(new::form))
        .route("/import/{id}", web::get().to(one::get))
        .route("/import/{id}/start", web::post().to(deeds::start))
        .route("/import/{id}/pause", web::post().to(deeds::pause))
        .route("/import/{id}/resume", web::post().to(deeds::resume))
        .route("/import/{id}/cancel", web::get().to(deeds::ask))
        .route("/import/{id}/cancel", web::post().to(deeds::cancel))
        .route("/import/{id}/skipped.csv", web::get().to(skipped::download));
}

struct Row {
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
struct List {
    page: PageContext,
    rows: Vec<Row>,
}

/// `GET /panel/import`
async fn list(app: web::Data<PanelContext>, member: Member) -> Result<HttpResponse> {
    member.require(Right::Import)?;
    let page = member.page("import-title", Nav::Import);
    let tenant_id = member.tenant.tenant_id;
    let ground = Ground::of_tenant(app.store.read(), tenant_id).await?;
    let all = imports::list(&app, tenant_id).await?;
    let rows = all.into_iter().map(|row| Row {
        id: row.id.to_string(),
        made: page.time(&row.created_at),
        source: ground.sources.get(&row.source_id).map(|source| source.name.clone()).unwrap_or_default(),
        badge: badge(&page, &row),
        file: row.file_name,
        done: row.done,
        total: row.total,
    });
    let rows = rows.collect();
    html(&page, &List { rows, page: page.clone() })
}

/// The import's state as an icon and a word.
fn badge(page: &PageContext, row: &import::Model) -> String {
    let state = State::from_number(row.state).unwrap_or(State::Failed);
    let (tone, word) = match state {
        State::Done if imports::can_start(row) => ("wait", "ready"),
        State::Done if row.dry_run => ("off", "counted"),
        State::Done if row.skipped > 0 => ("warn", "done_with_skips"),
        State::Done => ("ok", "done"),
        State::Reading | State::Queued => ("wait", "queued"),
        State::Running => ("wait", "running"),
        State::Paused => ("off", "paused"),
        State::Cancelled => ("off", "cancelled"),
        State::Failed => ("bad", "failed"),
    };
    page.badge(tone, page.words.say_of("import-state-", word))
}

/// An import of the member's account.
async fn find(app: &PanelContext, member: &Member, id: &str) -> Result<import::Model> {
    let id = Uuid::try_parse(id).map_err(|_| Error::NotFound)?;
    imports::find(app, member.tenant.tenant_id, id).await?.ok_or(Error::NotFound)
}

/// The acting person and their origin, for the audit log.
fn by(member: &Member) -> By {
    By { actor: member.actor(), address: member.address }
}
