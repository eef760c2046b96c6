//! Undelivered letters: counted by account and reason; those of one account, without texts; and resending or removing them,
//! counted first, at a limited rate, stoppable.

use actix_web::web;
use askama::Template;
use base::error::{Error, Result};
use base::i18n::{Sentence, Words};
use base::message::{Direction, LetterKind};
use domain::delivery::read::dead::{self, DeadLetterFilter};
use domain::delivery::read::figures::hours_begin;
use domain::delivery::read::list::Ground;
use domain::delivery::read::reason::Reason;
use domain::delivery::replay::{self, A_SECOND, ReplayAction};
use domain::identity::{EmptyForm, Form};
use domain::tenant;
use entity::dead_letter;
use queue::DeadCount;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::account::{Head, Tab};
use super::operator::AdminVisitor;
use super::{accounts, states};
use crate::panel::{
    Answer, AppData, Notice, PageContext, PanelContext, Tone, choice, csv, html, letter_kind, settle_undelivered,
    undelivered_table,
};

const HERE: &str = "/admin/undelivered";
/// Accounts on a page.
const ACCOUNTS: u32 = 50;

#[derive(Template)]
#[template(path = "admin/undelivered.html")]
struct UndeliveredReasons {
    page: PageContext,
    running: Vec<ReplayRow>,
    /// How many messages are undelivered, and what else the list has or lacks.
    total: Vec<Sentence>,
    rows: Vec<UndeliveredReasonRow>,
    newest: Option<String>,
    older: Option<String>,
}

struct UndeliveredReasonRow {
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

/// `GET /admin/undelivered`
pub async fn all(app: AppData, visitor: AdminVisitor, query: web::Query<UndeliveredQuery>) -> Answer {
    let words = visitor.words;
    let mut counts = app.queue.dead_counts(query.after, ACCOUNTS + 1).await?;
    let mut ids: Vec<Uuid> = counts.iter().map(|count| count.tenant_id).collect();
    ids.dedup();
    let most = usize::try_from(ACCOUNTS).unwrap_or(usize::MAX);
    let more = ids.len() > most;
    ids.truncate(most);
    counts.retain(|count| ids.contains(&count.tenant_id));
    let tenants = accounts::by_ids(app.store.read(), &ids).await?;
    let row = |count: DeadCount| {
        let tenant = tenants.iter().find(|tenant| tenant.tenant_id == count.tenant_id);
        let crm = tenant.map_or("amoCRM", |tenant| states::crm(&app, tenant));
        let direction = Direction::from_number(count.direction).unwrap_or(Direction::ToCrm);
        UndeliveredReasonRow {
            host: tenant.map(|tenant| tenant.host.clone()).unwrap_or_default(),
            to_crm: direction == Direction::ToCrm,
            reason: reason_text(words, &Reason::of_dead(&count.reason, "", direction), crm),
            count: count.count,
            last_at: count.last_at,
            list: which(&count).address(count.tenant_id, ""),
            again: which(&count).address(count.tenant_id, "/again"),
        }
    };
    let page = visitor.page("nav-undelivered", HERE);
    let undelivered = UndeliveredReasons {
        page: page.clone(),
        total: total(&app, words).await?,
        running: running(&app, words).await?,
        rows: counts.into_iter().map(row).collect(),
        newest: query.after.map(|_| HERE.to_owned()),
        older: ids.last().filter(|_| more).map(|last| format!("{HERE}?after={last}")),
    };
    html(&page, &undelivered)
}

async fn total(app: &PanelContext, words: Words) -> Result<Vec<Sentence>> {
    let db = app.store.read();
    let of_all = dead::undelivered_of_all(db, hours_begin(app.clock.millis()), i64::MAX).await?;
    let others = dead_letter::Entity::find().filter(dead_letter::Column::Kind.ne(LetterKind::Message.number()));
    let others = i64::try_from(others.count(db).await?).unwrap_or(i64::MAX);
    let counts = [
        ("undelivered-count", of_all.messages),
        ("undelivered-failed-later", of_all.failed_later),
        ("undelivered-others", others),
    ];
    Ok(counts
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(key, count)| words.text(key).with("count", count))
        .collect())
}

fn which(count: &DeadCount) -> RedriveForm {
    RedriveForm { reason: count.reason.clone(), ..RedriveForm::default() }
}

async fn running(app: &PanelContext, words: Words) -> Result<Vec<ReplayRow>> {
    let all = replay::all_running(&app.delivery).await?;
    let ids: Vec<Uuid> = all.iter().map(|row| row.tenant_id).collect();
    let tenants = accounts::by_ids(app.store.read(), &ids).await?;
    let shown = |row: entity::replay::Model| ReplayRow {
        host: tenants.iter().find(|one| one.tenant_id == row.tenant_id).map(|one| one.host.clone()).unwrap_or_default(),
        says: words.text("admin-redrive-running").with("done", row.done).with("total", row.total),
        stop: format!("{HERE}/{}/stop/{}", row.tenant_id, row.id),
    };
    Ok(all.into_iter().map(shown).collect())
}

/// The text of a reason, for many letters at once.
fn reason_text(words: Words, reason: &Reason, crm: &str) -> Sentence {
    let kinds = words.text("admin-several-kinds");
    let sentence = words.text_of("reason-", reason.key).with("crm", crm).with("hours", reason.hours());
    sentence.with("kind", kinds).with("name", words.text("admin-several-people"))
}

/// DeadLetters on a page.
const ROWS: u64 = 50;

#[derive(Template)]
#[template(path = "admin/letters.html")]
struct DeadLetters {
    page: PageContext,
    head: Head,
    rows: Vec<DeadLetterRow>,
    /// Address of the page that resends all of them.
    again: String,
    remove: String,
    csv: String,
    newest: Option<String>,
    older: Option<String>,
}

struct DeadLetterRow {
    id: Uuid,
    to_crm: bool,
    kind: Sentence,
    reason: Sentence,
    attempts: i32,
    last_at: i64,
    again: String,
    remove: String,
}

/// The query of the page.
#[derive(Default, Deserialize)]
pub struct DeadLettersQuery {
    #[serde(default)]
    reason: String,
    /// Id of the last letter of the previous page.
    after: Option<Uuid>,
}

impl DeadLettersQuery {
    fn which(&self, action: Option<ReplayAction>, id: Option<Uuid>) -> RedriveForm {
        let word = action.filter(|action| *action == ReplayAction::Drop).map_or("", ReplayAction::word).to_owned();
        RedriveForm { reason: self.reason.clone(), id: id.map(|id| id.to_string()).unwrap_or_default(), word }
    }

    fn filter(&self) -> DeadLetterFilter {
        self.which(None, None).filter()
    }
}

/// `GET /admin/undelivered/{id}`: those of one account.
pub async fn of_account(
    app: AppData,
    visitor: AdminVisitor,
    id: web::Path<Uuid>,
    query: web::Query<DeadLettersQuery>,
) -> Answer {
    let account = tenant::load(app.store.read(), *id).await?.ok_or(Error::NotFound)?;
    let crm = states::crm(&app, &account);
    let words = visitor.words;
    let mut found = dead::page(app.store.read(), *id, &query.filter(), query.after, ROWS + 1).await?;
    let most = usize::try_from(ROWS).unwrap_or(usize::MAX);
    let more = found.len() > most;
    found.truncate(most);
    let address =
        |after: &str| choice::address(&format!("{HERE}/{id}"), &[("reason", query.reason.as_str()), ("after", after)]);
    let older = found.last().filter(|_| more).map(|last| address(&last.id.to_string()));
    let row = |letter: dead_letter::Model| {
        let direction = Direction::from_number(letter.direction).unwrap_or(Direction::ToCrm);
        DeadLetterRow {
            id: letter.id,
            to_crm: direction == Direction::ToCrm,
            kind: letter_kind(words, LetterKind::from_number(letter.kind).ok()),
            reason: reason_text(words, &Reason::of_dead(&letter.reason, "", direction), crm),
            attempts: letter.attempts,
            last_at: letter.last_at,
            again: query.which(Some(ReplayAction::Retry), Some(letter.id)).address(*id, "/again"),
            remove: query.which(Some(ReplayAction::Drop), Some(letter.id)).address(*id, "/again"),
        }
    };
    let head = Head::of(&app, words, account, Tab::Undelivered).await?;
    let page = head.page(&visitor);
    let letters = DeadLetters {
        head,
        rows: found.into_iter().map(row).collect(),
        again: query.which(Some(ReplayAction::Retry), None).address(*id, "/again"),
        remove: query.which(Some(ReplayAction::Drop), None).address(*id, "/again"),
        csv: query.which(None, None).address(*id, "/letters.csv"),
        newest: query.after.map(|_| address("")),
        older,
        page: page.clone(),
    };
    html(&page, &letters)
}

/// The same letters as CSV, without customers' names.
pub async fn download(
    app: AppData,
    visitor: AdminVisitor,
    id: web::Path<Uuid>,
    query: web::Query<DeadLettersQuery>,
) -> Answer {
    tenant::load(app.store.read(), *id).await?.ok_or(Error::NotFound)?;
    let ground = Ground::of_tenant(app.store.read(), *id).await?;
    let (text, count) = undelivered_table(&app, *id, &ground, &query.filter(), None).await?;
    visitor.note_both(&app, *id, "undelivered.exported", json!({ "count": count })).await?;
    Ok(csv::file("undelivered.csv").body(text))
}

#[derive(Template)]
#[template(path = "admin/redrive.html")]
struct RedrivePage {
    page: PageContext,
    says: Sentence,
    button: Sentence,
    danger: bool,
    which: RedriveForm,
    action: String,
    back: String,
}

/// Which letters of an account, and the action.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RedriveForm {
    #[serde(default)]
    reason: String,
    /// One letter; empty: all with the reason.
    #[serde(default)]
    id: String,
    /// `drop`; anything else resends.
    #[serde(default, rename = "do")]
    word: String,
}

impl RedriveForm {
    fn filter(&self) -> DeadLetterFilter {
        let reason = Some(self.reason.clone()).filter(|reason| !reason.is_empty() && !reason.contains('\0'));
        DeadLetterFilter { reason, ids: self.one().map(|id| vec![id]), ..DeadLetterFilter::default() }
    }

    /// The letter's id; an invalid one matches no letter of the account.
    fn one(&self) -> Option<Uuid> {
        (!self.id.is_empty()).then(|| Uuid::try_parse(&self.id).unwrap_or_default())
    }

    fn action(&self) -> ReplayAction {
        ReplayAction::parse(&self.word).unwrap_or(ReplayAction::Retry)
    }

    /// The address of a page about these letters.
    fn address(&self, tenant_id: Uuid, page: &str) -> String {
        let filters: [(&str, &str); 3] = [("reason", &self.reason), ("id", &self.id), ("do", &self.word)];
        choice::address(&format!("{HERE}/{tenant_id}{page}"), &filters)
    }
}

/// Counts the letters, and changes nothing.
pub async fn ask(app: AppData, visitor: AdminVisitor, id: web::Path<Uuid>, which: web::Query<RedriveForm>) -> Answer {
    let which = which.into_inner();
    let account = tenant::load(app.store.read(), *id).await?.ok_or(Error::NotFound)?;
    let words = visitor.words;
    let count = dead::count(app.store.read(), *id, &which.filter()).await?;
    let (title, says, button) = match which.action() {
        ReplayAction::Retry => ("admin-redrive-title", "admin-redrive-preview", "admin-redrive-start"),
        ReplayAction::Drop => ("admin-redrop-title", "admin-redrop-preview", "admin-redrop-start"),
    };
    let title = words.text(title).with("account", account.host);
    let page = visitor.page(title, HERE);
    let asked = RedrivePage {
        says: words.text(says).with("count", count).with("tenants", 1),
        button: words.text(button).with("rate", A_SECOND),
        danger: which.action() == ReplayAction::Drop,
        action: format!("{HERE}/{id}/again"),
        back: RedriveForm { id: String::new(), word: String::new(), ..which.clone() }.address(*id, ""),
        which,
        page: page.clone(),
    };
    html(&page, &asked)
}

/// Starts; a single letter is handled at once.
pub async fn start(app: AppData, visitor: AdminVisitor, id: web::Path<Uuid>, which: Form<RedriveForm>) -> Answer {
    let which = which.0;
    let account = tenant::load(app.store.read(), *id).await?.ok_or(Error::NotFound)?;
    let action = which.action();
    let count = match which.one() {
        Some(letter) => i64::from(settle_undelivered(&app, *id, letter, action).await?),
        None => {
            let by = format!("operator:{}", visitor.person.id);
            replay::start(&app.delivery, *id, action, &which.filter(), &by).await?.total
        }
    };
    let (noted, text) = match action {
        ReplayAction::Retry => ("undelivered.redriven", "admin-redrive-started"),
        ReplayAction::Drop => ("undelivered.dropped", "admin-redrop-started"),
    };
    visitor.note_both(&app, *id, noted, json!({ "reason": which.reason, "letter": which.id, "count": count })).await?;
    let text = visitor.words.text(text).with("count", count).with("account", account.host);
    visitor.see_other(&app, HERE, Notice::of(Tone::Wait, text)).await
}

/// Stops a running replay.
pub async fn stop(app: AppData, visitor: AdminVisitor, key: web::Path<(Uuid, Uuid)>, _form: Form<EmptyForm>) -> Answer {
    let (tenant_id, id) = key.into_inner();
    let stopped = replay::cancel(&app.delivery, tenant_id, id).await?;
    let notice = if stopped {
        visitor.note_both(&app, tenant_id, "undelivered.redrive_stopped", json!({ "replay": id })).await?;
        Notice::done(visitor.words.text("admin-redrive-stopped"))
    } else {
        Notice::of(Tone::Warn, visitor.words.text("admin-redrive-over"))
    };
    visitor.see_other(&app, HERE, notice).await
}
