//! Undelivered letters, counted by account and reason.

use actix_web::{HttpResponse, web};
use askama::Template;
use base::i18n::{Sentence, Words};
use base::message::Direction;
use queue::DeadCount;
use serde::Deserialize;
use uuid::Uuid;

use super::accounts::find;
use super::operator::Operator;
use super::page::{self, AdminPage};
use super::redrive::RedriveForm;
use super::refused::Result;
use super::states;
use crate::delivery::read::reason::Reason;
use crate::delivery::replay;
use crate::panel::PanelContext;

pub(super) const HERE: &str = "/admin/undelivered";
/// Accounts on a page.
const PAGE: u32 = 50;

#[derive(Template)]
#[template(path = "admin/undelivered.html")]
struct UndeliveredReasons {
    page: AdminPage,
    running: Vec<ReplayRow>,
    rows: Vec<UndeliveredReasonRow>,
    newest: Option<String>,
    older: Option<String>,
}

struct UndeliveredReasonRow {
    tenant_id: Uuid,
    host: String,
    to_crm: bool,
    reason: Sentence,
    count: i64,
    last_at: i64,
    /// Address of the list of these letters.
    list: String,
    /// Address of the page that resends these letters.
    again: String,
}

/// A replay in progress.
struct ReplayRow {
    host: String,
    says: Sentence,
    stop: String,
}

/// The query of the page: the last account of the previous page.
#[derive(Default, Deserialize)]
pub struct UndeliveredQuery {
    after: Option<Uuid>,
}

/// The page.
pub async fn show(
    app: web::Data<PanelContext>,
    Operator(visitor): Operator,
    query: web::Query<UndeliveredQuery>,
) -> Result<HttpResponse> {
    let words = visitor.words;
    let mut counts = app.queue.dead_counts(query.after, PAGE + 1).await?;
    let mut ids: Vec<Uuid> = counts.iter().map(|count| count.tenant_id).collect();
    ids.dedup();
    let most = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let more = ids.len() > most;
    ids.truncate(most);
    counts.retain(|count| ids.contains(&count.tenant_id));
    let tenants = find::by_ids(app.store.read(), &ids).await?;
    let row = |count: DeadCount| {
        let tenant = tenants.iter().find(|tenant| tenant.tenant_id == count.tenant_id);
        let crm = tenant.map_or("amoCRM", |tenant| states::crm(&app, tenant));
        let direction = Direction::from_number(count.direction).unwrap_or(Direction::ToCrm);
        UndeliveredReasonRow {
            tenant_id: count.tenant_id,
            host: tenant.map(|tenant| tenant.host.clone()).unwrap_or_default(),
            to_crm: direction == Direction::ToCrm,
            reason: reason_text(words, &Reason::of_dead(&count.reason, "", direction), crm),
            count: count.count,
            last_at: count.last_at,
            list: which(&count).address(count.tenant_id, ""),
            again: which(&count).address(count.tenant_id, "/again"),
        }
    };
    let page = AdminPage::of(&app, &visitor, HERE, words.text("nav-undelivered")).await?;
    let undelivered = UndeliveredReasons {
        page: page.clone(),
        running: running(&app, words).await?,
        rows: counts.into_iter().map(row).collect(),
        newest: query.after.map(|_| HERE.to_owned()),
        older: ids.last().filter(|_| more).map(|last| format!("{HERE}?after={last}")),
    };
    Ok(page::html(&page, &undelivered))
}

fn which(count: &DeadCount) -> RedriveForm {
    RedriveForm { reason: count.reason.clone(), ..RedriveForm::default() }
}

async fn running(app: &PanelContext, words: Words) -> Result<Vec<ReplayRow>> {
    let all = replay::all_running(app).await?;
    let ids: Vec<Uuid> = all.iter().map(|row| row.tenant_id).collect();
    let tenants = find::by_ids(app.store.read(), &ids).await?;
    let shown = |row: entity::replay::Model| ReplayRow {
        host: tenants.iter().find(|one| one.tenant_id == row.tenant_id).map(|one| one.host.clone()).unwrap_or_default(),
        says: words.text("admin-redrive-running").with("done", row.done).with("total", row.total),
        stop: format!("{HERE}/{}/stop/{}", row.tenant_id, row.id),
    };
    Ok(all.into_iter().map(shown).collect())
}

/// The text of a reason, for many letters at once.
pub(super) fn reason_text(words: Words, reason: &Reason, crm: &str) -> Sentence {
    let kinds = words.text("admin-several-kinds");
    let sentence = words.text_of("reason-", reason.key).with("crm", crm).with("hours", reason.hours());
    sentence.with("kind", kinds).with("name", words.text("admin-several-people"))
}
