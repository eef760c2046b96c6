//! Two-step sign-in: connects or removes an authenticator.

use actix_web::http::StatusCode;
use askama::Template;
use base::error::Error;
use base::store::finish_tx;
use domain::identity::reauthentication;
use domain::identity::second_step::FirstCodeResult;
use domain::identity::second_step::{self, CodeResult};
use domain::identity::{credentials, session, throttle};
use entity::person;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::json;

use super::{Trusted, end_session, person_of, trusted};
use crate::panel::PanelContext;
use crate::panel::{Answer, AppData, Form, Member, Nav, NotProved, Notice, PageContext, html_as, to};

/// The session key that stores the secret until its first code.
const PENDING: &str = "two_step";

#[derive(Template)]
#[template(path = "panel/two_step.html")]
struct EnrolPage {
    page: PageContext,
    /// The account requires two-step sign-in.
    demanded: bool,
    /// Why this session cannot connect an authenticator; empty if it can.
    closed: String,
    secret: String,
    /// The QR code as an `<svg>` element that we generated.
    picture: String,
    /// The form asks for the current password or a code.
    asks_current: bool,
    /// The error and its field: `current` or `code`.
    wrong: Option<(&'static str, String)>,
}

impl EnrolPage {
    fn wrong_with(&self, field: &str) -> &str {
        self.wrong.as_ref().filter(|(name, _)| *name == field).map_or("", |(_, words)| words.as_str())
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct First {
    code: String,
    /// The current password; absent if there is none, and in the first minutes after using a one-time link unless a
    /// password was set in them.
    current: Option<SecretString>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TwoStepCodeForm {
    code: String,
}

/// Why this session cannot connect an authenticator: a message key.
fn closed(app: &PanelContext, member: &Member, person: &person::Model) -> Option<&'static str> {
    if trusted(member, person) == Trusted::No {
        return Some("two-step-by-mail");
    }
    // The authenticator was removed; the password alone must not be enough to connect another one.
    (person.link_only && !reauthentication::is_fresh(&app.identity, &member.session)).then_some("two-step-by-link")
}

/// `GET /panel/me/two-step`
pub(super) async fn show(app: AppData, member: Member) -> Answer {
    with(&app, &member, StatusCode::OK, None).await
}

async fn with(
    app: &PanelContext,
    member: &Member,
    status: StatusCode,
    wrong: Option<(&'static str, String)>,
) -> Answer {
    let person = person_of(member)?;
    let closed = closed(app, member, person);
    // Without a requirement for two-step sign-in, the page has nothing to offer.
    if person.totp_secret.is_some() || closed.is_some() && !member.here.must_enrol && !person.link_only {
        return Err(Error::NotFound);
    }
    let enrolment = match member.data::<String>(app, PENDING) {
        Some(secret) => second_step::enrolment(person, &secret)?,
        None => {
            let enrolment = second_step::begin_enrolment(person)?;
            member.set_data(app, PENDING, Some(&enrolment.secret)).await?;
            enrolment
        }
    };
    let page = member.page("team-two-step", Nav::Me).with_error_if(wrong.is_some());
    let enrol = EnrolPage {
        demanded: member.here.must_enrol,
        closed: closed.map(|key| member.words.text(key).with("crm", member.crm()).to_string()).unwrap_or_default(),
        secret: enrolment.secret,
        picture: enrolment.picture,
        asks_current: member.asks_current(app),
        wrong,
        page: page.clone(),
    };
    html_as(status, &page, &enrol)
}

/// `POST /panel/me/two-step`: requires the current password, so that access to an open session is not enough.
pub(super) async fn confirm(app: AppData, member: Member, form: Form<First>) -> Answer {
    let person = person_of(&member)?;
    if closed(&app, &member, person).is_some() || person.totp_secret.is_some() {
        return Err(Error::NotFound);
    }
    let set_in = trusted(&member, person).set_in()?;
    let secret: String = member.data(&app, PENDING).ok_or(Error::NotFound)?;
    let words = member.words;
    match member.prove_if_asked(&app, form.current.as_ref(), "member.two_step_added").await? {
        None => {}
        Some(NotProved::Refused(status, said)) => {
            return with(&app, &member, status, Some(("current", said.to_string()))).await;
        }
        Some(NotProved::Ended) => return Ok(to("/panel/sign-in")),
    }
    let tx = app.store.write_tx().await?;
    let done = async {
        if !credentials::hold_in(&app.identity, &tx, person, &member.session).await? {
            return Ok(FirstCodeResult::Changed);
        }
        let done = second_step::confirm_enrolment(&app.identity, &tx, person, (&secret, &form.code), set_in).await?;
        if done == FirstCodeResult::Done {
            session::end_everywhere(&tx, person.id, Some(member.session.id)).await?;
            member.audit(&app, &tx, "member.two_step_added", &person.email, json!({})).await?;
        }
        Ok::<_, Error>(done)
    };
    let done = done.await;
    match finish_tx(tx, done).await? {
        FirstCodeResult::Done => {}
        FirstCodeResult::Wrong => {
            let wrong = words.text("sign-in-code-wrong").to_string();
            return with(&app, &member, StatusCode::UNPROCESSABLE_ENTITY, Some(("code", wrong))).await;
        }
        FirstCodeResult::Changed => {
            return member.see_other(&app, "/panel/me", Notice::failed(words.text("me-changed-meanwhile"))).await;
        }
    }
    member.set_data::<String>(&app, PENDING, None).await?;
    member.see_other(&app, "/panel/me", Notice::done(words.text("two-step-on"))).await
}

/// `POST /panel/me/two-step/remove`: requires a code, so that access to an open session is not enough.
pub(super) async fn remove(app: AppData, member: Member, form: Form<TwoStepCodeForm>) -> Answer {
    let person = person_of(&member)?;
    if person.totp_secret.is_none() || trusted(&member, person) == Trusted::No {
        return Err(Error::NotFound);
    }
    let words = member.words;
    if let Err(wait) = throttle::login(&app.identity, "code", &person.id.to_string(), member.address).await? {
        let said = Notice::failed(words.text("sign-in-wait").with("seconds", wait.seconds));
        return member.see_other(&app, "/panel/me", said).await;
    }
    let checked = second_step::check(&app.identity, person, &form.code).await?;
    if checked != CodeResult::Right {
        throttle::change_refused(&app.identity, "member.two_step_removed", person.id, "code", &member.address.into());
    }
    match checked {
        CodeResult::Right => {}
        CodeResult::Wrong => {
            return member.see_other(&app, "/panel/me", Notice::failed(words.text("sign-in-code-wrong"))).await;
        }
        CodeResult::TooManyWrong => return end_session(&app, &member).await,
    }
    let tx = app.store.write_tx().await?;
    let done = async {
        let set_in = person.set_in.filter(|_| person.password_hash.is_some());
        let holds = credentials::hold_in(&app.identity, &tx, person, &member.session).await?;
        if !holds || !credentials::set_authenticator(&tx, person, None, set_in).await? {
            return Ok(false);
        }
        session::end_everywhere(&tx, person.id, Some(member.session.id)).await?;
        member.audit(&app, &tx, "member.two_step_removed", &person.email, json!({})).await?;
        Ok::<_, sea_orm::DbErr>(true)
    };
    let done = done.await;
    let done = finish_tx(tx, done).await?;
    let notice = if done {
        Notice::done(words.text("two-step-off"))
    } else {
        Notice::failed(words.text("me-changed-meanwhile"))
    };
    member.see_other(&app, "/panel/me", notice).await
}
