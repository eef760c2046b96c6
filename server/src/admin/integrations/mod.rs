//! Stored integrations: made, changed, paused and removed. Those of the configuration file are changed there only.

mod addresses;
mod brand;
mod channel;
mod fields;
mod wrong;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use base::config::Integration;
use base::i18n::Sentence;
use connectors::Field;
use secrecy::ExposeSecret;
use serde_json::Value;

use super::operator::{AdminVisitor, Operator};
use super::page::{self, AdminPage, see_other};
use super::refused::{AdminRefusal, Result};
use super::told;
use crate::audit::By;
use crate::identity::{EmptyForm, Fields, Form};
use crate::integrations::{self as stored, IntegrationRefused};
use crate::panel::fields::{Drawn, draw, name_of, read};
use crate::panel::{Notice, PanelContext, Tone};
use wrong::FieldErrors;

/// The page with all integrations.
const HERE: &str = "/admin/channels";

#[derive(Template)]
#[template(path = "admin/integration.html")]
struct FormPage {
    page: AdminPage,
    action: String,
    says: Option<Sentence>,
    fields: Vec<Drawn>,
    errors: FieldErrors,
    /// Where it is removed; empty for a new one.
    remove: String,
}

#[derive(Template)]
#[template(path = "admin/integration_remove.html")]
struct RemovePage {
    page: AdminPage,
    action: String,
    says: Sentence,
}

/// Routes below `/admin`.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/integrations", web::get().to(new))
        .route("/integrations", web::post().to(make))
        .route("/integrations/{name}", web::get().to(edit))
        .route("/integrations/{name}", web::post().to(change))
        .route("/integrations/{name}/pause", web::post().to(pause))
        .route("/integrations/{name}/resume", web::post().to(resume))
        .route("/integrations/{name}/remove", web::get().to(ask_remove))
        .route("/integrations/{name}/remove", web::post().to(remove))
        .route("/integrations/{name}/channels", web::get().to(channel::new))
        .route("/integrations/{name}/channels", web::post().to(channel::make))
        .route("/integrations/{name}/channels/{id}", web::get().to(channel::edit))
        .route("/integrations/{name}/channels/{id}", web::post().to(channel::change))
        .route("/integrations/{name}/channels/{id}/remove", web::get().to(channel::ask_remove))
        .route("/integrations/{name}/channels/{id}/remove", web::post().to(channel::remove));
}

/// The form of a new one.
async fn new(app: web::Data<PanelContext>, Operator(visitor): Operator) -> Result<HttpResponse> {
    show(&app, &visitor, None, &Value::Null, Vec::new()).await
}

/// Makes one.
async fn make(app: web::Data<PanelContext>, Operator(visitor): Operator, form: Form<Fields>) -> Result<HttpResponse> {
    let settings = match sent(&visitor, &fields::integration(true), &form, &Value::Null, false)? {
        Ok(settings) => settings,
        Err((settings, errors)) => return show(&app, &visitor, None, &settings, errors).await,
    };
    let mut one = Integration::blank(fields::platform(&settings));
    one.name = settings["name"].as_str().unwrap_or_default().to_owned();
    if let Err(name) = fields::change(&mut one, &settings) {
        return show(&app, &visitor, None, &settings, wrong::field(visitor.words, name)).await;
    }
    if stored::list(&app).await?.iter().any(|known| known.name == one.name) {
        let errors = wrong::field(visitor.words, "name");
        return show(&app, &visitor, None, &settings, errors).await;
    }
    match set(&app, &visitor, &one).await? {
        Ok(()) => saved(&app, &visitor, ("integration.made", &one.name)).await,
        Err(errors) => show(&app, &visitor, None, &settings, errors).await,
    }
}

/// The form of a stored one.
async fn edit(
    app: web::Data<PanelContext>,
    Operator(visitor): Operator,
    name: web::Path<String>,
) -> Result<HttpResponse> {
    let one = load(&app, &name).await?;
    show(&app, &visitor, Some(&one), &fields::shown(&one), Vec::new()).await
}

/// Changes one.
async fn change(
    app: web::Data<PanelContext>,
    Operator(visitor): Operator,
    name: web::Path<String>,
    form: Form<Fields>,
) -> Result<HttpResponse> {
    let mut one = load(&app, &name).await?;
    let before = fields::shown(&one);
    let settings = match sent(&visitor, &fields::integration(false), &form, &before, true)? {
        Ok(settings) => settings,
        Err((settings, errors)) => return show(&app, &visitor, Some(&one), &settings, errors).await,
    };
    if let Err(name) = fields::change(&mut one, &settings) {
        return show(&app, &visitor, Some(&one), &settings, wrong::field(visitor.words, name)).await;
    }
    match set(&app, &visitor, &one).await? {
        Ok(()) => saved(&app, &visitor, ("integration.changed", &one.name)).await,
        Err(errors) => show(&app, &visitor, Some(&one), &settings, errors).await,
    }
}

async fn pause(
    app: web::Data<PanelContext>,
    Operator(visitor): Operator,
    name: web::Path<String>,
    _form: Form<EmptyForm>,
) -> Result<HttpResponse> {
    set_paused(&app, &visitor, &name, true).await
}

async fn resume(
    app: web::Data<PanelContext>,
    Operator(visitor): Operator,
    name: web::Path<String>,
    _form: Form<EmptyForm>,
) -> Result<HttpResponse> {
    set_paused(&app, &visitor, &name, false).await
}

async fn set_paused(app: &PanelContext, visitor: &AdminVisitor, name: &str, paused: bool) -> Result<HttpResponse> {
    match stored::pause(&app.identity.audit, name, paused, &by(visitor)).await {
        Ok(_) => {
            let action = if paused { "integration.paused" } else { "integration.resumed" };
            saved(app, visitor, (action, name)).await
        }
        Err(IntegrationRefused::NotThere(_) | IntegrationRefused::InFile(_)) => Err(AdminRefusal::NotThere),
        Err(error) => Err(anyhow::Error::from(error).into()),
    }
}

/// Asks whether to remove one.
async fn ask_remove(
    app: web::Data<PanelContext>,
    Operator(visitor): Operator,
    name: web::Path<String>,
) -> Result<HttpResponse> {
    let known = stored::list(&app).await?;
    let known = known.into_iter().find(|known| !known.in_file && known.name == *name).ok_or(AdminRefusal::NotThere)?;
    let words = visitor.words;
    let title = words.text("admin-int-remove-question").with("name", known.name.as_str());
    let page = AdminPage::of(&app, &visitor, HERE, title).await?;
    let (says, action) = (words.text("admin-int-remove-says"), format!("{}/remove", address(&known.name)));
    Ok(page::html(&page, &RemovePage { page: page.clone(), action, says }))
}

/// Removes one that no account has.
async fn remove(
    app: web::Data<PanelContext>,
    Operator(visitor): Operator,
    name: web::Path<String>,
    _form: Form<EmptyForm>,
) -> Result<HttpResponse> {
    let words = visitor.words;
    match stored::remove(&app.identity.audit, &name, &by(&visitor)).await {
        Ok(()) => {
            told::tell(&app, &visitor, "integration.removed", &name).await?;
            let text = words.text("admin-int-removed").with("name", name.as_str());
            see_other(&app, &visitor, HERE, Notice::done(text)).await
        }
        Err(IntegrationRefused::InUse { name, accounts }) => {
            let text = words.text("admin-int-in-use").with("name", name).with("count", accounts);
            see_other(&app, &visitor, HERE, Notice::of(Tone::Warn, text)).await
        }
        Err(IntegrationRefused::NotThere(_)) => Err(AdminRefusal::NotThere),
        Err(error) => Err(anyhow::Error::from(error).into()),
    }
}

async fn show(
    app: &PanelContext,
    visitor: &AdminVisitor,
    one: Option<&Integration>,
    settings: &Value,
    errors: FieldErrors,
) -> Result<HttpResponse> {
    let words = visitor.words;
    let title = match one {
        Some(one) => words.text("admin-int-change").with("name", one.name.as_str()),
        None => words.text("admin-int-new"),
    };
    let mut drawn = draw(words, &fields::integration(one.is_none()), settings, one.map(fields::ends).as_ref(), &errors);
    fields::leave_out_previous(&mut drawn, one.map(|one| one.previous_client_secret.is_some()));
    let path = one.map(|one| address(&one.name));
    let form = FormPage {
        page: AdminPage::of(app, visitor, HERE, title).await?,
        remove: path.as_ref().map(|path| format!("{path}/remove")).unwrap_or_default(),
        action: path.unwrap_or_else(|| "/admin/integrations".to_owned()),
        says: one.is_none().then(|| words.text("admin-int-new-says")),
        fields: drawn,
        errors,
    };
    Ok(form.answer())
}

impl FormPage {
    fn answer(mut self) -> HttpResponse {
        let status = if self.errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        if !self.errors.is_empty() {
            self.page = self.page.with_error();
        }
        page::html_as(status, &self.page.clone(), &self)
    }
}

/// The settings of a form, or what was typed with its errors.
fn sent(
    visitor: &AdminVisitor,
    fields: &[Field],
    form: &Fields,
    before: &Value,
    stored_secrets: bool,
) -> Result<std::result::Result<Value, (Value, FieldErrors)>> {
    let names: Vec<String> = fields.iter().map(name_of).collect();
    form.known(&names.iter().map(String::as_str).collect::<Vec<_>>())?;
    Ok(read(visitor.words, fields, form, before, stored_secrets))
}

/// Stores an integration whose addresses the configuration file allows; the errors of what was typed.
async fn set(
    app: &PanelContext,
    visitor: &AdminVisitor,
    one: &Integration,
) -> Result<std::result::Result<(), FieldErrors>> {
    let before = load(app, &one.name).await.ok();
    // What is no address at all is refused when it is stored.
    let is_read = Integration::from_toml(one.to_toml().expose_secret(), Some(&app.config.plan_list.get())).is_ok();
    if is_read && let Some(field) = addresses::refused(&app.config, &app.integrations.of_file(), before.as_ref(), one) {
        return Ok(Err(wrong::elsewhere(visitor.words, field)));
    }
    match stored::set(&app.identity.audit, one.to_toml().expose_secret(), &by(visitor)).await {
        Ok(_) => Ok(Ok(())),
        Err(refused) => {
            let errors = wrong::errors(visitor.words, refused).map_err(anyhow::Error::from)?;
            Ok(Err(errors))
        }
    }
}

/// Notifies all operators of the change.
async fn saved(
    app: &PanelContext,
    visitor: &AdminVisitor,
    (action, name): (&'static str, &str),
) -> Result<HttpResponse> {
    told::tell(app, visitor, action, name).await?;
    see_other(app, visitor, HERE, Notice::done(visitor.words.text("common-saved"))).await
}

/// A stored one that can be read and is not in the file.
async fn load(app: &PanelContext, name: &str) -> Result<Integration> {
    let mut known = stored::list(app).await?;
    if known.iter().any(|one| one.in_file && one.name == name) {
        return Err(AdminRefusal::NotThere);
    }
    let place = known.iter().position(|one| one.name == name).ok_or(AdminRefusal::NotThere)?;
    let found = known.swap_remove(place);
    let paused = found.paused;
    let found = found.integration.ok_or(AdminRefusal::NotThere)?;
    Ok(Integration { paused, ..found })
}

/// The address of its form.
fn address(name: &str) -> String {
    format!("/admin/integrations/{name}")
}

fn by(visitor: &AdminVisitor) -> By {
    By { actor: visitor.actor(), address: visitor.address }
}
