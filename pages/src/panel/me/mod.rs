//! `/panel/me`: the reader's own password, second step and sessions.

mod two_step;

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use base::error::{Error, Result};
use base::i18n::LocalizedText;
use domain::identity::{password, session as people_sessions};
use entity::{person, session};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use crate::panel::{
    Answer, AppData, EmptyForm, Form, Member, Nav, NotProved, Notice, PageContext, PanelContext, html_as, to,
};

/// Paths are relative to `/panel`.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/me", web::get().to(show))
        .route("/me/password", web::post().to(set_password))
        .route("/me/two-step", web::get().to(two_step::show))
        .route("/me/two-step", web::post().to(two_step::confirm))
        .route("/me/two-step/remove", web::post().to(two_step::remove))
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
        sessions: people_sessions::list_of_person(&app.identity, member.tenant_id, person.id).await?,
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
    let own = people_sessions::list_of_person(&app.identity, member.tenant_id, person.id).await?;
    let row = own.into_iter().find(|row| row.id == *id).ok_or(Error::NotFound)?;
    people_sessions::end(app.store.write(), row.tenant_id, row.id).await?;
    member.audit(&app, app.store.write(), "member.sessions_ended", &person.email, json!({ "count": 1 })).await?;
    member.see_other(&app, "/panel/me", Notice::done(member.words.text("session-end-done"))).await
}

/// `POST /panel/me/sessions/end`: all but this one.
async fn end_others(app: AppData, member: Member, _form: Form<EmptyForm>) -> Answer {
    let person = person_of(&member)?;
    let count = people_sessions::end_everywhere(app.store.write(), person.id, Some(member.session.id)).await?;
    member.audit(&app, app.store.write(), "member.sessions_ended", &person.email, json!({ "count": count })).await?;
    member.see_other(&app, "/panel/me", Notice::done(member.words.text("session-end-done"))).await
}
