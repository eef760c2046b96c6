//! `/panel/templates`: amoCRM's message templates with WhatsApp's review; administrators can change them.

mod form;
mod one;

use actix_web::web;
use base::error::{Error, Result};
use base::i18n::{LocalizedText, Sentence};
use domain::delivery::read::list::Ground;
use domain::template as templates;
use domain::template::{Counterpart, Stage, TemplateMatch, TemplateView};
use entity::message_template;
use uuid::Uuid;

use super::member::refusal;
use super::{Answer, AppData, EmptyForm, Form, Member, Nav, Notice, PageContext, Right, html};

/// Paths are relative to `/panel`.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/templates", web::get().to(list))
        .route("/templates", web::post().to(one::create))
        .route("/templates/new", web::get().to(one::new))
        .route("/templates/register", web::get().to(show))
        .route("/templates/register/{id}/again", web::post().to(again))
        .route("/templates/bring", web::post().to(bring))
        .route("/templates/{id}", web::get().to(one::get))
        .route("/templates/{id}", web::post().to(one::save))
        .route("/templates/{id}/review", web::post().to(one::review))
        .route("/templates/{id}/delete", web::get().to(one::ask))
        .route("/templates/{id}/delete", web::post().to(one::delete));
}

struct TemplateRow {
    id: i64,
    name: String,
    language: String,
    category: String,
    badge: String,
    reason: String,
    /// `<time>`; empty if unknown.
    changed: String,
}

#[derive(askama::Template)]
#[template(path = "panel/templates/list.html")]
struct TemplatesPage {
    page: PageContext,
    rows: Vec<TemplateRow>,
    /// Whether amoCRM has ever returned a list.
    known: bool,
    /// The age of the list, if relevant.
    age: Option<Sentence>,
    may: bool,
    /// Whether one of the account's messengers reviews templates.
    reviewed: bool,
}

/// `GET /panel/templates`: shows the cached list.
async fn list(app: AppData, member: Member) -> Answer {
    member.require(Right::Look)?;
    let page = member.page("nav-templates", Nav::Templates);
    let app = app.into_inner();
    let known = templates::known(&app.sources, member.tenant_id).await?;
    let age = known.as_ref().and_then(|known| known.as_of(page.now)).map(|at| age(&page, at));
    let (is_known, all) = (known.is_some(), known.map(|known| known.items).unwrap_or_default());
    let rows = all.into_iter().map(|template| row(&page, template)).collect();
    let reviewed = !templates::sources(&app.sources, member.tenant_id).await?.is_empty();
    let may = member.may(Right::EditTemplates);
    html(&page, &TemplatesPage { reviewed, rows, may, known: is_known, age, page: page.clone() })
}

/// When amoCRM returned the list that the page shows.
fn age(page: &PageContext, at: i64) -> Sentence {
    page.words.text("templates-as-of").with("crm", page.crm).with("time", page.when(&at).adverb())
}

fn row(page: &PageContext, template: TemplateView) -> TemplateRow {
    TemplateRow {
        id: template.id,
        badge: badge(page, &template),
        category: category(page, &template.category),
        reason: template.reason().to_owned(),
        changed: template.changed_at.map(|at| page.time(&at)).unwrap_or_default(),
        language: template.language,
        name: template.name,
    }
}

/// The review state as an icon and a word.
fn badge(page: &PageContext, template: &TemplateView) -> String {
    page.badge(template.state.tone(), page.words.text_of("template-state-", template.state.word()))
}

/// A category as text; empty if it has none.
fn category(page: &PageContext, category: &str) -> String {
    let key = match category {
        "UTILITY" => "templates-category-utility",
        "MARKETING" => "templates-category-marketing",
        "AUTHENTICATION" => "templates-category-authentication",
        other => return other.to_owned(),
    };
    page.words.text(key).to_string()
}

/// amoCRM's refusal or missing answer as text; other errors are returned.
fn trouble(member: &Member, error: Error) -> Result<String> {
    Ok(refusal(error)?.text().in_words(member.words, member.crm()))
}

/// The id in a path; 404 if it is not a number.
fn id_of(text: &str) -> Result<i64> {
    text.parse().ok().filter(|id| *id > 0).ok_or(Error::NotFound)
}

struct RegisterRow {
    id: Uuid,
    /// amoCRM's id, if our token can read it there.
    template: Option<i64>,
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

/// A template that the messenger has and amoCRM has not, or not like this.
struct UnmatchedRow {
    name: String,
    language: String,
    content: String,
    source: String,
    why: Sentence,
    /// Address of the form that creates it in amoCRM; none for one with a file.
    create: Option<String>,
}

#[derive(askama::Template)]
#[template(path = "panel/templates/register.html")]
struct RegisterPage {
    page: PageContext,
    rows: Vec<RegisterRow>,
    unmatched: Vec<UnmatchedRow>,
    /// Whether one of the account's messengers reviews templates.
    reviewed: bool,
    may: bool,
}

/// `GET /panel/templates/register`.
async fn show(app: AppData, member: Member) -> Answer {
    member.require(Right::Look)?;
    let page = member.page("templates-register", Nav::Templates);
    let ground = Ground::of_tenant(app.store.read(), member.tenant_id).await?;
    let all = templates::registered(&app.sources, member.tenant_id).await?.into_iter();
    let rows = all.filter_map(|row| {
        let source = ground.sources.get(&row.source_id).filter(|source| source.deleted_at.is_none())?;
        Some(register_row(&page, row, source.name.clone()))
    });
    let rows = rows.collect();
    let app = app.into_inner();
    let reviewed = !templates::sources(&app.sources, member.tenant_id).await?.is_empty();
    let compared = if reviewed { templates::compared(&app.sources, member.tenant_id).await? } else { None };
    let unmatched = compared.map(|known| known.items).unwrap_or_default().into_iter();
    let unmatched = unmatched.filter(|one| one.found != TemplateMatch::Known).filter_map(|one| {
        let source = ground.sources.get(&one.source_id).filter(|source| source.deleted_at.is_none())?;
        let of = [("source", &*one.source_id.to_string()), ("name", &one.name), ("language", &one.language)];
        let of = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(of).finish();
        Some(UnmatchedRow {
            why: why(&page, &one),
            create: (!one.has_file).then(|| format!("/panel/templates/new?{of}")),
            name: one.name,
            language: one.language,
            content: one.content,
            source: source.name.clone(),
        })
    });
    let may = member.may(Right::EditTemplates);
    html(&page, &RegisterPage { rows, unmatched: unmatched.collect(), reviewed, may, page: page.clone() })
}

fn why(page: &PageContext, one: &Counterpart) -> Sentence {
    let title = one.title.as_deref().unwrap_or_default();
    page.words.text_of("template-match-", one.found.word()).with("crm", page.crm).with("template", title)
}

/// `POST /panel/templates/bring`: compares both sides now.
async fn bring(app: AppData, member: Member, _form: Form<EmptyForm>) -> Answer {
    member.require(Right::EditTemplates)?;
    let app = app.into_inner();
    let notice = match templates::bring_all(&app.sources, member.tenant_id).await {
        Ok(done) => Notice::done(member.words.text("templates-brought").with("count", done.taken)),
        Err(error) => Notice::failed(trouble(&member, error)?),
    };
    member.see_other(&app, "/panel/templates/register", notice).await
}

fn register_row(page: &PageContext, row: message_template::Model, source: String) -> RegisterRow {
    let words = page.words;
    let stage = Stage::of(&row);
    // Of a template that was matched by a message amoCRM asked for no review.
    let told = match row.told.as_str() {
        _ if row.review_id == 0 => "unasked",
        "" => "nothing",
        told => told,
    };
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
        template: Some(row.crm_id).filter(|_| row.review_id != 0),
        source,
        messenger: page.badge(stage.tone(), words.text_of("template-stage-", stage.word())),
        crm: words.text_of("template-reported-", told).with("crm", page.crm),
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
async fn again(app: AppData, member: Member, id: web::Path<String>, _form: Form<EmptyForm>) -> Answer {
    member.require(Right::EditTemplates)?;
    let app = app.into_inner();
    let id = Uuid::try_parse(&id).map_err(|_| Error::NotFound)?;
    if !templates::soon(&app.sources, member.tenant_id, id).await? {
        return Err(Error::NotFound);
    }
    let notice = Notice::done(member.words.text("templates-again-soon"));
    member.see_other(&app, "/panel/templates/register", notice).await
}
