//! Changes roles and removes access.

use actix_web::{HttpResponse, web};
use askama::Template;
use base::error::{Error, Result};
use base::i18n::LocalizedText;
use sea_orm::{ColumnTrait, PaginatorTrait, QueryFilter};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use crate::identity::member::{self, RoleChangeRefused};
use crate::panel::PanelContext;
use crate::panel::sign_in::named;
use crate::panel::{EmptyForm, Form, Member, MemberRole, Nav, Notice, PageContext, Right, html};

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
pub(super) struct RoleForm {
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
    form: Form<RoleForm>,
) -> Result<HttpResponse> {
    member.require(Right::ManageTeam)?;
    let role = MemberRole::of(&form.role).ok_or_else(|| Error::Malformed(LocalizedText::new("said-form-role")))?;
    let person = known(&app, &member, *person_id).await?;
    let done = member::change_role(&app.identity, member.tenant.tenant_id, person.id, role).await?;
    let words = member.words;
    let notice = match done {
        Ok(()) => {
            let detail = json!({"role": role.as_str()});
            member.audit(&app, app.store.write(), "member.role_changed", &named(&person), detail).await?;
            let called = words.text_of("team-role-", role.as_str());
            Notice::done(words.text("team-role-changed").with("name", named(&person)).with("role", called))
        }
        Err(refused) => notice_of(&member, refused)?,
    };
    member.see_other(&app, "/panel/team", notice).await
}

fn notice_of(member: &Member, refused: RoleChangeRefused) -> Result<Notice> {
    match refused {
        RoleChangeRefused::LastOwner => Ok(Notice::failed(member.words.text("team-last-owner"))),
        RoleChangeRefused::Unknown => Err(Error::NotFound),
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
    // API keys belong to the account and stay; the person who removes the member should know that.
    let keys = entity::api_key::Entity::of_tenant(member.tenant.tenant_id)
        .filter(entity::api_key::Column::RevokedAt.is_null())
        .count(app.store.read())
        .await?;
    let name = named(&person);
    let page = member.page(member.words.text("team-remove-title").with("name", name.as_str()), Nav::Team);
    html(&page, &Remove { page: page.clone(), id: person.id, keys, name })
}

/// `POST /panel/team/{person_id}/remove`
pub(super) async fn remove(
    app: web::Data<PanelContext>,
    member: Member,
    person_id: web::Path<Uuid>,
    _form: Form<EmptyForm>,
) -> Result<HttpResponse> {
    member.require(Right::ManageTeam)?;
    let person = known(&app, &member, *person_id).await?;
    let notice = match member::remove(&app.identity, member.tenant.tenant_id, person.id).await? {
        Ok(()) => {
            member.audit(&app, app.store.write(), "member.removed", &named(&person), json!({})).await?;
            Notice::done(member.words.text("team-removed").with("name", named(&person)))
        }
        Err(refused) => notice_of(&member, refused)?,
    };
    member.see_other(&app, "/panel/team", notice).await
}
