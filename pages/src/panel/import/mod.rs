//! `/panel/import`: import of a file of earlier messages: counting, progress, and the skipped lines.

mod columns;
mod new;

use std::sync::Arc;

use actix_web::{HttpRequest, web};
use askama::Template;
use base::error::{Error, Result};
use base::i18n::Sentence;
use domain::delivery::read::list::Ground;
use domain::identity::realm::LIVE;
use domain::import as imports;
use domain::import::{ImportState, SkipGroup};
use entity::{import, source};
use uuid::Uuid;

use columns::Bubble;

use super::choice::{pipeline_name, pipelines};
use super::member::refusal;
use super::{
    Answer, AppData, ConfirmPage, EmptyForm, Form, Member, Nav, Notice, PageContext, PanelContext, Right, Tone, csv,
    html, to,
};

/// Paths are relative to `/panel`.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/import", web::get().to(list))
        .route("/import", web::post().to(new::take))
        .route("/import/new", web::get().to(new::form))
        .route("/import/sample.csv", web::get().to(new::csv))
        .route("/import/sample.ndjson", web::get().to(new::lines))
        .route("/import/{id}", web::get().to(get))
        .route("/import/{id}/columns", web::get().to(columns::form))
        .route("/import/{id}/columns", web::post().to(columns::choose))
        .route("/import/{id}/discard", web::post().to(columns::discard))
        .route("/import/{id}/start", web::post().to(start))
        .route("/import/{id}/pause", web::post().to(pause))
        .route("/import/{id}/resume", web::post().to(resume))
        .route("/import/{id}/cancel", web::get().to(ask))
        .route("/import/{id}/cancel", web::post().to(cancel))
        .route("/import/{id}/skipped.csv", web::get().to(download));
}

struct ImportRow {
    import: import::Model,
    source: String,
    file: String,
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
    let page = member.page("nav-import", Nav::Import);
    let tenant_id = member.tenant_id;
    let ground = Ground::of_tenant(app.store.read(), tenant_id).await?;
    let mut all = imports::tables(&app.usage, tenant_id).await?;
    all.extend(imports::list(&app.usage, tenant_id).await?);
    all.sort_by_key(|row| std::cmp::Reverse(row.created_at));
    let rows = all.into_iter().map(|row| ImportRow {
        source: ground.sources.get(&row.source_id).map(|source| source.name.clone()).unwrap_or_default(),
        badge: badge(&page, &row),
        file: origin(&page, &row),
        import: row,
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
        ImportState::Reading if row.columns.is_some() => ("wait", "columns"),
        ImportState::Reading | ImportState::Queued => ("wait", "queued"),
        ImportState::Running => ("wait", "running"),
        ImportState::Paused => ("off", "paused"),
        ImportState::Cancelled => ("off", "cancelled"),
        ImportState::Failed => ("bad", "failed"),
    };
    page.badge(tone, page.words.text_of("import-state-", word))
}

/// The file's name, or that it is the messenger's own history.
pub(super) fn origin(page: &PageContext, row: &import::Model) -> String {
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

/// Reasons shown on the page; all skipped lines are in the CSV file.
const REASONS: u64 = 20;
/// Chats shown on the page before an import starts.
const CHATS: u64 = 10;
/// One line in so many skipped, and the page warns before the import starts.
const MANY: i64 = 20;

#[derive(Template)]
#[template(path = "panel/import/one.html")]
struct ImportPage {
    page: PageContext,
    id: String,
    badge: String,
    source: String,
    file: String,
    made: String,
    state: View,
    /// Whether its messages are lines of a file.
    has_lines: bool,
    skips: Vec<SkipGroup>,
    skipped: i64,
}

/// The state in which the page shows the import.
enum View {
    /// Counted, waiting for a decision.
    Plan(Box<ImportPlan>),
    /// Counted, and its file was deleted since.
    Counted(Sentence),
    Under(ImportProgress),
    Over {
        finished: Sentence,
        duplicates: Option<Sentence>,
    },
}

struct ImportPlan {
    result: Sentence,
    leads: Sentence,
    notices: bool,
    duplicates: Option<Sentence>,
    /// The largest chats, and where they are shown.
    chats: Vec<Sentence>,
    /// The first messages, as a chat will show them.
    preview: Vec<Bubble>,
    /// The table whose columns can be chosen anew.
    table: Option<Uuid>,
    /// More lines are skipped than a few broken ones.
    many_skipped: Option<Sentence>,
    /// The source whose chats could be linked to existing contacts.
    link: Option<String>,
    start: Option<Sentence>,
}

struct ImportProgress {
    done: i64,
    total: i64,
    progress: Sentence,
    /// The messenger's history is still being read, so its length is unknown.
    reads: bool,
    gives_way: bool,
    failure: String,
    goes: bool,
}

/// `GET /panel/import/{id}`
async fn get(app: AppData, member: Member, request: HttpRequest, id: web::Path<String>) -> Answer {
    let app = app.into_inner();
    if let Ok(table_id) = Uuid::try_parse(&id)
        && imports::find_table(&app.usage, member.tenant_id, table_id).await?.is_some()
    {
        return Ok(to(&format!("/panel/import/{table_id}/columns")));
    }
    let row = find(&app, &member, Right::Import, &id).await?;
    let page = member.page("nav-import", Nav::Import);
    let all = domain::source::all(&app.sources, row.tenant_id).await?;
    let source = all.into_iter().find(|source| source.id == row.source_id);
    let live = request.headers().contains_key(LIVE);
    let state = view(&app, &page, &row, source.as_ref(), live).await?;
    let one = ImportPage {
        id: row.id.to_string(),
        badge: badge(&page, &row),
        source: source.map(|source| source.name).unwrap_or_default(),
        file: origin(&page, &row),
        has_lines: row.history_since.is_none(),
        made: page.time(&row.created_at),
        skips: imports::skip_groups(&app.usage, &row, REASONS, page.words.language()).await?,
        skipped: row.skipped,
        state,
        page: page.clone(),
    };
    html(&page, &one)
}

async fn view(
    app: &Arc<PanelContext>,
    page: &PageContext,
    row: &import::Model,
    source: Option<&source::Model>,
    live: bool,
) -> Result<View> {
    let words = page.words;
    let seconds = imports::seconds_expected(&app.usage, row);
    let duration = page.duration(&(seconds * 1000));
    let state = ImportState::from_number(row.state)?;
    Ok(match state {
        ImportState::Done if row.dry_run => {
            let messages = row.total - row.duplicates;
            let result = match messages {
                0 => words.text("import-plan-none"),
                _ => words.text("import-plan-result").with("messages", messages).with("chats", row.chats),
            };
            let result = result.with("duration", duration);
            if !imports::can_start(row) && row.total > 0 {
                return Ok(View::Counted(result));
            }
            let preview = imports::preview(&app.usage, row, words.language()).await?;
            let table = match row.table_id {
                Some(id) => imports::find_table(&app.usage, row.tenant_id, id).await?.map(|stored| stored.row.id),
                None => None,
            };
            View::Plan(Box::new(ImportPlan {
                preview: preview.into_iter().map(|row| Bubble::of(page, row)).collect(),
                table,
                result,
                leads: leads(app, page, row, source, live).await?,
                notices: row.newest_loud,
                duplicates: (row.duplicates > 0)
                    .then(|| words.text("import-plan-duplicates").with("count", row.duplicates)),
                chats: imports::chats(&app.usage, row, CHATS)
                    .await?
                    .iter()
                    .map(|chat| chat.sentence(words, app.clock.millis(), page.zone))
                    .collect(),
                many_skipped: many_skipped(page, row),
                link: source.filter(|source| imports::can_link(row, Some(*source))).map(|source| source.id.to_string()),
                start: (imports::can_start(row) && messages > 0)
                    .then(|| words.text("import-start").with("messages", messages)),
            }))
        }
        ImportState::Done | ImportState::Cancelled => View::Over {
            finished: finished(page, row),
            duplicates: (row.duplicates > 0).then(|| words.text("import-duplicates").with("count", row.duplicates)),
        },
        ImportState::Reading
        | ImportState::Queued
        | ImportState::Running
        | ImportState::Paused
        | ImportState::Failed => View::Under(ImportProgress {
            done: row.done,
            total: row.total,
            progress: progress(app, page, row, source.map(|source| source.kind.as_str()).unwrap_or_default()),
            reads: row.history_page.is_some(),
            gives_way: row.gives_way,
            failure: imports::failure(row, words.language()),
            goes: matches!(state, ImportState::Queued | ImportState::Running),
        }),
    })
}

fn many_skipped(page: &PageContext, row: &import::Model) -> Option<Sentence> {
    let lines = row.total + row.skipped;
    let percent = (row.skipped * 100).checked_div(lines)?;
    let says = || page.words.text("import-many-skipped").with("percent", percent);
    (row.skipped * MANY > lines).then(says)
}

fn finished(page: &PageContext, row: &import::Model) -> Sentence {
    if row.history_since.is_some() && row.total == 0 {
        return page.words.text("import-history-none").with("days", imports::HISTORY_DAYS);
    }
    page.words.text("import-finished").with("done", row.done).with("skipped", row.skipped)
}

/// The progress, or the result.
pub(in crate::panel) fn progress(app: &PanelContext, page: &PageContext, row: &import::Model, kind: &str) -> Sentence {
    if !imports::is_under_way(row) {
        return finished(page, row);
    }
    if row.history_page.is_some() {
        let messenger = page.words.text_of("connector-", kind).to_string();
        return page.words.text("import-history-reading").with("messenger", messenger).with("messages", row.total);
    }
    let duration = page.duration(&(imports::seconds_expected(&app.usage, row) * 1000));
    page.words.text("import-progress").with("done", row.done).with("total", row.total).with("duration", duration)
}

async fn leads(
    app: &PanelContext,
    page: &PageContext,
    row: &import::Model,
    source: Option<&source::Model>,
    live: bool,
) -> Result<Sentence> {
    let Some(source) = source else { return Ok(page.words.text("import-leads").with("leads", row.leads_expected)) };
    let known = pipelines(app, row.tenant_id, !live).await?;
    let name = pipeline_name(page, known.as_ref(), source.pipeline_id);
    Ok(page.words.text("import-plan-leads").with("leads", row.leads_expected).with("pipeline", name))
}
