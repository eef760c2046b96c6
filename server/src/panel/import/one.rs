//! One import: the counts before it starts, its progress, the skipped lines.

use std::sync::Arc;

use actix_web::{HttpRequest, web};
use askama::Template;
use base::error::Result;
use base::i18n::Sentence;
use entity::{import, source};

use super::{badge, find, origin};
use crate::identity::realm::LIVE;
use crate::import::{self as imports, ImportState, SkipGroup};
use crate::panel::PanelContext;
use crate::panel::sources::{pipeline_name, pipelines};
use crate::panel::{Answer, AppData, Member, Nav, PageContext, Right, html};

/// Reasons shown on the page; all skipped lines are in the CSV file.
const REASONS: u64 = 20;
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
pub(super) async fn get(app: AppData, member: Member, request: HttpRequest, id: web::Path<String>) -> Answer {
    let app = app.into_inner();
    let row = find(&app, &member, Right::Import, &id).await?;
    let page = member.page("import-title", Nav::Import);
    let all = crate::source::all(&app.sources, row.tenant_id).await?;
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
            let result = words.text("import-plan-result").with("messages", row.total).with("chats", row.chats);
            let result = result.with("duration", duration);
            if !imports::can_start(row) && row.total > 0 {
                return Ok(View::Counted(result));
            }
            View::Plan(Box::new(ImportPlan {
                result,
                leads: leads(app, page, row, source, live).await?,
                notices: row.newest_loud,
                many_skipped: many_skipped(page, row),
                link: source.filter(|source| imports::can_link(row, Some(*source))).map(|source| source.id.to_string()),
                start: imports::can_start(row).then(|| words.text("import-start").with("messages", row.total)),
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
