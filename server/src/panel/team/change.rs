//! Changes roles and removes access.

use actix_web::{HttpResponse, web};
use askama::Template;
use base::error::{Error, Result};
use base::words::Said;
use sea_orm::{ColumnTrait, PaginatorTrait, QueryFilter};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use crate::panel::PanelContext;
use crate::panel::sign_in::named;
use crate::panel::{Empty, Form, Member, Nav, Notice, PageContext, Right, Role, html};
use crate::people::member::{self, Refused};

#[derive(Template)]
#[template(path = "panel/team_remove.html")]
struct Remove {
    page: PageContext,
    id: Uuid,
    keys: u64,
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    role: String,
}

pub(super) async fn known(app: &PanelContext, member: &Member, person_id: Uuid) -> Result<entity::person::Model> {
    let all = member::all(app.store.read(), member.tenant.tenant_id).await?;
    let found = all.into_iter().find(|(row, _)| row.person_id == person_id);
    let (_, person) = found.ok_or(Error::NotFound)?;
    Ok(person)
}

/// `POST /panel/team/{person_id}/role`
pub(super) async fn role(
    app: web::Data<PanelContext>,
    member: Member,
    person_id: web::Path<Uuid>,
    form: Form<Wanted>,
) -> Result<HttpResponse> {
    member.require(Right::ManageTeam)?;
    let role = Role::of(&form.role).ok_or_else(|| Error::Malformed(Said::new("said-form-role")))?;
    let person = known(&app, &member, *person_id).await?;
    let done = member::change_role(&app.people, member.tenant.tenant_id, person.id, role).await?;
    let words = member.words;
    let notice = match done {
        Ok(()) => {
            let detail = json!({"role": role.as_str()});
            member.audit(&app, app.store.write(), "member.role_changed", &named(&person), detail).await?;
            let called = words.say_of("team-role-", role.as_str());
            Notice::done(words.say("team-role-changed").with("name", named(&person)).with("role", called))
        }
        Err(refused) => said(&member, refused)?,
    };
    member.see_other(&app, "/panel/team", notice).await
}

fn said(member: &Member, refused: Refused) -> Result<Notice> {
    match refused {
        Refused::LastOwner => Ok(Notice::failed(member.words.say("team-last-owner"))),
        Refused::Unknown => Err(Error::NotFound),
    }
}

/// `GET /panel/team/{person_id}/remove`
pub(super) async fn ask_remove(
    app: web::Data<PanelContext>,
    member: Member,
    person_id: web::Path<Uuid>,
) -> Result<HttpResponse> {
    member.require(Right::ManageTeam)?;
    let person = known(&app, &member, *person_id).await?;
    // Keys belong to the account and stay; the remover should know that.
    let keys = entity::api_key::Entity::of_tenant(member.tenant.tenant_id)
        .filter(entity::api_key::Column::RevokedAt.is_null())
        .count(app.store.read())
        .await?;
    let name = named(&person);
    let page = member.page(member.words.say("team-remove-title").with("name", name.as_str()), Nav::Team);
    html(&page, &Remove { page: page.clone(), id: person.id, keys, name })
}

/// `POST /panel/team/{person_id}/remove`
pub(super) async fn remove(
    app: web::Data<PanelContext>,
    member: Member,
    person_id: web::Path<Uuid>,
    _form: Form<Empty>,
) -> Result<HttpResponse> {
    member.require(Right::ManageTeam)?;
    let person = known(&app, &member, *person_id).await?;
    let notice = match member::remove(&app.people, member.tenant.tenant_id, person.id).await? {
        Ok(()) => {
            member.audit(&app, app.store.write(), "member.removed", &named(&person), json!({})).await?;
            Notice::done(member.words.say("team-removed").with("name", named(&person)))
        }
        Err(refused) => said(&member, refused)?,
    };
    member.see_other(&app, "/panel/team", notice).await
}
