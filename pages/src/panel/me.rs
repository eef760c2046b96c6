//! `/panel/me`: the reader's own password, second step and sessions.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::store::in_transaction;
use domain::identity::second_step::{self, CodeResult, FirstCodeResult};
use domain::identity::{credentials, password, reauthentication, session as sessions, throttle};
use entity::{person, session};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::{Answer, AppData, EmptyForm, Form, Member, Nav, NotProved, Notice, PageContext, PanelContext, html_as, to};

/// Paths are relative to `/panel`.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/me", web::get().to(show))
        .route("/me/password", web::post().to(set_password))
        .route("/me/two-step", web::get().to(show_two_step))
        .route("/me/two-step", web::post().to(confirm))
        .route("/me/two-step/remove", web::post().to(remove))
        .route("/me/sessions/end", web::post().to(end_others))
        .route("/me/sessions/{id}/end", web::post().to(end));
}

#[derive(Template)]
#[template(path = "panel/me.html")]
struct MePage {
    page: PageContext,
    person: person::Model,
    sessions: Vec<session::Model>,
    current: Uuid,
    /// The password and the second step can be changed in this session.
    trusted: bool,
    /// The form asks for the current password or a code.
    asks_current: bool,
    /// The error of the password form and its field: `current` or `password`.
    wrong: Option<(&'static str, String)>,
}

impl MePage {
    fn wrong_with(&self, field: &str) -> &str {
        self.wrong.as_ref().filter(|(name, _)| *name == field).map_or("", |(_, words)| words.as_str())
    }
}

/// The person behind a session; an error for a viewing operator.
fn person_of(member: &Member) -> Result<&person::Model> {
    member.own_id()?;
    Ok(&member.person)
}

/// Whether the page has the parts for the reader's password and second step.
pub(super) fn may_set_password(member: &Member) -> Result<bool> {
    Ok(trusted(member, person_of(member)?) != Trusted::No)
}

/// Whether this session may change the person's credentials, and where those are valid. A session opened by a link that
/// another person handed over may do so only while the address is unproved, and only for its own account, because the
/// link's creator may have opened it.
fn trusted(member: &Member, person: &person::Model) -> Trusted {
    let here = member.tenant_id;
    let mine = person.set_in.is_none_or(|set_in| set_in == here);
    match (member.session.via.as_str(), person.proved_at) {
        _ if person.email.is_empty() => Trusted::No,
        ("password" | "link", Some(_)) => Trusted::Everywhere,
        ("password" | "link" | "handed", None) if mine => Trusted::Here(here),
        _ => Trusted::No,
    }
}

/// Where credentials set in this session are valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trusted {
    No,
    Here(Uuid),
    Everywhere,
}

impl Trusted {
    /// The account for `set_in`; an error if nothing may be set.
    fn set_in(self) -> Result<Option<Uuid>> {
        match self {
            Self::No => Err(Error::Forbidden(LocalizedText::new("said-session-weak"))),
            Self::Here(tenant_id) => Ok(Some(tenant_id)),
            Self::Everywhere => Ok(None),
        }
    }
}

/// Ends the session after too many wrong codes: the person has to sign in again.
async fn end_session(app: &PanelContext, member: &Member) -> Answer {
    member.end_session(app).await?;
    Ok(to("/panel/sign-in"))
}

/// `GET /panel/me`
async fn show(app: AppData, member: Member) -> Answer {
    with(&app, &member, StatusCode::OK, None).await
}

async fn with(
    app: &PanelContext,
    member: &Member,
    status: StatusCode,
    wrong: Option<(&'static str, String)>,
) -> Answer {
    let person = person_of(member)?;
    let page = member.page("me-title", Nav::Me).with_error_if(wrong.is_some());
    let me = MePage {
        page: page.clone(),
        sessions: sessions::list_of_person(&app.identity, member.tenant_id, person.id).await?,
        current: member.session.id,
        trusted: trusted(member, person) != Trusted::No,
        asks_current: member.asks_current(app),
        person: person.clone(),
        wrong,
    };
    html_as(status, &page, &me)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangePasswordForm {
    /// The current password, or a code of the authenticator. Absent if the person has neither, and for the first
    /// change in the minutes after using a one-time link.
    current: Option<SecretString>,
    password: SecretString,
}

/// `POST /panel/me/password`
async fn set_password(app: AppData, member: Member, form: Form<ChangePasswordForm>) -> Answer {
    let person = person_of(&member)?;
    let set_in = trusted(&member, person).set_in()?;
    let words = member.words;
    match member.prove_if_asked(&app, form.current.as_ref(), "member.password_set").await? {
        None => {}
        Some(NotProved::Refused(status, said)) => {
            return with(&app, &member, status, Some(("current", said.to_string()))).await;
        }
        Some(NotProved::Ended) => return Ok(to("/panel/sign-in")),
    }
    let tenant = &member.here.tenant;
    let about = [person.email.as_str(), person.name.as_str(), tenant.host.as_str(), tenant.name.as_str()];
    if let Err(weak) = password::fits(form.password.expose_secret(), &about) {
        let said = words.text(weak.words()).with("shortest", password::SHORTEST).with("longest", password::LONGEST);
        return with(&app, &member, StatusCode::UNPROCESSABLE_ENTITY, Some(("password", said.to_string()))).await;
    }
    let set = member.set_password(&app, form.password.clone(), set_in, "member.password_set", &person.email).await?;
    let notice =
        if set { Notice::done(words.text("password-set")) } else { Notice::failed(words.text("me-changed-meanwhile")) };
    member.see_other(&app, "/panel/me", notice).await
}

/// `POST /panel/me/sessions/{id}/end`
async fn end(app: AppData, member: Member, id: web::Path<Uuid>, _form: Form<EmptyForm>) -> Answer {
    let person = person_of(&member)?;
    let own = sessions::list_of_person(&app.identity, member.tenant_id, person.id).await?;
    let row = own.into_iter().find(|row| row.id == *id).ok_or(Error::NotFound)?;
    sessions::end(app.store.write(), row.tenant_id, row.id).await?;
    member.audit(&app, app.store.write(), "member.sessions_ended", &person.email, json!({ "count": 1 })).await?;
    member.see_other(&app, "/panel/me", Notice::done(member.words.text("session-end-done"))).await
}

/// `POST /panel/me/sessions/end`: all but this one.
async fn end_others(app: AppData, member: Member, _form: Form<EmptyForm>) -> Answer {
    let person = person_of(&member)?;
    let count = sessions::end_everywhere(app.store.write(), person.id, Some(member.session.id)).await?;
    member.audit(&app, app.store.write(), "member.sessions_ended", &person.email, json!({ "count": count })).await?;
    member.see_other(&app, "/panel/me", Notice::done(member.words.text("session-end-done"))).await
}

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
struct First {
    code: String,
    /// The current password; absent if there is none, and in the first minutes after using a one-time link unless a
    /// password was set in them.
    current: Option<SecretString>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TwoStepCodeForm {
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
async fn show_two_step(app: AppData, member: Member) -> Answer {
    two_step_page(&app, &member, StatusCode::OK, None).await
}

async fn two_step_page(
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
async fn confirm(app: AppData, member: Member, form: Form<First>) -> Answer {
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
            return two_step_page(&app, &member, status, Some(("current", said.to_string()))).await;
        }
        Some(NotProved::Ended) => return Ok(to("/panel/sign-in")),
    }
    let done = in_transaction(&app.store, async |tx| {
        if !credentials::hold_in(&app.identity, tx, person, &member.session).await? {
            return Ok(FirstCodeResult::Changed);
        }
        let done = second_step::confirm_enrolment(&app.identity, tx, person, (&secret, &form.code), set_in).await?;
        if done == FirstCodeResult::Done {
            sessions::end_everywhere(tx, person.id, Some(member.session.id)).await?;
            member.audit(&app, tx, "member.two_step_added", &person.email, json!({})).await?;
        }
        Ok::<_, Error>(done)
    })
    .await?;
    match done {
        FirstCodeResult::Done => {}
        FirstCodeResult::Wrong => {
            let wrong = words.text("sign-in-code-wrong").to_string();
            return two_step_page(&app, &member, StatusCode::UNPROCESSABLE_ENTITY, Some(("code", wrong))).await;
        }
        FirstCodeResult::Changed => {
            return member.see_other(&app, "/panel/me", Notice::failed(words.text("me-changed-meanwhile"))).await;
        }
    }
    member.set_data::<String>(&app, PENDING, None).await?;
    member.see_other(&app, "/panel/me", Notice::done(words.text("two-step-on"))).await
}

/// `POST /panel/me/two-step/remove`: requires a code, so that access to an open session is not enough.
async fn remove(app: AppData, member: Member, form: Form<TwoStepCodeForm>) -> Answer {
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
    let done = in_transaction(&app.store, async |tx| {
        let set_in = person.set_in.filter(|_| person.password_hash.is_some());
        let holds = credentials::hold_in(&app.identity, tx, person, &member.session).await?;
        if !holds || !credentials::set_authenticator(tx, person, None, set_in).await? {
            return Ok(false);
        }
        sessions::end_everywhere(tx, person.id, Some(member.session.id)).await?;
        member.audit(&app, tx, "member.two_step_removed", &person.email, json!({})).await?;
        Ok::<_, sea_orm::DbErr>(true)
    })
    .await?;
    let notice = if done {
        Notice::done(words.text("two-step-off"))
    } else {
        Notice::failed(words.text("me-changed-meanwhile"))
    };
    member.see_other(&app, "/panel/me", notice).await
}
