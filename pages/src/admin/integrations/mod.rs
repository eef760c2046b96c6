//! Stored integrations: made, changed, paused and removed. Those of the configuration file are changed there only.

mod addresses;
mod brand;
mod channel;
mod fields;
mod wrong;

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use base::config::Integration;
use base::error::{Error, Result};
use base::i18n::Sentence;
use connectors::Field;
use domain::identity::{EmptyForm, Fields, Form};
use domain::integrations::{self as stored, IntegrationRefused};
use secrecy::ExposeSecret;
use serde_json::Value;

use super::operator::{AdminVisitor, Operator};
use super::page::RemovalPage;
use super::told;
use crate::panel::fields::{Drawn, draw, name_of, read};
use crate::panel::{Answer, AppData, Notice, PageContext, PanelContext, Tone, html, html_as};
use wrong::FieldErrors;

/// The page with all integrations.
const HERE: &str = "/admin/channels";

#[derive(Template)]
#[template(path = "admin/integration.html")]
struct FormPage {
    page: PageContext,
    action: String,
    says: Option<Sentence>,
    fields: Vec<Drawn>,
    errors: FieldErrors,
    /// Where it is removed; empty for a new one.
    remove: String,
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
async fn new(Operator(visitor): Operator) -> Answer {
    show(&visitor, None, &Value::Null, Vec::new())
}

/// Makes one.
async fn make(app: AppData, Operator(visitor): Operator, form: Form<Fields>) -> Answer {
    let settings = match sent(&visitor, &fields::integration(true), &form, &Value::Null, false)? {
        Ok(settings) => settings,
        Err((settings, errors)) => return show(&visitor, None, &settings, errors),
    };
    let mut one = Integration::blank(fields::platform(&settings));
    one.name = settings["name"].as_str().unwrap_or_default().to_owned();
    if let Err(name) = fields::change(&mut one, &settings) {
        return show(&visitor, None, &settings, wrong::field(visitor.words, name));
    }
    if stored::list(&app).await?.iter().any(|known| known.name == one.name) {
        let errors = wrong::field(visitor.words, "name");
        return show(&visitor, None, &settings, errors);
    }
    match set(&app, &visitor, &one).await? {
        Ok(()) => saved(&app, &visitor, ("integration.made", &one.name)).await,
        Err(errors) => show(&visitor, None, &settings, errors),
    }
}

/// The form of a stored one.
async fn edit(app: AppData, Operator(visitor): Operator, name: web::Path<String>) -> Answer {
    let one = load(&app, &name).await?;
    show(&visitor, Some(&one), &fields::shown(&one), Vec::new())
}

/// Changes one.
async fn change(app: AppData, Operator(visitor): Operator, name: web::Path<String>, form: Form<Fields>) -> Answer {
    let mut one = load(&app, &name).await?;
    let before = fields::shown(&one);
    let settings = match sent(&visitor, &fields::integration(false), &form, &before, true)? {
        Ok(settings) => settings,
        Err((settings, errors)) => return show(&visitor, Some(&one), &settings, errors),
    };
    if let Err(name) = fields::change(&mut one, &settings) {
        return show(&visitor, Some(&one), &settings, wrong::field(visitor.words, name));
    }
    match set(&app, &visitor, &one).await? {
        Ok(()) => saved(&app, &visitor, ("integration.changed", &one.name)).await,
        Err(errors) => show(&visitor, Some(&one), &settings, errors),
    }
}

async fn pause(app: AppData, Operator(visitor): Operator, name: web::Path<String>, _form: Form<EmptyForm>) -> Answer {
    set_paused(&app, &visitor, &name, true).await
}

async fn resume(app: AppData, Operator(visitor): Operator, name: web::Path<String>, _form: Form<EmptyForm>) -> Answer {
    set_paused(&app, &visitor, &name, false).await
}

async fn set_paused(app: &PanelContext, visitor: &AdminVisitor, name: &str, paused: bool) -> Answer {
    match stored::pause(app, name, paused, &visitor.by()).await {
        Ok(_) => {
            let action = if paused { "integration.paused" } else { "integration.resumed" };
            saved(app, visitor, (action, name)).await
        }
        Err(IntegrationRefused::NotThere(_) | IntegrationRefused::InFile(_)) => Err(Error::NotFound),
        Err(error) => Err(anyhow::Error::from(error).into()),
    }
}

/// Asks whether to remove one.
async fn ask_remove(app: AppData, Operator(visitor): Operator, name: web::Path<String>) -> Answer {
    let known = stored::list(&app).await?;
    let known = known.into_iter().find(|known| !known.in_file && known.name == *name).ok_or(Error::NotFound)?;
    let words = visitor.words;
    let title = words.text("admin-int-remove-question").with("name", known.name.as_str());
    let page = visitor.page(title, HERE);
    html(&page, &removal(&page, words.text("admin-int-remove-says"), format!("{}/remove", address(&known.name))))
}

fn removal(page: &PageContext, says: Sentence, action: String) -> RemovalPage {
    RemovalPage { page: page.clone(), says, button: page.words.text("admin-int-remove"), action, back: HERE }
}

/// Removes one that no account has.
async fn remove(app: AppData, Operator(visitor): Operator, name: web::Path<String>, _form: Form<EmptyForm>) -> Answer {
    let words = visitor.words;
    match stored::remove(&app, &name, &visitor.by()).await {
        Ok(()) => {
            told::tell(&app, &visitor, "integration.removed", &name).await?;
            let text = words.text("admin-int-removed").with("name", name.as_str());
            visitor.see_other(&app, HERE, Notice::done(text)).await
        }
        Err(IntegrationRefused::InUse { name, accounts }) => {
            let text = words.text("admin-int-in-use").with("name", name).with("count", accounts);
            visitor.see_other(&app, HERE, Notice::of(Tone::Warn, text)).await
        }
        Err(IntegrationRefused::NotThere(_)) => Err(Error::NotFound),
        Err(error) => Err(anyhow::Error::from(error).into()),
    }
}

fn show(visitor: &AdminVisitor, one: Option<&Integration>, settings: &Value, errors: FieldErrors) -> Answer {
    let words = visitor.words;
    let title = match one {
        Some(one) => words.text("admin-int-change").with("name", one.name.as_str()),
        None => words.text("admin-int-new"),
    };
    let mut drawn = draw(words, &fields::integration(one.is_none()), settings, one.map(fields::ends).as_ref(), &errors);
    fields::leave_out_previous(&mut drawn, one.map(|one| one.previous_client_secret.is_some()));
    let path = one.map(|one| address(&one.name));
    let form = FormPage {
        page: visitor.page(title, HERE),
        remove: path.as_ref().map(|path| format!("{path}/remove")).unwrap_or_default(),
        action: path.unwrap_or_else(|| "/admin/integrations".to_owned()),
        says: one.is_none().then(|| words.text("admin-int-new-says")),
        fields: drawn,
        errors,
    };
    form.answer()
}

impl FormPage {
    fn answer(mut self) -> Answer {
        let status = if self.errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        self.page.not_taken = !self.errors.is_empty();
        html_as(status, &self.page.clone(), &self)
    }
}

/// The settings of a form, or what was typed with its errors.
fn sent(
    visitor: &AdminVisitor,
    fields: &[Field],
    form: &Fields,
    before: &Value,
    stored_secrets: bool,
) -> Result<Result<Value, (Value, FieldErrors)>> {
    let names: Vec<String> = fields.iter().map(name_of).collect();
    form.known(&names.iter().map(String::as_str).collect::<Vec<_>>())?;
    Ok(read(visitor.words, fields, form, before, stored_secrets))
}

/// Stores an integration whose addresses the configuration file allows; the errors of what was typed.
async fn set(app: &PanelContext, visitor: &AdminVisitor, one: &Integration) -> Result<Result<(), FieldErrors>> {
    let before = load(app, &one.name).await.ok();
    // What is no address at all is refused when it is stored.
    let is_read = Integration::from_toml(one.to_toml().expose_secret(), Some(&app.config.plan_list.get())).is_ok();
    if is_read && let Some(field) = addresses::refused(&app.config, &app.integrations.of_file(), before.as_ref(), one) {
        return Ok(Err(wrong::elsewhere(visitor.words, field)));
    }
    match stored::set(app, one.to_toml().expose_secret(), &visitor.by()).await {
        Ok(_) => Ok(Ok(())),
        Err(refused) => {
            let errors = wrong::errors(visitor.words, refused).map_err(anyhow::Error::from)?;
            Ok(Err(errors))
        }
    }
}

/// Notifies all operators of the change.
async fn saved(app: &PanelContext, visitor: &AdminVisitor, (action, name): (&'static str, &str)) -> Answer {
    told::tell(app, visitor, action, name).await?;
    visitor.see_other(app, HERE, Notice::done(visitor.words.text("common-saved"))).await
}

/// A stored one that can be read and is not in the file.
async fn load(app: &PanelContext, name: &str) -> Result<Integration> {
    let mut known = stored::list(app).await?;
    if known.iter().any(|one| one.in_file && one.name == name) {
        return Err(Error::NotFound);
    }
    let place = known.iter().position(|one| one.name == name).ok_or(Error::NotFound)?;
    let found = known.swap_remove(place);
    let paused = found.paused;
    let found = found.integration.ok_or(Error::NotFound)?;
    Ok(Integration { paused, ..found })
}

/// The address of its form.
fn address(name: &str) -> String {
    format!("/admin/integrations/{name}")
}
