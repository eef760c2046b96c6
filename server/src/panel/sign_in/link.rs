//! One-time links: asked for by e-mail, mailed or handed over as invitations. Opening one shows a button, for mail
//! programs open links by themselves.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::into::{DOOR, Proof, named};
use super::{password, second};
use crate::app::App;
use crate::audit::{self, Actor, Deed};
use crate::error::{Error, Result};
use crate::panel::html::{all_ancestors, html, html_as};
use crate::panel::{Notice, OpenForm, PageContext};
use crate::people::door::Door;
use crate::people::link::{self, Link, Purpose};
use crate::people::mail::{self, Letter};
use crate::people::{door, member, person, throttle};
use crate::store::ended;
use crate::tenant;
use crate::words::{Language, Words};

/// Where somebody goes on who had to sign in for an invitation.
pub(super) const INVITATION: &str = "/panel/invitation";

#[derive(Template)]
#[template(path = "panel/link.html")]
struct Open {
    page: PageContext,
    token: String,
    /// What the button opens, in words.
    text: String,
    button: String,
}

#[derive(Template)]
#[template(path = "panel/link_used.html")]
struct Used {
    page: PageContext,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    email: String,
    to: String,
}

#[derive(Deserialize)]
pub(super) struct Opened {
    #[serde(default)]
    token: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Taken {
    token: String,
}

/// `POST /panel/sign-in/link`: the same answer for every e-mail.
pub(super) async fn ask(app: web::Data<App>, request: HttpRequest, form: OpenForm<Asked>) -> Result<HttpResponse> {
    let page = PageContext::outside(&app, &request, "sign-in-title");
    let to = super::into::safe(&form.to);
    if let Err(wait) = throttle::login(&app, "link", &form.email, door::address(&request, &app)).await? {
        return password::too_many(&app, page, &form.email, to, wait);
    }
    if !person::is_email(&form.email) {
        let wrong = Notice::failed(page.words.say("form-not-email"));
        let page = page.with_notice(wrong).with_error();
        return password::form(&app, StatusCode::UNPROCESSABLE_ENTITY, page, &form.email, to);
    }
    // Apart from the answer, so that it takes the same time.
    let (background, email) = (app.clone().into_inner(), form.email.trim().to_owned());
    tokio::spawn(async move {
        if let Err(error) = send(&background, &email).await {
            tracing::error!(error = format!("{error:#}"), "a sign-in link was not sent");
        }
    });
    let sent = Notice::done(page.words.say("sign-in-link-sent").with("email", form.email.trim()));
    password::form(&app, StatusCode::OK, page.with_notice(sent), &form.email, to)
}

async fn send(app: &App, email: &str) -> anyhow::Result<()> {
    let person = person::by_email(app, app.store.read(), email).await?;
    let Some(person) = person.filter(|person| person.disabled_at.is_none() && mail::is_on(app)) else { return Ok(()) };
    let link = Link { person_id: person.id, purpose: Purpose::SignIn, tenant_id: None, mailed: true };
    let token = link::issue(app, app.store.write(), link).await?;
    let words = Words::new(Language::of_code(&person.language).unwrap_or(Language::En));
    let address = link::address(app, Purpose::SignIn, &token);
    let text = words.say("mail-link-body").with("link", address).with("server", app.public_url()).to_string();
    let subject = words.say("mail-link-subject").to_string();
    mail::send(app, Letter { to: person.email, subject, text }).await
}

/// `GET /panel/link?token=…`
pub(super) async fn show(app: web::Data<App>, request: HttpRequest, asked: web::Query<Opened>) -> Result<HttpResponse> {
    let link = link::look(&app, &asked.token).await?.filter(|link| is_ours(link.purpose));
    let Some(link) = link else { return used(&app, &request) };
    let tenant = match link.tenant_id {
        Some(tenant_id) => tenant::load(app.store.read(), tenant_id).await?,
        None => None,
    };
    let page = PageContext::outside(&app, &request, "sign-in-link-title");
    let words = page.words;
    let text = match &tenant {
        Some(tenant) => words.say("sign-in-link-account").with("account", tenant.host.as_str()).to_string(),
        None => words.say("sign-in-link-open").to_string(),
    };
    let button = words.say("sign-in-button").to_string();
    html(&page, &Open { page: page.clone(), token: asked.token.clone(), text, button })
}

/// `POST /panel/link`
pub(super) async fn take(app: web::Data<App>, request: HttpRequest, form: OpenForm<Taken>) -> Result<HttpResponse> {
    let found = link::look(&app, &form.token).await?.filter(|link| is_ours(link.purpose));
    let Some(found) = found else { return used(&app, &request) };
    let person = person::by_id(app.store.read(), found.person_id).await?;
    let Some(person) = person.filter(|person| person.disabled_at.is_none()) else { return used(&app, &request) };
    if link::take(&app, &form.token).await?.is_none() {
        return used(&app, &request);
    }
    if found.purpose == Purpose::Invitation
        && let Some(tenant_id) = found.tenant_id
    {
        // Handed over to an address that somebody signs in by already: they must show that it is them.
        if !found.mailed && person.password_hash.is_some() {
            let token = link::issue(&app, app.store.write(), found).await?;
            return ask_password(&app, &request, &person.email, &token);
        }
        if !accept(&app, &request, tenant_id, &person).await? {
            return used(&app, &request);
        }
    }
    let has_password = person.password_hash.is_some();
    let to = if has_password { "/panel" } else { "/panel/me" }.to_owned();
    let proof = Proof { via: if found.mailed { "link" } else { "handed" }, tenant_id: found.tenant_id, to };
    throttle::forgive(&app, DOOR, &person.email).await?;
    second::or_into(&app, &request, &person, &proof).await
}

/// `GET /panel/invitation?token=…`: for whoever has just shown by a password that the invitation is theirs.
pub(super) async fn invitation(
    app: web::Data<App>,
    request: HttpRequest,
    asked: web::Query<Opened>,
) -> Result<HttpResponse> {
    let session = door::session(&request, Door::Panel).await?;
    let person_id = session.as_ref().filter(|session| session.via == "password").and_then(|session| session.person_id);
    let found = link::look(&app, &asked.token).await?;
    let fits = |link: &Link| link.purpose == Purpose::Invitation && Some(link.person_id) == person_id;
    let Some((found, tenant_id)) = found.filter(fits).and_then(|link| Some((link, link.tenant_id?))) else {
        return used(&app, &request);
    };
    let person = person::by_id(app.store.read(), found.person_id).await?.ok_or(Error::NotFound)?;
    if link::take(&app, &asked.token).await?.is_none() || !accept(&app, &request, tenant_id, &person).await? {
        return used(&app, &request);
    }
    super::into::open(&app, &request, &person, tenant_id, "password", "/panel").await
}

/// Makes the invited a member.
pub(super) async fn accept(
    app: &App,
    request: &HttpRequest,
    tenant_id: uuid::Uuid,
    person: &entity::person::Model,
) -> Result<bool> {
    let actor = Actor::Member { person_id: person.id, name: named(person) };
    let tx = app.store.write_tx().await?;
    let done = async {
        let accepted = member::accept(app, &tx, tenant_id, person.id).await?;
        if accepted {
            let (object, detail) = (person.id.to_string(), serde_json::json!({}));
            let address = door::address(request, app);
            let deed = Deed {
                tenant_id,
                actor: &actor,
                action: "member.joined",
                object: &object,
                detail,
                address,
                done: true,
            };
            audit::record(app, &tx, deed).await?;
        }
        Ok::<_, sea_orm::DbErr>(accepted)
    };
    let done = done.await;
    Ok(ended(tx, done).await?)
}

fn ask_password(app: &App, request: &HttpRequest, email: &str, token: &str) -> Result<HttpResponse> {
    let page = PageContext::outside(app, request, "sign-in-title");
    let asks = Notice::of(crate::panel::Tone::Wait, page.words.say("sign-in-invited"));
    // The invitation is taken again once somebody is signed in.
    let to = format!("{INVITATION}?token={token}");
    password::form(app, StatusCode::OK, page.with_notice(asks), email, &to)
}

/// The page of a link or ticket that opens nothing any more.
pub(super) fn used(app: &App, request: &HttpRequest) -> Result<HttpResponse> {
    let page = PageContext::outside(app, request, "sign-in-link-used-title").within(all_ancestors(app));
    html_as(StatusCode::GONE, &page, &Used { page: page.clone() })
}

fn is_ours(purpose: Purpose) -> bool {
    matches!(purpose, Purpose::SignIn | Purpose::Invitation | Purpose::Handed)
}
