//! `/panel/me`: the reader's own way in – password, second step, sessions.

mod password;
mod sessions;
mod two_step;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use entity::{person, session};

use super::{Member, Nav, PageContext, html_as};
use crate::app::App;
use crate::error::{Error, Result};
use crate::people::{member, person as persons, session as people_sessions};

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
struct Me {
    page: PageContext,
    person: person::Model,
    sessions: Vec<session::Model>,
    current: uuid::Uuid,
    /// Password and second step can be changed in this session.
    trusted: bool,
    /// What is wrong with the password form, by field: `current`, `password`.
    wrong: Option<(&'static str, String)>,
}

impl Me {
    fn wrong_with(&self, field: &str) -> &str {
        self.wrong.as_ref().filter(|(name, _)| *name == field).map_or("", |(_, words)| words.as_str())
    }
}

/// The person behind a session; not of an operator who looks.
async fn person_of(app: &App, member: &Member) -> Result<person::Model> {
    let person_id = member.person_id.filter(|_| !member.view_as).ok_or(Error::NotFound)?;
    persons::by_id(app.store.read(), person_id).await?.ok_or(Error::NotFound)
}

/// Whether this session may change how the person signs in. One from a link that somebody handed over may only while
/// the person has no other account: else an owner of one account could get into the others.
async fn trusted(app: &App, member: &Member, person: &person::Model) -> Result<bool> {
    if person.email.is_empty() {
        return Ok(false);
    }
    if matches!(member.session.via.as_str(), "password" | "link") {
        return Ok(true);
    }
    let accounts = member::accounts(app, person.id).await?;
    Ok(!person.is_operator && accounts.iter().all(|(tenant, _)| tenant.tenant_id == member.tenant.tenant_id))
}

/// `GET /panel/me`
async fn show(app: web::Data<App>, member: Member) -> Result<HttpResponse> {
    with(&app, &member, StatusCode::OK, None).await
}

async fn with(
    app: &App,
    member: &Member,
    status: StatusCode,
    wrong: Option<(&'static str, String)>,
) -> Result<HttpResponse> {
    let person = person_of(app, member).await?;
    let mut page = member.page("me-title", Nav::Me);
    page.not_taken = wrong.is_some();
    let me = Me {
        page: page.clone(),
        sessions: people_sessions::list_of_person(app, member.tenant.tenant_id, person.id).await?,
        current: member.session.id,
        trusted: trusted(app, member, &person).await?,
        person,
        wrong,
    };
    html_as(status, &page, &me)
}
