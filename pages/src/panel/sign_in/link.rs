//! One-time links: requested by e-mail, or sent or handed over as invitations. Opening one shows a button, because mail
//! programs open links automatically.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web};
use askama::Template;
use base::error::{Error, Result};
use base::store::finish_tx;
use domain::brand;
use domain::identity::link::{self, Purpose, SignInLink};
use domain::identity::mail::{self, Email};
use domain::identity::throttle::AttemptOrigin;
use domain::identity::{credentials, email_limits, member, person as persons, throttle};
use domain::tenant;
use entity::person;
use serde::Deserialize;

use super::into::{DOOR, SignInProof};
use super::{invitation, password, second};
use crate::panel::PanelContext;
use crate::panel::html::{html, html_as};
use crate::panel::{Answer, AppData, Notice, OpenForm, PageContext};

/// A page with one button: the token is used only when its form is submitted, not when the address is opened.
#[derive(Template)]
#[template(path = "panel/link.html")]
pub(super) struct OpenLinkPage {
    page: PageContext,
    /// The form's address, and the name of the field with the token.
    action: &'static str,
    field: &'static str,
    token: String,
    /// The explanation of what the button opens.
    text: String,
    button: String,
}

impl OpenLinkPage {
    fn of_link(page: PageContext, token: String, text: String) -> Self {
        Self::new(page, ("/panel/link", "token"), token, text, "sign-in-button")
    }

    pub(super) fn new(
        page: PageContext,
        (action, field): (&'static str, &'static str),
        token: String,
        text: String,
        button: &'static str,
    ) -> Self {
        let button = page.words.text(button).to_string();
        Self { page, action, field, token, text, button }
    }

    pub(super) fn shown(&self) -> Answer {
        html(&self.page, self)
    }
}

#[derive(Template)]
#[template(path = "panel/link_used.html")]
struct UsedLinkPage {
    page: PageContext,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LinkRequestForm {
    email: String,
    to: String,
}

#[derive(Deserialize)]
pub(super) struct LinkTokenQuery {
    #[serde(default)]
    pub token: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LinkTokenForm {
    pub token: String,
}

/// `POST /panel/sign-in/link`: answers the same for every e-mail.
pub(super) async fn ask(app: AppData, request: HttpRequest, form: OpenForm<LinkRequestForm>) -> Answer {
    let page = PageContext::outside(&app, &request, "sign-in-title");
    let to = super::into::safe(&form.to);
    let origin = AttemptOrigin::of(&request, &app.identity);
    if let Err(wait) = throttle::login(&app.identity, "link", &form.email, origin.clone()).await? {
        return password::too_many(&app, page, &form.email, to, wait);
    }
    if !persons::is_email(&form.email) {
        let wrong = Notice::failed(page.words.text("form-not-email"));
        let page = page.with_notice(wrong).with_error();
        return password::form(&app, StatusCode::UNPROCESSABLE_ENTITY, page, &form.email, to);
    }
    if let Err(wait) = email_limits::link(&app.identity, DOOR, &form.email, &origin).await? {
        return password::wait(&app, page, &form.email, to, ("sign-in-link-wait", wait));
    }
    // In the background, so that the response time does not reveal whether the address is known.
    let (background, email) = (app.clone().into_inner(), form.email.trim().to_owned());
    base::supervisor::detach("sign_in_link", async move {
        if let Err(error) = send(&background, &email).await {
            tracing::error!(error = format!("{error:#}"), "a sign-in link could not be sent");
        }
    });
    let sent = Notice::done(page.words.text("sign-in-link-sent").with("email", form.email.trim()));
    password::form(&app, StatusCode::OK, page.with_notice(sent), &form.email, to)
}

async fn send(app: &PanelContext, email: &str) -> anyhow::Result<()> {
    let person = persons::by_email(&app.identity, app.store.read(), email).await?;
    let Some(person) = person.filter(|person| person.disabled_at.is_none() && mail::is_on(&app.identity)) else {
        return Ok(());
    };
    let link = SignInLink { person_id: person.id, purpose: Purpose::SignIn, tenant_id: None, mailed: true };
    let token = link::issue(&app.identity, app.store.write(), link).await?;
    let words = member::words_of(&app.identity, &person).await?;
    let address = link::address(&app.identity, Purpose::SignIn, &token);
    let text = words.text("mail-link-body").with("link", address).with("server", app.public_url()).to_string();
    let subject = words.text("mail-link-subject").to_string();
    mail::send(&app.identity, Email { to: person.email, subject, text, sender: words.brand() }).await
}

/// `GET /panel/link?token=…`
pub(super) async fn show(app: AppData, request: HttpRequest, asked: web::Query<LinkTokenQuery>) -> Answer {
    let link = link::look(&app.identity, &asked.token).await?.filter(|link| is_ours(link.purpose));
    let Some(link) = link else { return refuse(&app, &request, &asked.token) };
    let tenant = match link.tenant_id {
        Some(tenant_id) => tenant::load(app.store.read(), tenant_id).await?,
        None => None,
    };
    let page = PageContext::outside(&app, &request, "sign-in-link-title");
    let accounts = match &tenant {
        Some(tenant) => vec![tenant.integration.clone()],
        None => {
            member::accounts(&app.identity, link.person_id).await?.into_iter().map(|(one, _)| one.integration).collect()
        }
    };
    let page = page.of_brand(&app, brand::common(&app.integrations, accounts).as_deref());
    let words = page.words;
    let text = match &tenant {
        Some(tenant) => words.text("sign-in-link-account").with("account", tenant.host.as_str()).to_string(),
        None => words.text("sign-in-link-open").to_string(),
    };
    OpenLinkPage::of_link(page, asked.token.clone(), text).shown()
}

/// `POST /panel/link`
pub(super) async fn take(app: AppData, request: HttpRequest, form: OpenForm<LinkTokenForm>) -> Answer {
    let found = link::look(&app.identity, &form.token).await?.filter(|link| is_ours(link.purpose));
    let Some(found) = found else { return refuse(&app, &request, &form.token) };
    let person = persons::by_id(app.store.read(), found.person_id).await?;
    let Some(person) = person.filter(|person| person.disabled_at.is_none()) else { return used(&app, &request) };
    if link::take(&app.identity, &form.token).await?.is_none() {
        return used(&app, &request);
    }
    let person = if found.mailed { proved(&app, person).await? } else { person };
    // The link was handed over to a person who has proved the address and has a password: they must enter it. Without
    // that proof the password may have been set by the holder of another account's link, and proves nothing.
    let known = person.proved_at.is_some() && person.password_hash.is_some();
    if found.purpose == Purpose::Invitation && !found.mailed && known {
        let token = link::issue(&app.identity, app.store.write(), found).await?;
        return ask_password(&app, &request, &person.email, &token);
    }
    let invitation = found.purpose == Purpose::Invitation;
    // Credentials that are valid elsewhere are removed when the account is joined: then a password has to be set.
    let stays = found.tenant_id.is_none_or(|tenant_id| !invitation || credentials::count_in(&person, tenant_id));
    let to = if person.password_hash.is_some() && stays { "/panel" } else { "/panel/me" }.to_owned();
    let proof = SignInProof {
        via: if found.mailed { "link" } else { "handed" }.to_owned(),
        tenant_id: found.tenant_id,
        invitation,
        session: None,
        to,
    };
    throttle::forgive(&app.identity, DOOR, &person.email, AttemptOrigin::of(&request, &app.identity)).await?;
    second::or_into(&app, &request, &person, &proof).await
}

/// A link opened from the person's own mailbox. The first such proof removes all credentials that others may have set.
async fn proved(app: &PanelContext, person: person::Model) -> Result<person::Model> {
    let tx = app.store.write_tx().await?;
    let first = credentials::prove(&app.identity, &tx, &person).await;
    if finish_tx(tx, first).await? {
        tracing::info!(person.id = %person.id, "an e-mail was verified; the earlier password, authenticator and sessions were revoked");
    }
    persons::by_id(app.store.read(), person.id).await?.ok_or(Error::NotFound)
}

fn ask_password(app: &PanelContext, request: &HttpRequest, email: &str, token: &str) -> Answer {
    let page = PageContext::outside(app, request, "sign-in-title");
    let asks = Notice::of(crate::panel::Tone::Wait, page.words.text("sign-in-invited"));
    // The invitation is accepted after the sign-in.
    let to = format!("{}?token={token}", invitation::PATH);
    password::form(app, StatusCode::OK, page.with_notice(asks), email, &to)
}

/// The page of a link or ticket that is no longer valid, recorded in the audit log.
pub(super) fn refuse(app: &PanelContext, request: &HttpRequest, token: &str) -> Answer {
    throttle::token_refused(
        &app.identity,
        "member.signed_in",
        "link_or_ticket",
        token,
        &AttemptOrigin::of(request, &app.identity),
    );
    used(app, request)
}

/// The page of a link or ticket that is no longer valid.
pub(super) fn used(app: &PanelContext, request: &HttpRequest) -> Answer {
    let page = PageContext::outside(app, request, "sign-in-link-used-title").within(app.integrations.ancestors());
    html_as(StatusCode::GONE, &page, &UsedLinkPage { page: page.clone() })
}

fn is_ours(purpose: Purpose) -> bool {
    matches!(purpose, Purpose::SignIn | Purpose::Invitation | Purpose::Handed)
}
