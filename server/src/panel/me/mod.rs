//! `/panel/me`: the reader's own password, second step and sessions.

mod password;
mod sessions;
mod two_step;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use entity::{person, session};

use base::error::{Error, Result};
use base::i18n::LocalizedText;
use secrecy::SecretString;
use uuid::Uuid;

use super::{Member, Nav, PageContext, html_as, to};
use crate::identity::reauthentication::{self, Reauthentication};
use crate::identity::{person as persons, session as people_sessions};
use crate::panel::PanelContext;

/// Paths are relative to `/panel`.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/me", web::get().to(show))
        .route("/me/password", web::post().to(password::set))
        .route("/me/two-step", web::get().to(two_step::show))
        .route("/me/two-step", web::post().to(two_step::confirm))
        .route("/me/two-step/remove", web::post().to(two_step::remove))
        .route("/me/sessions/end", web::post().to(sessions::end_others))
        .route("/me/sessions/{id}/end", web::post().to(sessions::end));
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
async fn person_of(app: &PanelContext, member: &Member) -> Result<person::Model> {
    let person_id = member.person_id.filter(|_| !member.view_as).ok_or(Error::NotFound)?;
    persons::by_id(app.store.read(), person_id).await?.ok_or(Error::NotFound)
}

/// Whether the page has the parts for the reader's password and second step.
pub(super) async fn may_set_password(app: &PanelContext, member: &Member) -> Result<bool> {
    Ok(trusted(member, &person_of(app, member).await?) != Trusted::No)
}

/// Whether this session may change the person's credentials, and where those are valid. A session opened by a link that
/// another person handed over may do so only while the address is unproved, and only for its own account, because the
/// link's creator may have opened it.
fn trusted(member: &Member, person: &person::Model) -> Trusted {
    let here = member.tenant.tenant_id;
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
async fn end_session(app: &PanelContext, member: &Member) -> Result<HttpResponse> {
    people_sessions::end(app.store.write(), member.session.tenant_id, member.session.id).await?;
    Ok(to("/panel/sign-in"))
}

/// Why a form that changes credentials goes no further.
enum NotProved {
    /// The status of the form and the error beside its field `current`.
    Refused(StatusCode, String),
    /// The session has ended: the person has to sign in again.
    Ended(HttpResponse),
}

/// Asks for the current password or a code, where this session needs one. A wrong one is noted in the audit log as a
/// refused `action`.
async fn prove(
    app: &PanelContext,
    member: &Member,
    person: &person::Model,
    typed: Option<&SecretString>,
    action: &'static str,
) -> Result<Option<NotProved>> {
    if !reauthentication::is_needed(&app.identity, &member.session, person) {
        return Ok(None);
    }
    let typed = typed.cloned().unwrap_or_default();
    let words = member.words;
    Ok(match reauthentication::check(&app.identity, person, typed, member.address, action).await? {
        Reauthentication::Yes => None,
        Reauthentication::Wrong => {
            let said = words.text("password-current-wrong").to_string();
            Some(NotProved::Refused(StatusCode::UNPROCESSABLE_ENTITY, said))
        }
        Reauthentication::Wait(seconds) => {
            let said = words.text("sign-in-wait").with("seconds", seconds).to_string();
            Some(NotProved::Refused(StatusCode::TOO_MANY_REQUESTS, said))
        }
        Reauthentication::TooManyWrong => Some(NotProved::Ended(end_session(app, member).await?)),
    })
}

/// `GET /panel/me`
async fn show(app: web::Data<PanelContext>, member: Member) -> Result<HttpResponse> {
    with(&app, &member, StatusCode::OK, None).await
}

async fn with(
    app: &PanelContext,
    member: &Member,
    status: StatusCode,
    wrong: Option<(&'static str, String)>,
) -> Result<HttpResponse> {
    let person = person_of(app, member).await?;
    let mut page = member.page("me-title", Nav::Me);
    page.not_taken = wrong.is_some();
    let me = MePage {
        page: page.clone(),
        sessions: people_sessions::list_of_person(&app.identity, member.tenant.tenant_id, person.id).await?,
        current: member.session.id,
        trusted: trusted(member, &person) != Trusted::No,
        asks_current: reauthentication::is_needed(&app.identity, &member.session, &person),
        person,
        wrong,
    };
    html_as(status, &page, &me)
}
