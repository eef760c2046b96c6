//! One template: its form, or its content if it cannot be changed.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::web;
use serde::Deserialize;

use super::form::{TemplateForm, Wrong};
use super::{badge, category, id_of};
use crate::panel::PanelContext;
use crate::panel::choice::SelectOption;
use crate::panel::{Answer, AppData, Member, Nav, PageContext, Right, html_as};
use crate::template::{self as templates, ShownButton, TemplateView};

/// The query parameter with the kind of a new template.
#[derive(Debug, Default, Deserialize)]
pub(super) struct NewTemplateQuery {
    copy: Option<String>,
}

/// A review as text.
struct ReviewText {
    source: String,
    badge: String,
    reason: String,
}

/// Facts about an existing template.
struct ExistingTemplate {
    id: i64,
    badge: String,
    reviews: Vec<ReviewText>,
    is_waba: bool,
    is_draft: bool,
    /// Address of the form that submits it for review.
    review: String,
    is_open: bool,
    has_file: bool,
    category: String,
}

#[derive(askama::Template)]
#[template(path = "panel/templates/one.html")]
struct TemplatePage {
    page: PageContext,
    /// `None` for a new one.
    known: Option<ExistingTemplate>,
    typed: TemplateForm,
    kinds: Vec<SelectOption>,
    categories: Vec<SelectOption>,
    buttons: Vec<ShownButton>,
    errors: Wrong,
    /// The reader may change it, and it can be changed.
    may: bool,
    /// The reader may change templates.
    may_act: bool,
    /// Sources for which a review is requested.
    sources: Vec<String>,
}

impl TemplatePage {
    /// Whether a new template may be for official WhatsApp, which requires a messenger that supports it. The choice is
    /// always on the page, so that it works without scripts.
    fn is_of_whatsapp(&self) -> bool {
        self.known.as_ref().map_or(!self.sources.is_empty(), |known| known.is_waba)
    }

    fn error(&self, name: &str) -> String {
        self.errors.iter().find(|(of, _)| of == name).map(|(_, text)| text.clone()).unwrap_or_default()
    }
}

/// `GET /panel/templates/new`
pub(super) async fn new(app: AppData, member: Member, asked: web::Query<NewTemplateQuery>) -> Answer {
    member.require(Right::EditTemplates)?;
    let app = app.into_inner();
    let key = app.clock.uuid_v7().to_string();
    let typed = match &asked.copy {
        Some(id) => {
            let from = templates::known_one(&app.sources, member.tenant_id, id_of(id)?).await?;
            let typed = TemplateForm { key, ..TemplateForm::of(&from) };
            match templates::sources(&app.sources, member.tenant_id).await?.is_empty() {
                true => typed.for_any_messenger(),
                false => typed,
            }
        }
        None => TemplateForm::new(key, member.words),
    };
    show(&app, &member, None, typed, Wrong::new()).await
}

/// `GET /panel/templates/{id}`
pub(super) async fn get(app: AppData, member: Member, id: web::Path<String>) -> Answer {
    member.require(Right::Look)?;
    let app = app.into_inner();
    let template = templates::known_one(&app.sources, member.tenant_id, id_of(&id)?).await?;
    let typed = TemplateForm::of(&template);
    show(&app, &member, Some(template), typed, Wrong::new()).await
}

/// The page of a template, or of a new one; with errors if the form was rejected.
pub(super) async fn show(
    app: &Arc<PanelContext>,
    member: &Member,
    template: Option<TemplateView>,
    typed: TemplateForm,
    errors: Wrong,
) -> Answer {
    let page = match &template {
        Some(template) => member.page(template.name.clone(), Nav::Templates),
        None => member.page("templates-new", Nav::Templates),
    };
    let (page, status) = match errors.is_empty() {
        true => (page, StatusCode::OK),
        false => (page.with_error(), StatusCode::UNPROCESSABLE_ENTITY),
    };
    let may_act = member.may(Right::EditTemplates);
    let one = TemplatePage {
        may: may_act && template.as_ref().is_none_or(|template| template.state.is_open()),
        may_act,
        known: template.map(|template| known(&page, template)),
        kinds: typed.kinds(&page),
        categories: typed.categories(&page),
        buttons: typed.rows(),
        sources: templates::sources(&app.sources, member.tenant_id).await?,
        typed,
        errors,
        page: page.clone(),
    };
    html_as(status, &page, &one)
}

fn known(page: &PageContext, template: TemplateView) -> ExistingTemplate {
    let review = |review: &templates::Review| ReviewText {
        source: review.source.clone(),
        badge: page.badge(review.state.tone(), page.words.text_of("template-state-", review.state.word())),
        reason: review.reason.clone(),
    };
    ExistingTemplate {
        id: template.id,
        badge: badge(page, &template),
        reviews: template.reviews.iter().map(review).collect(),
        is_waba: template.is_waba(),
        review: format!("/panel/templates/{}/review", template.id),
        is_draft: template.state == templates::TemplateState::Draft,
        is_open: template.state.is_open(),
        has_file: template.has_file,
        category: category(page, &template.category),
    }
}
