//! One account's undelivered letters, without texts: each can be resent or removed, and all downloaded as CSV.

use actix_web::{HttpResponse, web};
use askama::Template;
use base::i18n::Sentence;
use base::message::{Direction, LetterKind};
use entity::dead_letter;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::operator::Operator;
use super::page::{self, AdminPage};
use super::redrive::RedriveForm;
use super::refused::{AdminRefusal, Result};
use super::states;
use super::undelivered::{HERE, reason_text};
use crate::delivery::read::dead::{self, DeadLetterFilter};
use crate::delivery::read::list::Ground;
use crate::delivery::read::reason::Reason;
use crate::delivery::replay::ReplayAction;
use crate::panel::PanelContext;
use crate::panel::{csv, undelivered_table};
use crate::tenant;

/// Letters on a page.
const PAGE: u64 = 50;

#[derive(Template)]
#[template(path = "admin/letters.html")]
struct Letters {
    page: AdminPage,
    rows: Vec<LetterRow>,
    /// Address of the page that resends all of them.
    again: String,
    remove: String,
    csv: String,
    newest: Option<String>,
    older: Option<String>,
}

struct LetterRow {
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
pub struct LettersQuery {
    #[serde(default)]
    reason: String,
    /// Id of the last letter of the previous page.
    after: Option<Uuid>,
}

impl LettersQuery {
    fn which(&self, action: Option<ReplayAction>, id: Option<Uuid>) -> RedriveForm {
        let deed = action.filter(|action| *action == ReplayAction::Drop).map_or("", ReplayAction::word).to_owned();
        RedriveForm { reason: self.reason.clone(), id: id.map(|id| id.to_string()).unwrap_or_default(), deed }
    }

    fn wanted(&self) -> DeadLetterFilter {
        self.which(None, None).wanted()
    }
}

/// The page.
pub async fn show(
    app: web::Data<PanelContext>,
    Operator(visitor): Operator,
    id: web::Path<Uuid>,
    query: web::Query<LettersQuery>,
) -> Result<HttpResponse> {
    let account = tenant::load(app.store.read(), *id).await?.ok_or(AdminRefusal::NotThere)?;
    let crm = states::crm(&app, &account);
    let words = visitor.words;
    let mut found = dead::page(app.store.read(), *id, &query.wanted(), query.after, PAGE + 1).await?;
    let most = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let more = found.len() > most;
    found.truncate(most);
    let older = found.last().filter(|_| more).map(|last| {
        let joint = if query.reason.is_empty() { "" } else { "&" };
        format!("{}{joint}after={}", query.which(None, None).address(*id, ""), last.id)
    });
    let row = |letter: dead_letter::Model| {
        let direction = Direction::from_number(letter.direction).unwrap_or(Direction::ToCrm);
        let kind = LetterKind::from_number(letter.kind).ok().and_then(|kind| serde_json::to_value(kind).ok());
        let kind = kind.as_ref().and_then(|kind| kind.as_str()).unwrap_or_default().to_owned();
        LetterRow {
            id: letter.id,
            to_crm: direction == Direction::ToCrm,
            kind: words.text_of("letter-kind-", kind),
            reason: reason_text(words, &Reason::of_dead(&letter.reason, "", direction), crm),
            attempts: letter.attempts,
            last_at: letter.last_at,
            again: query.which(Some(ReplayAction::Retry), Some(letter.id)).address(*id, "/again"),
            remove: query.which(Some(ReplayAction::Drop), Some(letter.id)).address(*id, "/again"),
        }
    };
    let title = words.text("admin-dead-title").with("account", account.host.as_str());
    let page = AdminPage::of(&app, &visitor, HERE, title).await?;
    let letters = Letters {
        rows: found.into_iter().map(row).collect(),
        again: query.which(Some(ReplayAction::Retry), None).address(*id, "/again"),
        remove: query.which(Some(ReplayAction::Drop), None).address(*id, "/again"),
        csv: query.which(None, None).address(*id, "/letters.csv"),
        newest: query.after.map(|_| query.which(None, None).address(*id, "")),
        older,
        page: page.clone(),
    };
    Ok(page::html(&page, &letters))
}

/// The same letters as CSV, without customers' names.
pub async fn download(
    app: web::Data<PanelContext>,
    Operator(visitor): Operator,
    id: web::Path<Uuid>,
    query: web::Query<LettersQuery>,
) -> Result<HttpResponse> {
    tenant::load(app.store.read(), *id).await?.ok_or(AdminRefusal::NotThere)?;
    let ground = Ground::of_tenant(app.store.read(), *id).await?;
    let (text, count) = undelivered_table(&app, *id, &ground, &query.wanted(), false).await?;
    visitor.note_both(&app, *id, "undelivered.exported", json!({ "count": count })).await?;
    Ok(csv::file("undelivered.csv").body(text))
}
