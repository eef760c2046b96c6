//! `/panel/import`: import of a file of earlier messages: counting, progress, and the skipped lines.

mod new;
mod one;
mod sample;
mod upload;

use actix_web::web;
use askama::Template;
use base::error::{Error, Result};
use entity::import;
use uuid::Uuid;

use crate::delivery::read::list::Ground;
use crate::import as imports;
use crate::import::ImportState;
use crate::panel::member::refusal;
use crate::panel::{
    Answer, AppData, ConfirmPage, EmptyForm, Form, Member, Nav, Notice, PageContext, PanelContext, Right, Tone, csv,
    html,
};
pub(super) use one::progress;

/// Paths are relative to `/panel`.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/import", web::get().to(list))
        .route("/import", web::post().to(new::take))
        .route("/import/new", web::get().to(new::form))
        .route("/import/sample.csv", web::get().to(sample::csv))
        .route("/import/sample.ndjson", web::get().to(sample::lines))
        .route("/import/{id}", web::get().to(one::get))
        .route("/import/{id}/start", web::post().to(start))
        .route("/import/{id}/pause", web::post().to(pause))
        .route("/import/{id}/resume", web::post().to(resume))
        .route("/import/{id}/cancel", web::get().to(ask))
        .route("/import/{id}/cancel", web::post().to(cancel))
        .route("/import/{id}/skipped.csv", web::get().to(download));
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
    let all = imports::list(&app.usage, tenant_id).await?;
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
    imports::find(&app.usage, member.tenant_id, id).await?.ok_or(Error::NotFound)
}

/// `POST /panel/import/{id}/start`: starts a counted import.
async fn start(app: AppData, member: Member, id: web::Path<String>, _form: Form<EmptyForm>) -> Answer {
    let row = find(&app, &member, Right::Import, &id).await?;
    let done = imports::start(&app.usage, row.tenant_id, row.id, &member.by()).await;
    answered(&app, &member, &row, done, "import-started").await
}

/// `POST /panel/import/{id}/pause`
async fn pause(app: AppData, member: Member, id: web::Path<String>, _form: Form<EmptyForm>) -> Answer {
    let row = find(&app, &member, Right::Import, &id).await?;
    let done = imports::pause(&app.usage, row.tenant_id, row.id, &member.by()).await;
    answered(&app, &member, &row, done, "import-paused").await
}

/// `POST /panel/import/{id}/resume`
async fn resume(app: AppData, member: Member, id: web::Path<String>, _form: Form<EmptyForm>) -> Answer {
    let row = find(&app, &member, Right::Import, &id).await?;
    let done = imports::resume(&app.usage, row.tenant_id, row.id, &member.by()).await;
    answered(&app, &member, &row, done, "import-resumed").await
}

/// `POST /panel/import/{id}/cancel`
async fn cancel(app: AppData, member: Member, id: web::Path<String>, _form: Form<EmptyForm>) -> Answer {
    let row = find(&app, &member, Right::Import, &id).await?;
    let done = imports::cancel(&app.usage, row.tenant_id, row.id, &member.by()).await;
    answered(&app, &member, &row, done, "import-cancelled").await
}

async fn answered(
    app: &PanelContext,
    member: &Member,
    row: &import::Model,
    done: Result<import::Model>,
    said: &'static str,
) -> Answer {
    let notice = match done {
        Ok(_) => Notice::done(member.words.text(said)),
        Err(error) => Notice::of(Tone::Warn, refusal(error)?.text().in_words(member.words, member.crm())),
    };
    member.see_other(app, &format!("/panel/import/{}", row.id), notice).await
}

/// `GET /panel/import/{id}/cancel`
async fn ask(app: AppData, member: Member, id: web::Path<String>) -> Answer {
    let row = find(&app, &member, Right::Import, &id).await?;
    let page = member.page("import-cancel", Nav::Import);
    let confirm = ConfirmPage {
        sentence: page.words.text("import-cancel-confirm").with("done", row.done).with("crm", page.crm),
        action: format!("/panel/import/{}/cancel", row.id),
        button: page.words.text("import-cancel"),
        danger: true,
        back: format!("/panel/import/{}", row.id),
        page,
    };
    confirm.ask()
}

const PAGE: u64 = 1_000;

/// `GET /panel/import/{id}/skipped.csv`
async fn download(app: AppData, member: Member, id: web::Path<String>) -> Answer {
    let row = find(&app, &member, Right::Import, &id).await?;
    let mut text = csv::head(&["line", "reason"]);
    let mut after = 0;
    loop {
        let page = imports::skips(&app.usage, &row, after, PAGE, member.words.language()).await?;
        let Some(last) = page.last() else { break };
        after = last.line;
        page.into_iter().for_each(|skip| text.push_str(&csv::line([skip.line.to_string(), skip.reason])));
    }
    Ok(csv::file("skipped.csv").body(text))
}
