//! What the kind needs to reach its messenger: addresses and credentials. Credentials are never shown again.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use entity::source;
use serde_json::Value;

use super::shown::{Shown, shown};
use super::{by, find};
use crate::app::App;
use crate::connector::Field;
use crate::error::{Error, Result};
use crate::panel::fields::{self, Drawn};
use crate::panel::{self, Fields, Form, Member, Nav, Notice, PageContext, Right, Tone};
use crate::source::{SourceChange, version};

#[derive(Template)]
#[template(path = "panel/sources/access.html")]
struct Access {
    page: PageContext,
    tab: &'static str,
    id: String,
    may: bool,
    state: Shown,
    fields: Vec<Drawn>,
    errors: Vec<(String, String)>,
    version: i64,
    /// It has a secret that can be changed.
    webhook: bool,
}

fn fields_of(app: &App, source: &source::Model) -> &'static [Field] {
    app.connectors.get(&source.kind).map_or(&[], |connector| connector.fields())
}

/// `GET /panel/sources/{id}/access`.
pub async fn get(app: web::Data<App>, member: Member, id: web::Path<String>) -> Result<HttpResponse> {
    member.require(Right::Look)?;
    let source = find(&app, &member, &id).await?;
    let page = member.page(member.words.say("source-title").with("name", source.name.as_str()), Nav::Sources);
    let settings = serde_json::from_str(&source.settings).unwrap_or_default();
    show(&app, &member, page, StatusCode::OK, &source, &settings, Vec::new()).await
}

/// `POST /panel/sources/{id}/access`.
pub async fn change(
    app: web::Data<App>,
    member: Member,
    id: web::Path<String>,
    form: Form<Fields>,
) -> Result<HttpResponse> {
    member.require(Right::EditSources)?;
    let source = find(&app, &member, &id).await?;
    let kind = fields_of(&app, &source);
    let names: Vec<String> = kind.iter().map(fields::name_of).chain(["version".to_owned()]).collect();
    form.known(&names.iter().map(String::as_str).collect::<Vec<_>>())?;
    let words = member.words;
    let before: Value = serde_json::from_str(&source.settings).unwrap_or_default();
    let page = || member.page(words.say("source-title").with("name", source.name.as_str()), Nav::Sources).with_error();
    let settings = match fields::read(words, kind, &form, &before, source.secrets.is_some()) {
        Ok(settings) => settings,
        Err((settings, errors)) => {
            return show(&app, &member, page(), StatusCode::UNPROCESSABLE_ENTITY, &source, &settings, errors).await;
        }
    };
    let expected = form.get("version").parse().ok();
    let change = SourceChange { settings: Some(settings.clone()), ..SourceChange::default() };
    let done = crate::source::change(&app, member.tenant.tenant_id, source.id, change, expected, &by(&member)).await;
    let (status, page, errors) = match done {
        Ok(_) => {
            let path = format!("/panel/sources/{}/access", source.id);
            return member.see_other(&app, &path, Notice::done(words.say("common-saved"))).await;
        }
        Err(Error::Invalid(wrong)) => {
            (StatusCode::UNPROCESSABLE_ENTITY, page(), fields::wrong(words, kind, &settings, &wrong))
        }
        Err(Error::Changed(changed)) => {
            let who = if changed.who.is_empty() { words.say("source-somebody").to_string() } else { changed.who };
            let said =
                words.say("form-changed-meanwhile").with("name", who).with("time", member.when(changed.at).adverb());
            (StatusCode::CONFLICT, page().with_notice(Notice::of(Tone::Warn, said)), Vec::new())
        }
        Err(error @ (Error::Conflict { .. } | Error::Unavailable { .. })) => {
            let status = actix_web::ResponseError::status_code(&error);
            (status, page().with_notice(super::refused(&member, &error)), Vec::new())
        }
        Err(error) => return Err(error),
    };
    let now = find(&app, &member, &id).await?;
    show(&app, &member, page, status, &now, &settings, errors).await
}

async fn show(
    app: &App,
    member: &Member,
    page: PageContext,
    status: StatusCode,
    source: &source::Model,
    settings: &Value,
    errors: Vec<(String, String)>,
) -> Result<HttpResponse> {
    let state = crate::source::state(app, source).await?;
    let masked = crate::source::masked(app, source)?;
    let access = Access {
        tab: "access",
        id: source.id.to_string(),
        may: member.may(Right::EditSources),
        state: shown(&page, source, &state),
        fields: fields::draw(page.words, fields_of(app, source), settings, Some(&masked), &errors),
        version: version(source),
        webhook: source.kind == "custom",
        errors,
        page: page.clone(),
    };
    panel::html_as(status, &page, &access)
}
