//! Two-step sign-in: connects or removes an authenticator.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use base::error::{Error, Result};
use base::store::ended;
use entity::person;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::json;

use super::{Trusted, anew, person_of, trusted};
use crate::panel::PanelContext;
use crate::panel::{Form, Member, Nav, Notice, PageContext, html_as};
use crate::people::again::{self, Shown};
use crate::people::second_step::{self, Checked};
use crate::people::totp::{self, Confirmed};
use crate::people::{credentials, refused, session, throttle};

/// The session key of the secret until its first code.
const PENDING: &str = "two_step";

#[derive(Template)]
#[template(path = "panel/two_step.html")]
struct Enrol {
    page: PageContext,
    /// The account requires two-step sign-in.
    demanded: bool,
    /// Why this session cannot connect an authenticator; empty if it can.
    closed: String,
    secret: String,
    /// The QR code as an `<svg>` element that we made.
    picture: String,
    /// The form asks for the current password or a code.
    asks_current: bool,
    /// The error and its field: `current` or `code`.
    wrong: Option<(&'static str, String)>,
}

impl Enrol {
    fn wrong_with(&self, field: &str) -> &str {
        self.wrong.as_ref().filter(|(name, _)| *name == field).map_or("", |(_, words)| words.as_str())
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct First {
    code: String,
    /// The current password; absent if there is none, and in the first minutes after a one-time link.
    current: Option<SecretString>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Typed {
    code: String,
}

/// Why this session cannot connect an authenticator: a message key.
fn closed(app: &PanelContext, member: &Member, person: &person::Model) -> Option<&'static str> {
    if trusted(member, person) == Trusted::No {
        return Some("two-step-by-mail");
    }
    // The authenticator was removed; the password alone must not replace it.
    (person.link_only && !again::is_fresh(&app.people, &member.session)).then_some("two-step-by-link")
}

/// `GET /panel/me/two-step`
pub(super) async fn show(app: web::Data<PanelContext>, member: Member) -> Result<HttpResponse> {
    with(&app, &member, StatusCode::OK, None).await
}

async fn with(
    app: &PanelContext,
    member: &Member,
    status: StatusCode,
    wrong: Option<(&'static str, String)>,
) -> Result<HttpResponse> {
    let person = person_of(app, member).await?;
    let closed = closed(app, member, &person);
    // The page has nothing to offer where two-step sign-in is not required.
    if person.totp_secret.is_some() || closed.is_some() && !member.must_enrol && !person.link_only {
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
    page.not_taken = wrong.is_some();
    let enrol = Enrol {
        demanded: member.must_enrol,
        closed: closed.map(|key| member.words.say(key).with("crm", member.crm()).to_string()).unwrap_or_default(),
        secret: enrolment.secret,
        picture: enrolment.picture,
        asks_current: again::is_needed(&app.people, &member.session, &person),
        wrong,
        page: page.clone(),
    };
    html_as(status, &page, &enrol)
}

/// `POST /panel/me/two-step`: requires the current password, so that access to an open session is not enough.
pub(super) async fn confirm(app: web::Data<PanelContext>, member: Member, form: Form<First>) -> Result<HttpResponse> {
    let person = person_of(&app, &member).await?;
    if closed(&app, &member, &person).is_some() || person.totp_secret.is_some() {
        return Err(Error::NotFound);
    }
    let set_in = trusted(&member, &person).set_in()?;
    let secret: String = member.data(&app, PENDING).ok_or(Error::NotFound)?;
    let words = member.words;
    if again::is_needed(&app.people, &member.session, &person) {
        let current = form.current.clone().unwrap_or_default();
        let (status, said) =
            match again::check(&app.people, &person, current, member.address, "member.two_step_added").await? {
                Shown::Yes => (StatusCode::OK, String::new()),
                Shown::Wrong => (StatusCode::UNPROCESSABLE_ENTITY, words.say("password-current-wrong").to_string()),
                Shown::Wait(seconds) => {
                    (StatusCode::TOO_MANY_REQUESTS, words.say("sign-in-wait").with("seconds", seconds).to_string())
                }
                Shown::Anew => return anew(&app, &member).await,
            };
        if !said.is_empty() {
            return with(&app, &member, status, Some(("current", said))).await;
        }
    }
    let tx = app.store.write_tx().await?;
    let done = async {
        if !credentials::hold_in(&app.people, &tx, &person, &member.session).await? {
            return Ok(Confirmed::Changed);
        }
        let done = totp::confirm(&app.people, &tx, &person, (&secret, &form.code), set_in).await?;
        if done == Confirmed::Done {
            session::end_everywhere(&tx, person.id, Some(member.session.id)).await?;
            member.audit(&app, &tx, "member.two_step_added", &person.email, json!({})).await?;
        }
        Ok::<_, Error>(done)
    };
    let done = done.await;
    match ended(tx, done).await? {
        Confirmed::Done => {}
        Confirmed::Wrong => {
            let wrong = words.say("sign-in-code-wrong").to_string();
            return with(&app, &member, StatusCode::UNPROCESSABLE_ENTITY, Some(("code", wrong))).await;
        }
        Confirmed::Changed => {
            return member.see_other(&app, "/panel/me", Notice::failed(words.say("me-changed-meanwhile"))).await;
        }
    }
    member.set_data::<String>(&app, PENDING, None).await?;
    member.see_other(&app, "/panel/me", Notice::done(words.say("two-step-on"))).await
}

/// `POST /panel/me/two-step/remove`: requires a code, so that access to an open session is not enough.
pub(super) async fn remove(app: web::Data<PanelContext>, member: Member, form: Form<Typed>) -> Result<HttpResponse> {
    let person = person_of(&app, &member).await?;
    if person.totp_secret.is_none() || trusted(&member, &person) == Trusted::No {
        return Err(Error::NotFound);
    }
    let words = member.words;
    if let Err(wait) = throttle::login(&app.people, "code", &person.id.to_string(), member.address).await? {
        let said = Notice::failed(words.say("sign-in-wait").with("seconds", wait.seconds));
        return member.see_other(&app, "/panel/me", said).await;
    }
    let checked = second_step::check(&app.people, &person, &form.code).await?;
    if checked != Checked::Right {
        refused::change(&app.people, "member.two_step_removed", person.id, "code", &member.address.into());
    }
    match checked {
        Checked::Right => {}
        Checked::Wrong => {
            return member.see_other(&app, "/panel/me", Notice::failed(words.say("sign-in-code-wrong"))).await;
        }
        Checked::Anew => return anew(&app, &member).await,
    }
    let tx = app.store.write_tx().await?;
    let done = async {
        let set_in = person.set_in.filter(|_| person.password_hash.is_some());
        let holds = credentials::hold_in(&app.people, &tx, &person, &member.session).await?;
        if !holds || !credentials::set_authenticator(&tx, &person, None, set_in).await? {
            return Ok(false);
        }
        session::end_everywhere(&tx, person.id, Some(member.session.id)).await?;
        member.audit(&app, &tx, "member.two_step_removed", &person.email, json!({})).await?;
        Ok::<_, sea_orm::DbErr>(true)
    };
    let done = done.await;
    let done = ended(tx, done).await?;
    let notice =
        if done { Notice::done(words.say("two-step-off")) } else { Notice::failed(words.say("me-changed-meanwhile")) };
    member.see_other(&app, "/panel/me", notice).await
}
