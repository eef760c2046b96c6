//! The second step: the code of an authenticator, for those who enrolled one.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use entity::person;
use serde::Deserialize;

use super::into::{Proof, into, safe};
use super::link::used;
use crate::app::App;
use crate::error::Result;
use crate::panel::html::html_as;
use crate::panel::{Notice, OpenForm, PageContext};
use crate::people::link::{self, Link, Purpose};
use crate::people::{door, person as persons, throttle, totp};

#[derive(Template)]
#[template(path = "panel/code.html")]
struct Code {
    page: PageContext,
    pending: String,
    to: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Typed {
    code: String,
    pending: String,
    to: String,
}

/// Asks for the code if there is an authenticator, else lets in.
pub(super) async fn or_into(
    app: &App,
    request: &HttpRequest,
    person: &person::Model,
    proof: &Proof,
) -> Result<HttpResponse> {
    if person.totp_secret.is_none() {
        return into(app, request, person, proof).await;
    }
    let link = Link {
        person_id: person.id,
        purpose: Purpose::SecondStep,
        tenant_id: proof.tenant_id,
        mailed: proof.via != "handed",
    };
    let pending = link::issue(app, app.store.write(), link).await?;
    show(StatusCode::OK, PageContext::outside(app, request, "sign-in-code-title"), pending, &proof.to)
}

fn show(status: StatusCode, page: PageContext, pending: String, to: &str) -> Result<HttpResponse> {
    html_as(status, &page, &Code { page: page.clone(), pending, to: to.to_owned() })
}

/// `POST /panel/sign-in/code`
pub(super) async fn check(app: web::Data<App>, request: HttpRequest, form: OpenForm<Typed>) -> Result<HttpResponse> {
    let page = PageContext::outside(&app, &request, "sign-in-code-title");
    let pending = link::look(&app, &form.pending).await?.filter(|link| link.purpose == Purpose::SecondStep);
    let Some(pending) = pending else { return used(&app, &request) };
    let person_id = pending.person_id.to_string();
    if let Err(wait) = throttle::login(&app, "code", &person_id, door::address(&request, &app)).await? {
        let said = page.words.say("sign-in-wait").with("seconds", wait.seconds);
        let page = page.with_notice(Notice::failed(said)).with_error();
        return show(StatusCode::TOO_MANY_REQUESTS, page, form.pending.clone(), safe(&form.to));
    }
    let person = persons::by_id(app.store.read(), pending.person_id).await?;
    let Some(person) = person.filter(|person| person.disabled_at.is_none()) else { return used(&app, &request) };
    if !totp::check(&app, &person, &form.code).await? {
        let wrong = Notice::failed(page.words.say("sign-in-code-wrong"));
        let page = page.with_notice(wrong).with_error();
        return show(StatusCode::UNAUTHORIZED, page, form.pending.clone(), safe(&form.to));
    }
    if link::take(&app, &form.pending).await?.is_none() {
        return used(&app, &request);
    }
    throttle::forgive(&app, "code", &person_id).await?;
    let via = if pending.mailed { "password" } else { "handed" };
    let proof = Proof { via, tenant_id: pending.tenant_id, to: safe(&form.to).to_owned() };
    into(&app, &request, &person, &proof).await
}
