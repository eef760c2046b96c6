//! Stored integrations and their channels: made, changed, paused and removed. Those of the configuration file are changed
//! there only.

mod fields;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use base::config::{BrandConfig, Channel, Config, Integration, Picture, PictureRefused};
use base::error::{Error, Result};
use base::i18n::Sentence;
use connectors::Field;
use domain::identity::{EmptyForm, Fields, Form};
use domain::integrations::{self as stored, IntegrationRefused};
use secrecy::ExposeSecret;
use serde_json::Value;
use url::Url;

use super::channels::{connected, look};
use super::operator::AdminVisitor;
use super::operators;
use super::page::RemovalPage;
use crate::panel::fields::{draw, name_of, read};
use crate::panel::picture_form;
use crate::panel::{Answer, AppData, Notice, PageContext, PanelContext, Tone, html, html_as};
use fields::{CHANNEL, FieldErrors, FieldGroup};

/// The page with all integrations.
const HERE: &str = "/admin/channels";

#[derive(Template)]
#[template(path = "admin/integration.html")]
struct FormPage {
    page: PageContext,
    action: String,
    says: Option<Sentence>,
    groups: Vec<FieldGroup>,
    errors: FieldErrors,
    /// Where its pictures are uploaded; empty where it has none.
    pictures_action: String,
    pictures: Vec<PictureRow>,
    /// Where it is removed; empty for a new one.
    remove: String,
}

/// A picture of the brand.
struct PictureRow {
    /// `logo` or `icon`; message key of its label: `admin-brand-{which}`.
    which: &'static str,
    /// The present one as `data:…`; empty: Parom's.
    data: String,
}

/// Routes below `/admin`.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/integrations", web::get().to(new))
        .route("/integrations", web::post().to(make))
        .route("/integrations/{name}", web::get().to(edit))
        .route("/integrations/{name}", web::post().to(change))
        .route("/integrations/{name}/look", web::post().to(look))
        .route("/integrations/{name}/picture", web::post().to(set_picture))
        .route("/integrations/{name}/pause", web::post().to(pause))
        .route("/integrations/{name}/resume", web::post().to(resume))
        .route("/integrations/{name}/remove", web::get().to(ask_remove))
        .route("/integrations/{name}/remove", web::post().to(remove))
        .route("/integrations/{name}/channels", web::get().to(new_channel))
        .route("/integrations/{name}/channels", web::post().to(make_channel))
        .route("/integrations/{name}/channels/{id}", web::get().to(edit_channel))
        .route("/integrations/{name}/channels/{id}", web::post().to(change_channel))
        .route("/integrations/{name}/channels/{id}/remove", web::get().to(ask_remove_channel))
        .route("/integrations/{name}/channels/{id}/remove", web::post().to(remove_channel));
}

/// The form of a new one.
async fn new(visitor: AdminVisitor) -> Answer {
    show(&visitor, None, &Value::Null, Vec::new())
}

/// Makes one.
async fn make(app: AppData, visitor: AdminVisitor, form: Form<Fields>) -> Answer {
    let settings = match read_form(&visitor, &fields::integration(true), &form, &Value::Null, false)? {
        Ok(settings) => settings,
        Err((settings, errors)) => return show(&visitor, None, &settings, errors),
    };
    let mut one = Integration::blank(fields::platform(&settings));
    one.name = settings["name"].as_str().unwrap_or_default().to_owned();
    fields::change(&mut one, &settings);
    if stored::list(&app).await?.iter().any(|known| known.name == one.name) {
        let errors = fields::wrong_field(visitor.words, "name");
        return show(&visitor, None, &settings, errors);
    }
    match set(&app, &visitor, &one).await? {
        Ok(()) => finish(&app, &visitor, "integration.made", &one.name).await,
        Err(errors) => show(&visitor, None, &settings, errors),
    }
}

/// The form of a stored one.
async fn edit(app: AppData, visitor: AdminVisitor, name: web::Path<String>) -> Answer {
    let one = load(&app, &name).await?;
    show(&visitor, Some(&one), &fields::settings_of(&one), Vec::new())
}

/// Changes one.
async fn change(app: AppData, visitor: AdminVisitor, name: web::Path<String>, form: Form<Fields>) -> Answer {
    let mut one = load(&app, &name).await?;
    let before = fields::settings_of(&one);
    let settings = match read_form(&visitor, &fields::integration(false), &form, &before, true)? {
        Ok(settings) => settings,
        Err((settings, errors)) => return show(&visitor, Some(&one), &settings, errors),
    };
    fields::change(&mut one, &settings);
    match set(&app, &visitor, &one).await? {
        Ok(()) => finish(&app, &visitor, "integration.changed", &one.name).await,
        Err(errors) => show(&visitor, Some(&one), &settings, errors),
    }
}

async fn pause(app: AppData, visitor: AdminVisitor, name: web::Path<String>, _form: Form<EmptyForm>) -> Answer {
    set_paused(&app, &visitor, &name, true).await
}

async fn resume(app: AppData, visitor: AdminVisitor, name: web::Path<String>, _form: Form<EmptyForm>) -> Answer {
    set_paused(&app, &visitor, &name, false).await
}

async fn set_paused(app: &PanelContext, visitor: &AdminVisitor, name: &str, paused: bool) -> Answer {
    match stored::pause(app, name, paused, &visitor.by()).await {
        Ok(_) => {
            let action = if paused { "integration.paused" } else { "integration.resumed" };
            finish(app, visitor, action, name).await
        }
        Err(IntegrationRefused::NotThere(_) | IntegrationRefused::InFile(_)) => Err(Error::NotFound),
        Err(error) => Err(anyhow::Error::from(error).into()),
    }
}

/// Asks whether to remove one.
async fn ask_remove(app: AppData, visitor: AdminVisitor, name: web::Path<String>) -> Answer {
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
async fn remove(app: AppData, visitor: AdminVisitor, name: web::Path<String>, _form: Form<EmptyForm>) -> Answer {
    let words = visitor.words;
    match stored::remove(&app, &name, &visitor.by()).await {
        Ok(()) => {
            operators::notify(&app, &visitor, "integration.removed", &name).await?;
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
        groups: fields::grouped(drawn),
        errors,
        pictures_action: one.map(|one| format!("{}/picture", address(&one.name))).unwrap_or_default(),
        pictures: one.map(pictures).unwrap_or_default(),
    };
    form.answer()
}

fn pictures(one: &Integration) -> Vec<PictureRow> {
    let brand = one.brand.clone().unwrap_or_default();
    let row = |(which, picture): (_, Option<Picture>)| PictureRow {
        which,
        data: picture.map(|picture| picture.data()).unwrap_or_default(),
    };
    [("logo", brand.logo), ("icon", brand.icon)].map(row).into()
}

/// Sets or removes a picture of the brand.
async fn set_picture(
    app: AppData,
    visitor: AdminVisitor,
    name: web::Path<String>,
    request: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, actix_web::Error> {
    let mut one = load(&app, &name).await?;
    let form = picture_form::read(&app, &request, body, &visitor.session.csrf, Picture::LARGEST).await?;
    let there = address(&one.name);
    let picture = if form.removes { Ok(None) } else { Picture::uploaded(form.picture).map(Some) };
    let picture = match picture {
        Ok(picture) => picture,
        Err(refused) => {
            let key = match refused {
                PictureRefused::Large => "admin-brand-picture-large",
                PictureRefused::Kind => "admin-brand-picture-kind",
                PictureRefused::Active => "admin-brand-picture-active",
            };
            let text = visitor.words.text(key).with("kb", Picture::LARGEST / 1_000);
            return Ok(visitor.see_other(&app, &there, Notice::failed(text)).await?);
        }
    };
    let mut brand = one.brand.take().unwrap_or_default();
    match form.which.as_str() {
        "logo" => brand.logo = picture,
        "icon" => brand.icon = picture,
        _ => return Err(Error::NotFound.into()),
    }
    one.brand = (brand != BrandConfig::default()).then_some(brand);
    match set(&app, &visitor, &one).await? {
        Ok(()) => {
            operators::notify(&app, &visitor, "integration.changed", &one.name).await.map_err(Error::from)?;
            Ok(visitor.see_other(&app, &there, Notice::done(visitor.words.text("common-saved"))).await?)
        }
        Err(errors) => Ok(show(&visitor, Some(&one), &fields::settings_of(&one), errors)?),
    }
}

impl FormPage {
    fn answer(mut self) -> Answer {
        let status = if self.errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        self.page.not_taken = !self.errors.is_empty();
        html_as(status, &self.page.clone(), &self)
    }
}

/// The settings of a form, or what was typed with its errors.
fn read_form(
    visitor: &AdminVisitor,
    fields: &[Field],
    form: &Fields,
    before: &Value,
    stored_secrets: bool,
) -> Result<Result<Value, (Value, FieldErrors)>> {
    let names: Vec<String> = fields.iter().map(name_of).collect();
    form.allow_only(&names.iter().map(String::as_str).collect::<Vec<_>>())?;
    Ok(read(visitor.words, fields, form, before, stored_secrets))
}

/// Stores an integration whose addresses the configuration file allows; the errors of what was typed.
async fn set(app: &PanelContext, visitor: &AdminVisitor, one: &Integration) -> Result<Result<(), FieldErrors>> {
    let before = load(app, &one.name).await.ok();
    // What is no address at all is refused when it is stored.
    let is_read = Integration::from_toml(one.to_toml().expose_secret(), Some(&app.config.plan_list.get())).is_ok();
    if is_read && let Some(field) = refused_address(&app.config, &app.integrations.of_file(), before.as_ref(), one) {
        return Ok(Err(fields::wrong_elsewhere(visitor.words, field)));
    }
    match stored::set(app, one.to_toml().expose_secret(), &visitor.by()).await {
        Ok(_) => Ok(Ok(())),
        Err(refused) => {
            let errors = fields::errors_of(visitor.words, refused).map_err(anyhow::Error::from)?;
            Ok(Err(errors))
        }
    }
}

/// Notifies all operators of the change.
async fn finish(app: &PanelContext, visitor: &AdminVisitor, action: &'static str, name: &str) -> Answer {
    operators::notify(app, visitor, action, name).await?;
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

/// The form of a new one.
pub async fn new_channel(app: AppData, visitor: AdminVisitor, name: web::Path<String>) -> Answer {
    let one = load(&app, &name).await?;
    show_channel(&visitor, &one, None, &fields::channel_settings(&Channel::blank()), Vec::new())
}

/// Adds one.
pub async fn make_channel(app: AppData, visitor: AdminVisitor, name: web::Path<String>, form: Form<Fields>) -> Answer {
    let mut one = load(&app, &name).await?;
    one.channels.push(Channel::blank());
    let place = one.channels.len() - 1;
    keep_channel(&app, &visitor, one, place, true, &form).await
}

/// The form of one.
pub async fn edit_channel(app: AppData, visitor: AdminVisitor, path: web::Path<(String, String)>) -> Answer {
    let (one, place) = find_channel(&app, &path).await?;
    let channel = &one.channels[place];
    show_channel(&visitor, &one, Some(channel), &fields::channel_settings(channel), Vec::new())
}

/// Changes one.
pub async fn change_channel(
    app: AppData,
    visitor: AdminVisitor,
    path: web::Path<(String, String)>,
    form: Form<Fields>,
) -> Answer {
    let (one, place) = find_channel(&app, &path).await?;
    keep_channel(&app, &visitor, one, place, false, &form).await
}

/// Asks whether to remove one.
pub async fn ask_remove_channel(app: AppData, visitor: AdminVisitor, path: web::Path<(String, String)>) -> Answer {
    let (one, place) = find_channel(&app, &path).await?;
    let (words, channel) = (visitor.words, &one.channels[place]);
    let title = words.text("admin-channel-remove-question").with("title", channel.title.as_str());
    let page = visitor.page(title, HERE);
    let says = words.text("admin-channel-remove-says").with("count", connected(&app, channel).await?);
    let action = format!("{}/channels/{}/remove", address(&one.name), channel.id);
    html(&page, &removal(&page, says, action))
}

/// Removes one.
pub async fn remove_channel(
    app: AppData,
    visitor: AdminVisitor,
    path: web::Path<(String, String)>,
    _form: Form<EmptyForm>,
) -> Answer {
    let (mut one, place) = find_channel(&app, &path).await?;
    one.channels.remove(place);
    match set(&app, &visitor, &one).await? {
        Ok(()) => finish(&app, &visitor, "integration.changed", &one.name).await,
        Err(errors) => show(&visitor, Some(&one), &fields::settings_of(&one), errors),
    }
}

/// Stores the integration with what the form says of the channel at this place.
async fn keep_channel(
    app: &PanelContext,
    visitor: &AdminVisitor,
    mut one: Integration,
    place: usize,
    is_new: bool,
    form: &Fields,
) -> Answer {
    let before = one.channels[place].clone();
    let known = (!is_new).then_some(&before);
    let settings = match read_form(visitor, &CHANNEL, form, &fields::channel_settings(&before), !is_new)? {
        Ok(settings) => fields::with_connectors(settings, form),
        Err((settings, errors)) => {
            let settings = fields::with_connectors(settings, form);
            return show_channel(visitor, &one, known, &settings, errors);
        }
    };
    if let Err(name) = fields::change_channel(&mut one.channels[place], &settings) {
        return show_channel(visitor, &one, known, &settings, fields::wrong_field(visitor.words, name));
    }
    match set(app, visitor, &one).await? {
        Ok(()) => finish(app, visitor, "integration.changed", &one.name).await,
        Err(errors) => show_channel(visitor, &one, known, &settings, errors),
    }
}

fn show_channel(
    visitor: &AdminVisitor,
    one: &Integration,
    known: Option<&Channel>,
    settings: &Value,
    errors: FieldErrors,
) -> Answer {
    let words = visitor.words;
    let title = match known {
        Some(channel) => words.text("admin-channel").with("title", channel.title.as_str()),
        None => words.text("admin-channel-new").with("name", one.name.as_str()),
    };
    let mut drawn = draw(words, &CHANNEL, settings, known.map(fields::channel_ends).as_ref(), &errors);
    fields::offer_connectors(words, &mut drawn, settings);
    fields::leave_out_previous(&mut drawn, known.map(|channel| channel.previous_secret.is_some()));
    let channels = format!("{}/channels", address(&one.name));
    let path = known.map(|channel| format!("{channels}/{}", channel.id));
    let form = FormPage {
        page: visitor.page(title, HERE),
        remove: path.as_ref().map(|path| format!("{path}/remove")).unwrap_or_default(),
        action: path.unwrap_or(channels),
        says: None,
        groups: fields::grouped(drawn),
        errors,
        pictures_action: String::new(),
        pictures: Vec::new(),
    };
    form.answer()
}

async fn find_channel(app: &PanelContext, (name, id): &(String, String)) -> Result<(Integration, usize)> {
    let one = load(app, name).await?;
    let place = one.channels.iter().position(|channel| channel.id == *id).ok_or(Error::NotFound)?;
    Ok((one, place))
}

/// The field with an address that is neither the platform's, nor one of the file's integrations, nor listed in
/// `network.integration_addresses`, nor this integration's already.
pub fn refused_address(
    config: &Config,
    file: &[impl AsRef<Integration>],
    before: Option<&Integration>,
    now: &Integration,
) -> Option<&'static str> {
    let listed = &config.network.integration_addresses;
    let usual = Integration::blank(now.platform);
    let known: Vec<&Integration> = file.iter().map(AsRef::as_ref).chain(before).chain([&usual]).collect();
    let is_listed = |address: &Url| listed.iter().any(|one| one.origin() == address.origin());
    let is_known = |same: &dyn Fn(&Integration) -> bool| known.iter().any(|one| same(one));
    // In the host part the placeholder would let the host of a listed address be completed to any other.
    let account = Url::parse(&now.account_url.replace("{host}", "host")).ok();
    let may_suffix = |suffix: &String| {
        is_known(&|one| one.account_hosts.contains(suffix))
            || listed.iter().any(|one| one.host_str() == Some(suffix.as_str()))
    };
    [
        ("account_hosts", now.account_hosts.iter().all(may_suffix)),
        ("consent_url", is_known(&|one| one.consent_url == now.consent_url) || is_listed(&now.consent_url)),
        ("account_url", is_known(&|one| one.account_url == now.account_url) || account.as_ref().is_some_and(is_listed)),
        ("amojo_url", is_known(&|one| one.amojo_url == now.amojo_url) || is_listed(&now.amojo_url)),
    ]
    .into_iter()
    .find_map(|(field, may)| (!may).then_some(field))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use base::config::Platform;

    use super::*;

    fn with(change: impl FnOnce(&mut Integration)) -> Integration {
        let mut one = Integration::blank(Platform::Amocrm);
        change(&mut one);
        one
    }

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    #[test]
    fn only_addresses_of_the_platform_and_the_file_are_taken() {
        let listed = "[network]\nintegration_addresses = [\"https://proxy.example\", \"http://127.0.0.1:9100\"]";
        let config = Config::from_toml(listed).unwrap();
        let file = [Arc::new(with(|one| one.amojo_url = url("https://amojo.file.example")))];
        let refused = |one: &Integration| refused_address(&config, &file, None, one);
        for fine in [
            with(|_| {}),
            with(|one| one.amojo_url = url("https://amojo.file.example")),
            with(|one| one.account_url = "https://proxy.example/accounts/{host}".to_owned()),
            with(|one| one.consent_url = url("http://127.0.0.1:9100/oauth")),
            with(|one| one.account_hosts = vec!["amocrm.ru".to_owned(), "proxy.example".to_owned()]),
        ] {
            assert_eq!(refused(&fine), None);
        }
        for (field, one) in [
            ("amojo_url", with(|one| one.amojo_url = url("https://evil.example"))),
            ("amojo_url", with(|one| one.amojo_url = url("http://proxy.example"))),
            ("amojo_url", with(|one| one.amojo_url = url("https://proxy.example:8443"))),
            ("consent_url", with(|one| one.consent_url = url("https://evil.example/oauth"))),
            ("account_url", with(|one| one.account_url = "https://{host}.evil.example".to_owned())),
            ("account_url", with(|one| one.account_url = "https://evil.example/{host}".to_owned())),
            ("account_url", with(|one| one.account_url = "http://{host}".to_owned())),
            ("account_url", with(|one| one.account_url = "https://proxy.example@{host}".to_owned())),
            ("account_hosts", with(|one| one.account_hosts = vec!["evil.example".to_owned()])),
            ("account_hosts", with(|one| one.account_hosts = vec!["ru".to_owned()])),
        ] {
            assert_eq!(refused(&one), Some(field), "{}", one.account_url);
        }
        // What was stored from the command line stays when an operator changes something else.
        let stored = with(|one| one.amojo_url = url("https://elsewhere.example"));
        assert_eq!(refused_address(&config, &file, Some(&stored), &stored), None);
    }
}
