//! `/panel/sign-in`: e-mail and password. All failures have the same response and response time.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, web};
use askama::Template;
use base::store::VENDOR;
use domain::identity::realm::{self, Realm};
use domain::identity::throttle::{AttemptOrigin, Wait};
use domain::identity::{mail, password, person, throttle};
use secrecy::SecretString;
use serde::Deserialize;

use super::into::{DOOR, SignInProof, safe};
use super::second;
use crate::panel::PanelContext;
use crate::panel::html::{html, html_as};
use crate::panel::to;
use crate::panel::{Answer, AppData, Notice, OpenForm, PageContext, Tone};

#[derive(Template)]
#[template(path = "panel/sign_in.html")]
struct SignInPage {
    page: PageContext,
    email: String,
    to: String,
    /// Whether links can be requested by e-mail.
    by_mail: bool,
}

#[derive(Template)]
#[template(path = "panel/framed.html")]
struct Framed {
    page: PageContext,
    /// Address for the new tab.
    href: String,
}

#[derive(Deserialize)]
pub(super) struct SignInQuery {
    to: Option<String>,
    ended: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SignInForm {
    email: String,
    password: SecretString,
    to: String,
}

/// `GET /panel/sign-in`
pub(super) async fn show(app: AppData, request: HttpRequest, asked: web::Query<SignInQuery>) -> Answer {
    let place = safe(asked.to.as_deref().unwrap_or_default());
    if realm::is_framed(&request) {
        return framed(&app, &request, "/panel/sign-in");
    }
    if let Some(session) = realm::session(&request, Realm::Panel).await? {
        return Ok(to(if session.tenant_id == VENDOR { "/panel/choose" } else { place }));
    }
    let mut page = PageContext::outside(&app, &request, "sign-in-title");
    if asked.ended.is_some() {
        let hours = domain::identity::session::SessionKind::Panel.idle() / 3_600_000;
        let ended = page.words.text("session-ended").with("hours", hours);
        page = page.with_notice(Notice::of(Tone::Wait, ended));
    }
    form(&app, StatusCode::OK, page, "", place)
}

/// For a frame in which the browser stores none of our cookies: continues in a tab.
pub(super) fn framed(app: &PanelContext, request: &HttpRequest, href: &str) -> Answer {
    let page = PageContext::outside(app, request, "sign-in-framed-title").within(app.integrations.ancestors());
    html(&page, &Framed { page: page.clone(), href: href.to_owned() })
}

pub(super) fn form(app: &PanelContext, status: StatusCode, page: PageContext, email: &str, to: &str) -> Answer {
    let sign_in = SignInPage {
        page: page.clone(),
        email: email.to_owned(),
        to: to.to_owned(),
        by_mail: mail::is_on(&app.identity),
    };
    html_as(status, &page, &sign_in)
}

/// Shows the form again, with what to do after too many attempts.
pub(super) fn too_many(app: &PanelContext, page: PageContext, email: &str, to: &str, wait: Wait) -> Answer {
    self::wait(app, page, email, to, ("sign-in-wait", wait))
}

/// [`too_many`] with another text, which gets `seconds` and `minutes`.
pub(super) fn wait(
    app: &PanelContext,
    page: PageContext,
    email: &str,
    to: &str,
    (key, wait): (&'static str, Wait),
) -> Answer {
    let said = page.words.text(key).with("seconds", wait.seconds).with("minutes", wait.minutes());
    let page = page.with_notice(Notice::failed(said)).with_error();
    let mut answer = form(app, StatusCode::TOO_MANY_REQUESTS, page, email, to)?;
    answer.headers_mut().insert(header::RETRY_AFTER, wait.seconds.into());
    Ok(answer)
}

/// `POST /panel/sign-in`
pub(super) async fn check(app: AppData, request: HttpRequest, form: OpenForm<SignInForm>) -> Answer {
    let page = PageContext::outside(&app, &request, "sign-in-title");
    let place = safe(&form.to);
    let origin = AttemptOrigin::of(&request, &app.identity);
    if let Err(wait) = throttle::login(&app.identity, DOOR, &form.email, origin.clone()).await? {
        return too_many(&app, page, &form.email, place, wait);
    }
    let found = person::by_email(&app.identity, app.store.read(), &form.email).await?;
    // A password set through an account's link is valid for that account only.
    let counts = |person: &entity::person::Model| person.proved_at.is_some() || person.set_in.is_some();
    let found = found.filter(|person| person.disabled_at.is_none() && counts(person));
    let stored = found.as_ref().and_then(|person| person.password_hash.as_deref());
    let right = password::check(&app.identity, form.password.clone(), stored).await?;
    let Some(person) = found.filter(|_| right) else {
        throttle::sign_in_refused(&app.identity, DOOR, &form.email, "password", &origin);
        let wrong = Notice::failed(page.words.text("sign-in-wrong"));
        return self::form(&app, StatusCode::UNAUTHORIZED, page.with_notice(wrong).with_error(), &form.email, place);
    };
    throttle::forgive(&app.identity, DOOR, &form.email, origin).await?;
    let tenant_id = person.set_in.filter(|_| person.proved_at.is_none());
    let (via, to) = ("password".to_owned(), place.to_owned());
    let proof = SignInProof { via, tenant_id, invitation: false, session: None, to };
    second::or_into(&app, &request, &person, &proof).await
}
