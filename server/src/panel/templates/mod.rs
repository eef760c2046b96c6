//! `/panel/templates`: amoCRM's message templates with WhatsApp's review; administrators can change them.

mod actions;
mod form;
mod one;
mod register;

use actix_web::web;
use base::error::{Error, Result};
use base::i18n::Sentence;

use crate::panel::member::refusal;
use crate::panel::{Answer, AppData, Member, Nav, PageContext, Right, html};
use crate::template::{self as templates, TemplateView};

/// Paths are relative to `/panel`.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/templates", web::get().to(list))
        .route("/templates", web::post().to(actions::create))
        .route("/templates/new", web::get().to(one::new))
        .route("/templates/register", web::get().to(register::show))
        .route("/templates/register/{id}/again", web::post().to(register::again))
        .route("/templates/{id}", web::get().to(one::get))
        .route("/templates/{id}", web::post().to(actions::save))
        .route("/templates/{id}/review", web::post().to(actions::review))
        .route("/templates/{id}/delete", web::get().to(actions::ask))
        .route("/templates/{id}/delete", web::post().to(actions::delete));
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
    let page = member.page("templates-title", Nav::Templates);
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
