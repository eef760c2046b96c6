//! Waiting letters of all accounts, with target and reason: one page of targets at a time, the longest-waiting first.

use actix_web::web;
use askama::Template;
use base::error::{Error, Result};
use base::i18n::{Sentence, Words};
use base::message::Direction;
use domain::delivery::read::reason::Reason;
use domain::identity::{EmptyForm, Form};
use domain::tenant;
use entity::{source, turn};
use queue::{BacklogTarget, HELD};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::accounts;
use super::operator::AdminVisitor;
use super::states::{self, StateBadge};
use crate::panel::{Answer, AppData, Notice, PageContext, PanelContext, Tone, html};

const HERE: &str = "/admin/queues";
/// Targets on a page.
const PAGE: u32 = 100;

#[derive(Template)]
#[template(path = "admin/queues.html")]
struct Queues {
    page: PageContext,
    /// Hosts with an open circuit breaker in this process, and until when.
    closed: Vec<(String, i64)>,
    rows: Vec<QueueRow>,
    newest: Option<String>,
    older: Option<String>,
}

struct QueueRow {
    found: BacklogTarget,
    host: String,
    /// Name of the source; empty for letters to amoCRM.
    source: String,
    state: StateBadge,
    /// Why a person or a verdict paused it.
    reason: Option<Sentence>,
    /// When it is served next, if something waits and not now.
    next_at: Option<i64>,
    may_try: bool,
}

/// The query of the page: the last target of the previous page.
#[derive(Default, Deserialize)]
pub struct QueuesQuery {
    tenant: Option<Uuid>,
    target: Option<Uuid>,
}

/// The page.
pub async fn show(app: AppData, visitor: AdminVisitor, query: web::Query<QueuesQuery>) -> Answer {
    let words = visitor.words;
    let after = query.tenant.zip(query.target);
    let mut targets = app.queue.targets(after, PAGE + 1).await?;
    let most = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let more = targets.len() > most;
    targets.truncate(most);
    let last = targets.last().filter(|_| more);
    let older = last.map(|last| format!("{HERE}?tenant={}&target={}", last.tenant_id, last.target));
    let mut rows = rows(&app, words, targets).await?;
    rows.sort_by_key(|row| (row.found.backlog.waiting == 0, row.found.backlog.oldest_at));
    let page = visitor.page("admin-queues", HERE);
    let newest = after.map(|_| HERE.to_owned());
    let closed = app.delivery.slots.closed(app.clock.millis());
    html(&page, &Queues { page: page.clone(), closed, rows, newest, older })
}

async fn rows(app: &PanelContext, words: Words, targets: Vec<BacklogTarget>) -> Result<Vec<QueueRow>> {
    let db = app.store.read();
    let now = app.clock.millis();
    let ids: Vec<Uuid> = targets.iter().map(|target| target.tenant_id).collect();
    let tenants = accounts::by_ids(db, &ids).await?;
    let sources = source::Entity::find()
        .filter(source::Column::TenantId.is_in(ids))
        .filter(source::Column::Id.is_in(targets.iter().map(|target| target.target)))
        .all(db)
        .await?;
    let row = |found: BacklogTarget| {
        let tenant = tenants.iter().find(|tenant| tenant.tenant_id == found.tenant_id);
        let source = sources.iter().find(|source| source.id == found.target);
        let direction = if source.is_some() { Direction::ToMessenger } else { Direction::ToCrm };
        let crm = tenant.map_or("amoCRM", |tenant| states::crm(app, tenant));
        QueueRow {
            host: tenant.map(|tenant| tenant.host.clone()).unwrap_or_default(),
            source: source.map(|source| source.name.clone()).unwrap_or_default(),
            state: state(words, &found),
            reason: pause(words, &found, direction, crm),
            may_try: may_try(&found.reason, found.failures),
            next_at: found.ready_at.filter(|at| *at > now && found.backlog.waiting > 0),
            found,
        }
    };
    Ok(targets.into_iter().map(row).collect())
}

/// Why a target is not served, as text.
fn state(words: Words, target: &BacklogTarget) -> StateBadge {
    let (tone, key) = match target.reason.as_str() {
        "breaker" if target.failures > 0 => (Tone::Bad, "admin-turn-breaker"),
        "breaker" => (Tone::Wait, "admin-turn-probe"),
        "wait" => (Tone::Warn, "admin-turn-wait"),
        "rate" => (Tone::Wait, "admin-turn-rate"),
        held if held.starts_with(HELD) => (Tone::Off, "message-state-held"),
        _ if target.failures > 0 => (Tone::Warn, "admin-turn-fails"),
        _ if target.backlog.waiting == 0 => (Tone::Off, "health-nothing-waiting"),
        _ => (Tone::Ok, "admin-turn-runs"),
    };
    StateBadge { tone, text: words.text(key) }
}

fn pause(words: Words, target: &BacklogTarget, direction: Direction, crm: &str) -> Option<Sentence> {
    let reason = Reason::of_hold(target.reason.strip_prefix(HELD)?, direction);
    Some(words.text_of("reason-", reason.key).with("crm", crm))
}

/// Targets paused by a person or a verdict are resumed by ending the pause, not by an attempt.
fn may_try(reason: &str, failures: i32) -> bool {
    matches!(reason, "breaker" | "wait") || (reason.is_empty() && failures > 0)
}

/// Ends the back-off of a target.
pub async fn try_now(
    app: AppData,
    visitor: AdminVisitor,
    key: web::Path<(Uuid, Uuid)>,
    _form: Form<EmptyForm>,
) -> Answer {
    let (tenant_id, target) = key.into_inner();
    let found =
        turn::Entity::of_tenant(tenant_id).filter(turn::Column::Target.eq(target)).one(app.store.read()).await?;
    let found = found.ok_or(Error::NotFound)?;
    let tenant = tenant::load(app.store.read(), tenant_id).await?.ok_or(Error::NotFound)?;
    if !may_try(&found.reason, found.failures) {
        let text = visitor.words.text("admin-turn-not-tried").with("account", tenant.host);
        return visitor.see_other(&app, HERE, Notice::of(Tone::Warn, text)).await;
    }
    app.queue.expedite_target(tenant_id, target, &found.pool).await?;
    app.writer.stored().notify_one();
    visitor
        .audit(&app, app.store.write(), "queue.tried", &target.to_string(), json!({ "tenant_id": tenant_id }))
        .await?;
    let text = visitor.words.text("admin-turn-tried").with("account", tenant.host);
    visitor.see_other(&app, HERE, Notice::of(Tone::Wait, text)).await
}
