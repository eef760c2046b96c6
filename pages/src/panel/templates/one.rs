//! One template: its form, or its content if it cannot be changed.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::web;
use base::error::Result;
use base::i18n::{CRM, LocalizedText, Words};
use domain::template as templates;
use domain::template::{ShownButton, TemplateView};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::form::{MARKERS, MarkerChip, TemplateForm, Wrong, given};
use super::{badge, category, id_of, trouble};
use crate::panel::choice::SelectOption;
use crate::panel::{
    Answer, AppData, ConfirmPage, EmptyForm, Fields, Form, Member, Nav, Notice, PageContext, PanelContext, Right, Tone,
    html_as,
};

/// What a new template is made from.
#[derive(Debug, Default, Deserialize)]
pub(super) struct NewTemplateQuery {
    /// amoCRM's id of another one.
    copy: Option<String>,
    /// The source whose messenger has it, with its name and language there.
    source: Option<Uuid>,
    #[serde(default)]
    name: String,
    #[serde(default)]
    language: String,
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
    languages: Vec<SelectOption>,
    categories: Vec<SelectOption>,
    buttons: Vec<ShownButton>,
    markers: Vec<MarkerChip>,
    /// The input of the page's script, as JSON.
    given: String,
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

    fn no_source(&self) -> String {
        no_source(self.page.words)
    }

    fn button_error(&self, number: &usize) -> String {
        self.error(&format!("button_{number}"))
    }

    fn error(&self, name: &str) -> String {
        self.errors.iter().find(|(of, _)| of == name).map(|(_, text)| text.clone()).unwrap_or_default()
    }
}

/// Why no review can be asked for.
fn no_source(words: Words) -> String {
    LocalizedText::new("said-template-no-source").sentence(words, CRM)
}

/// `GET /panel/templates/new`
pub(super) async fn new(app: AppData, member: Member, asked: web::Query<NewTemplateQuery>) -> Answer {
    member.require(Right::EditTemplates)?;
    let app = app.into_inner();
    let key = app.clock.uuid_v7().to_string();
    let typed = match (&asked.copy, asked.source) {
        (_, Some(source_id)) => {
            let source = domain::source::find(&app.sources, member.tenant_id, source_id).await?;
            match templates::draft_of(&app.sources, &source, &asked.name, &asked.language).await {
                Ok(draft) => TemplateForm { key, source: source_id.to_string(), ..TemplateForm::of_draft(draft) },
                Err(error) => {
                    let notice = Notice::failed(trouble(&member, error)?);
                    return member.see_other(&app, "/panel/templates/register", notice).await;
                }
            }
        }
        (Some(id), None) => {
            let from = templates::known_one(&app.sources, member.tenant_id, id_of(id)?).await?;
            let typed = TemplateForm { key, ..TemplateForm::of(&from) };
            match templates::sources(&app.sources, member.tenant_id).await?.is_empty() {
                true => typed.for_any_messenger(),
                false => typed,
            }
        }
        (None, None) => TemplateForm::new(key, member.words),
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
        // A refused form has the address of the list.
        None => PageContext { is_below: true, ..member.page("templates-new", Nav::Templates) },
    };
    let (page, status) = match errors.is_empty() {
        true => (page, StatusCode::OK),
        false => (page.with_error(), StatusCode::UNPROCESSABLE_ENTITY),
    };
    let may_act = member.may(Right::EditTemplates);
    let one = TemplatePage {
        may: may_act && template.as_ref().is_none_or(|template| template.state.is_open()),
        may_act,
        known: template.map(|template| existing(&page, template)),
        kinds: typed.kinds(&page),
        languages: typed.languages(),
        categories: typed.categories(&page),
        buttons: typed.rows(),
        markers: MARKERS.map(|name| MarkerChip::of(page.words, name)).into(),
        given: given(page.words),
        sources: templates::sources(&app.sources, member.tenant_id).await?,
        typed,
        errors,
        page: page.clone(),
    };
    html_as(status, &page, &one)
}

fn existing(page: &PageContext, template: TemplateView) -> ExistingTemplate {
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

/// `POST /panel/templates`
pub(super) async fn create(app: AppData, member: Member, form: Form<Fields>) -> Answer {
    member.require(Right::EditTemplates)?;
    let app = app.into_inner();
    let typed = TemplateForm::read(&form)?;
    if typed.is_of_whatsapp() && templates::sources(&app.sources, member.tenant_id).await?.is_empty() {
        let wrong = refused(no_source(member.words));
        return show(&app, &member, None, typed.for_any_messenger(), wrong).await;
    }
    let draft = match typed.draft(member.words, "") {
        Ok(draft) => draft,
        Err(wrong) => return show(&app, &member, None, typed, wrong).await,
    };
    // A form that was sent twice finds the template that the first request created.
    let key = Uuid::try_parse(&typed.key).unwrap_or_else(|_| app.clock.uuid_v7()).to_string();
    let made = match templates::create(&app.sources, member.tenant_id, &key, &draft).await {
        Ok(made) => made,
        Err(error) => {
            let wrong = refused(trouble(&member, error)?);
            return show(&app, &member, None, typed, wrong).await;
        }
    };
    note(&app, &member, "template.created", made.id, &made.name).await?;
    let said = match typed.source.is_empty() {
        true => "templates-saved",
        false => match templates::bring_all(&app.sources, member.tenant_id).await {
            Ok(_) if is_registered(&app, &member, made.id).await? => "templates-saved-known",
            _ => "templates-saved-unmatched",
        },
    };
    let notice = Notice::done(member.words.text(said).with("name", made.name));
    member.see_other(&app, &format!("/panel/templates/{}", made.id), notice).await
}

async fn is_registered(app: &PanelContext, member: &Member, id: i64) -> Result<bool> {
    let rows = templates::registered(&app.sources, member.tenant_id).await?;
    Ok(rows.iter().any(|row| row.crm_id == id))
}

/// `POST /panel/templates/{id}`
pub(super) async fn save(app: AppData, member: Member, id: web::Path<String>, form: Form<Fields>) -> Answer {
    member.require(Right::EditTemplates)?;
    let (app, tenant_id) = (app.into_inner(), member.tenant_id);
    let template = templates::find(&app.sources, tenant_id, id_of(&id)?).await?;
    let mut typed = TemplateForm::read(&form)?;
    typed.kind = TemplateForm::of(&template).kind;
    let draft = match typed.draft(member.words, &format!("{}\n{}", template.text, template.header)) {
        Ok(draft) => draft,
        Err(wrong) => return show(&app, &member, Some(template), typed, wrong).await,
    };
    let id = template.id;
    if let Err(error) = templates::change(&app.sources, tenant_id, id, &draft).await {
        let wrong = refused(trouble(&member, error)?);
        return show(&app, &member, Some(template), typed, wrong).await;
    }
    note(&app, &member, "template.changed", id, &draft.name).await?;
    let notice = Notice::done(member.words.text("templates-saved").with("name", draft.name));
    member.see_other(&app, &format!("/panel/templates/{id}"), notice).await
}

/// `POST /panel/templates/{id}/review`
pub(super) async fn review(app: AppData, member: Member, id: web::Path<String>, _form: Form<EmptyForm>) -> Answer {
    member.require(Right::EditTemplates)?;
    let (app, id) = (app.into_inner(), id_of(&id)?);
    let notice = match templates::for_review(&app.sources, member.tenant_id, id).await {
        Ok(_) => {
            note(&app, &member, "template.sent", id, "").await?;
            Notice::done(member.words.text("templates-review-sent"))
        }
        Err(error) => Notice::of(Tone::Warn, trouble(&member, error)?),
    };
    member.see_other(&app, &format!("/panel/templates/{id}"), notice).await
}

/// `GET /panel/templates/{id}/delete`
pub(super) async fn ask(app: AppData, member: Member, id: web::Path<String>) -> Answer {
    member.require(Right::EditTemplates)?;
    let app = app.into_inner();
    let template = templates::known_one(&app.sources, member.tenant_id, id_of(&id)?).await?;
    let page = member.page("templates-delete", Nav::Templates);
    let confirm = ConfirmPage {
        sentence: page.words.text("templates-delete-confirm").with("name", template.name).with("crm", page.crm),
        action: format!("/panel/templates/{}/delete", template.id),
        button: page.words.text("templates-delete"),
        danger: true,
        back: format!("/panel/templates/{}", template.id),
        page,
    };
    confirm.ask()
}

/// `POST /panel/templates/{id}/delete`
pub(super) async fn delete(app: AppData, member: Member, id: web::Path<String>, _form: Form<EmptyForm>) -> Answer {
    member.require(Right::EditTemplates)?;
    let (app, tenant_id) = (app.into_inner(), member.tenant_id);
    let template = templates::find(&app.sources, tenant_id, id_of(&id)?).await?;
    if let Err(error) = templates::remove(&app.sources, tenant_id, template.id).await {
        let notice = Notice::of(Tone::Warn, trouble(&member, error)?);
        return member.see_other(&app, &format!("/panel/templates/{}", template.id), notice).await;
    }
    note(&app, &member, "template.deleted", template.id, &template.name).await?;
    let notice = Notice::done(member.words.text("templates-deleted").with("name", template.name));
    member.see_other(&app, "/panel/templates", notice).await
}

/// Errors that concern no field are shown above the form.
fn refused(text: String) -> Wrong {
    vec![("name".to_owned(), text)]
}

/// Written to the audit log after amoCRM's answer, because there is no common transaction.
async fn note(app: &PanelContext, member: &Member, action: &'static str, id: i64, name: &str) -> Result<()> {
    let detail = json!({ "name": name });
    member.audit(app, app.store.write(), action, &id.to_string(), detail).await?;
    Ok(())
}
