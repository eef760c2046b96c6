//! `/panel/templates/register`: each reviewed template of each source, its state at the messenger and at amoCRM, and
//! what it is waiting for.

use actix_web::web;
use base::error::Error;
use base::i18n::{LocalizedText, Sentence};
use domain::delivery::read::list::Ground;
use domain::template::{self as templates, Stage};
use entity::message_template;
use uuid::Uuid;

use super::category;
use crate::panel::{Answer, AppData, EmptyForm, Form, Member, Nav, Notice, PageContext, Right, html};

struct RegisterRow {
    id: Uuid,
    /// amoCRM's id.
    template: i64,
    title: String,
    /// Its name at the messenger.
    name: String,
    source: String,
    language: String,
    category: String,
    /// The messenger's rating; empty if it gave none.
    quality: String,
    messenger: String,
    /// What was reported to amoCRM.
    crm: Sentence,
    reason: String,
    /// What it is waiting for; `None` if for nothing.
    waits: Option<Sentence>,
    /// Why the last attempt failed; empty if it did not.
    trouble: String,
    /// `<time>` of the next attempt; empty if none is planned.
    next: String,
    /// `<time>` of the last change; empty if there was none.
    changed: String,
}

#[derive(askama::Template)]
#[template(path = "panel/templates/register.html")]
struct RegisterPage {
    page: PageContext,
    rows: Vec<RegisterRow>,
    may: bool,
}

/// `GET /panel/templates/register`.
pub(super) async fn show(app: AppData, member: Member) -> Answer {
    member.require(Right::Look)?;
    let page = member.page("templates-register", Nav::Templates);
    let ground = Ground::of_tenant(app.store.read(), member.tenant_id).await?;
    let all = templates::registered(&app.sources, member.tenant_id).await?.into_iter();
    let rows = all.filter_map(|row| {
        let source = ground.sources.get(&row.source_id).filter(|source| source.deleted_at.is_none())?;
        Some(shown(&page, row, source.name.clone()))
    });
    html(&page, &RegisterPage { rows: rows.collect(), may: member.may(Right::EditTemplates), page: page.clone() })
}

fn shown(page: &PageContext, row: message_template::Model, source: String) -> RegisterRow {
    let words = page.words;
    let stage = Stage::of(&row);
    let told = if row.told.is_empty() { "nothing" } else { row.told.as_str() };
    let untold = stage.outcome().is_some_and(|outcome| outcome != row.told);
    let waits = match stage {
        Stage::Waiting => Some("templates-waits-submit"),
        _ if untold => Some("templates-waits-tell"),
        Stage::InReview => Some("templates-waits-review"),
        _ => None,
    };
    let planned = row.next_try_at.filter(|_| !row.trouble.is_empty());
    RegisterRow {
        id: row.id,
        template: row.crm_id,
        source,
        messenger: page.badge(stage.tone(), words.text_of("template-stage-", stage.word())),
        crm: words.text_of("template-reported-", told),
        category: category(page, &row.category),
        waits: waits.map(|key| words.text(key).with("crm", page.crm)),
        trouble: LocalizedText::stored(&row.trouble).in_words(words, page.crm).to_string(),
        next: planned.map(|at| page.time(&at)).unwrap_or_default(),
        changed: Some(row.changed_at).filter(|at| *at > 0).map(|at| page.time(&at)).unwrap_or_default(),
        title: row.title,
        name: row.name,
        language: row.language,
        quality: row.quality,
        reason: row.reason,
    }
}

/// `POST /panel/templates/register/{id}/again`: runs the next step now.
pub(super) async fn again(app: AppData, member: Member, id: web::Path<String>, _form: Form<EmptyForm>) -> Answer {
    member.require(Right::EditTemplates)?;
    let app = app.into_inner();
    let id = Uuid::try_parse(&id).map_err(|_| Error::NotFound)?;
    if !templates::soon(&app.sources, member.tenant_id, id).await? {
        return Err(Error::NotFound);
    }
    let notice = Notice::done(member.words.text("templates-again-soon"));
    member.see_other(&app, "/panel/templates/register", notice).await
}
