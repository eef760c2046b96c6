//! What a source offers in amoCRM besides chats.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use base::error::{Error, Result};
use base::i18n::Sentence;
use domain::source::SourceChange;
use domain::source::check::{ServiceChoice, has_services};
use domain::tenant;
use entity::source;
use serde::Deserialize;

use super::find;
use crate::panel::{self, Answer, AppData, Form, Member, Nav, Notice, PageContext, PanelContext, Right};

#[derive(Template)]
#[template(path = "panel/sources/services.html")]
struct ServicesPage {
    page: PageContext,
    id: String,
    typed: ServiceChoice,
    error: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServicesForm {
    waba: Option<String>,
    list: Option<String>,
    numbers: String,
}

/// The source, if amoCRM can offer anything for it.
async fn offering(app: &PanelContext, member: &Member, id: &str) -> Result<source::Model> {
    let source = find(app, member, Right::EditSources, id).await?;
    if has_services(&app.sources, &source) { Ok(source) } else { Err(Error::NotFound) }
}

fn title(member: &Member, source: &source::Model) -> Sentence {
    member.words.text("source-services-title").with("name", source.name.as_str())
}

/// `GET /panel/sources/{id}/services`.
pub async fn get(app: AppData, member: Member, id: web::Path<String>) -> Answer {
    let source = offering(&app, &member, &id).await?;
    let page = member.page(title(&member, &source), Nav::Sources);
    let typed = ServiceChoice::of(&source);
    let shown = ServicesPage { id: source.id.to_string(), typed, error: String::new(), page: page.clone() };
    panel::html(&page, &shown)
}

/// `POST /panel/sources/{id}/services`.
pub async fn save(app: AppData, member: Member, id: web::Path<String>, form: Form<ServicesForm>) -> Answer {
    let source = offering(&app, &member, &id).await?;
    let typed = ServiceChoice { waba: form.waba.is_some(), lists: form.list.is_some(), numbers: form.numbers.clone() };
    let Some(services) = typed.services(&source, tenant::country(&app.integrations, &member.here.tenant)) else {
        let page = member.page(title(&member, &source), Nav::Sources).with_error();
        let error = page.words.text("source-services-wrong").to_string();
        let shown = ServicesPage { id: source.id.to_string(), typed, error, page: page.clone() };
        return panel::html_as(StatusCode::UNPROCESSABLE_ENTITY, &page, &shown);
    };
    let change = SourceChange { services: Some(services), ..SourceChange::default() };
    let tenant_id = member.tenant_id;
    let notice = match domain::source::change(&app.sources, tenant_id, source.id, change, None, &member.by()).await {
        Ok(_) => Notice::done(member.words.text("common-saved")),
        Err(Error::Invalid(wrong)) => {
            let said = Error::Invalid(wrong).first_text().in_words(member.words, member.crm());
            Notice::failed(member.words.text("said-quoted").with("text", said))
        }
        Err(error) => member.refused(error)?,
    };
    member.see_other(&app, &format!("/panel/sources/{}/services", source.id), notice).await
}
