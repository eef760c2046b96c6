//! `/panel/team`: the members of this account and their roles.

mod change;
mod invite;
mod second_step;

use actix_web::web;
use askama::Template;
use base::error::Result;
use uuid::Uuid;

use super::sign_in::named;
use super::{Member, MemberRole, Nav, PageContext, Right, html};
use crate::identity::member::{self, MemberStatus};
use crate::panel::{Answer, AppData, PanelContext};

/// Paths are relative to `/panel`.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/team", web::get().to(show))
        .route("/team/invite", web::post().to(invite::invite))
        .route("/team/second-step", web::post().to(second_step::demand))
        .route("/team/{person_id}/role", web::post().to(change::role))
        .route("/team/{person_id}/remove", web::get().to(change::ask_remove))
        .route("/team/{person_id}/remove", web::post().to(change::remove))
        .route("/team/{person_id}/link", web::post().to(invite::link))
        .route("/team/{person_id}/two-step", web::post().to(second_step::forget));
}

#[derive(Template)]
#[template(path = "panel/team.html")]
struct Team {
    page: PageContext,
    rows: Vec<MemberRow>,
    roles: [MemberRole; 3],
    /// Everyone who signs in by e-mail needs an authenticator.
    demanded: bool,
    invited: Invited,
}

/// The invitation's form.
#[derive(Default)]
struct Invited {
    email: String,
    role: String,
    /// The error of the e-mail; empty if there is none.
    error: String,
}

struct MemberRow {
    id: Uuid,
    name: String,
    email: String,
    role: MemberRole,
    standing: MemberStatus,
    from_crm: bool,
    two_step: bool,
    last_seen_at: Option<i64>,
    is_me: bool,
}

impl MemberRow {
    fn state(&self) -> (&'static str, &'static str) {
        match self.standing {
            MemberStatus::Invited => ("wait", "invited"),
            MemberStatus::Active => ("ok", "active"),
            MemberStatus::Disabled => ("off", "disabled"),
        }
    }
}

/// `GET /panel/team`
async fn show(app: AppData, member: Member) -> Answer {
    member.require(Right::SeeTeam)?;
    let page = member.page("team-title", Nav::Team);
    let team = team(&app, &member, page.clone(), Invited::default()).await?;
    html(&page, &team)
}

async fn team(app: &PanelContext, member: &Member, page: PageContext, invited: Invited) -> Result<Team> {
    let all = member::all(app.store.read(), member.tenant_id).await?;
    let now = app.clock.millis();
    let row = |(row, person): (entity::member::Model, entity::person::Model)| MemberRow {
        id: row.person_id,
        name: named(&person),
        standing: member::standing(&row),
        role: MemberRole::of(&row.role).unwrap_or(MemberRole::Viewer),
        from_crm: row.crm_user_id.is_some(),
        two_step: person.totp_secret.is_some(),
        email: person.email,
        // For the reader the current visit counts; the row contains the last sign-in.
        last_seen_at: if row.person_id == member.person.id { Some(now) } else { row.last_seen_at },
        is_me: row.person_id == member.person.id,
    };
    let (rows, demanded) = (all.into_iter().map(row).collect(), member.here.tenant.second_step);
    Ok(Team { page, rows, roles: MemberRole::ALL, demanded, invited })
}
