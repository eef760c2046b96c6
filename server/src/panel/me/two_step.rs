//! The second step: enrol an authenticator, take it off again.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use serde_json::json;

use super::{person_of, trusted};
use crate::app::App;
use crate::error::{Error, Result};
use crate::panel::{Form, Member, Nav, Notice, PageContext, html_as};
use crate::people::{throttle, totp};

/// The name of the secret in the session until its first code.
const PENDING: &str = "two_step";

#[derive(Template)]
#[template(path = "panel/two_step.html")]
struct Enrol {
    page: PageContext,
    secret: String,
    /// An `<svg>` of ours.
    picture: String,
    wrong: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Typed {
    code: String,
}

/// `GET /panel/me/two-step`
pub(super) async fn show(app: web::Data<App>, member: Member) -> Result<HttpResponse> {
    with(&app, &member, StatusCode::OK, String::new()).await
}

async fn with(app: &App, member: &Member, status: StatusCode, wrong: String) -> Result<HttpResponse> {
    let person = person_of(app, member).await?;
    if !trusted(app, member, &person).await? || person.totp_secret.is_some() {
        return Err(Error::NotFound);
    }
    let enrolment = match member.data::<String>(app, PENDING) {
        Some(secret) => totp::enrolment(&person, &secret)?,
        None => {
            let enrolment = totp::begin(&person)?;
            member.set_data(app, PENDING, Some(&enrolment.secret)).await?;
            enrolment
        }
    };
    let mut page = member.page("team-two-step", Nav::Me);
    page.not_taken = !wrong.is_empty();
    let enrol = Enrol { page: page.clone(), secret: enrolment.secret, picture: enrolment.picture, wrong };
    html_as(status, &page, &enrol)
}

/// `POST /panel/me/two-step`
pub(super) async fn confirm(app: web::Data<App>, member: Member, form: Form<Typed>) -> Result<HttpResponse> {
    let person = person_of(&app, &member).await?;
    if !trusted(&app, &member, &person).await? || person.totp_secret.is_some() {
        return Err(Error::NotFound);
    }
    let secret: String = member.data(&app, PENDING).ok_or(Error::NotFound)?;
    if !totp::confirm(&app, person.id, &secret, &form.code).await? {
        let wrong = member.words.say("sign-in-code-wrong").to_string();
        return with(&app, &member, StatusCode::UNPROCESSABLE_ENTITY, wrong).await;
    }
    member.set_data::<String>(&app, PENDING, None).await?;
    member.audit(&app, app.store.write(), "member.two_step_added", &person.email, json!({})).await?;
    member.see_other(&app, "/panel/me", Notice::done(member.words.say("two-step-on"))).await
}

/// `POST /panel/me/two-step/remove`: with a code, so that a session left open is not enough.
pub(super) async fn remove(app: web::Data<App>, member: Member, form: Form<Typed>) -> Result<HttpResponse> {
    let person = person_of(&app, &member).await?;
    if person.totp_secret.is_none() {
        return Err(Error::NotFound);
    }
    let words = member.words;
    if let Err(wait) = throttle::login(&app, "code", &person.id.to_string(), member.address).await? {
        let said = Notice::failed(words.say("sign-in-wait").with("seconds", wait.seconds));
        return member.see_other(&app, "/panel/me", said).await;
    }
    if !totp::check(&app, &person, &form.code).await? {
        return member.see_other(&app, "/panel/me", Notice::failed(words.say("sign-in-code-wrong"))).await;
    }
    totp::remove(app.store.write(), person.id).await?;
    member.audit(&app, app.store.write(), "member.two_step_removed", &person.email, json!({})).await?;
    member.see_other(&app, "/panel/me", Notice::done(words.say("two-step-off"))).await
}
