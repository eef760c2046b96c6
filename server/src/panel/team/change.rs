//! Changes roles and removes access.

use actix_web::web;
use askama::Template;
use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::store::finish_tx;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use crate::api::key_maker::KeyMaker;
use crate::api::key_ring;
use crate::identity::member::{self, RoleChangeRefused};
use crate::panel::PanelContext;
use crate::panel::sign_in::named;
use crate::panel::{Answer, AppData, Form, Member, MemberRole, Nav, Notice, PageContext, Right, html};

#[derive(Template)]
#[template(path = "panel/team_remove.html")]
struct Remove {
    page: PageContext,
    id: Uuid,
    /// Names of the API keys that the person made.
    keys: Vec<String>,
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RemoveForm {
    /// `take`: the person's API keys are taken over; else they end.
    keys: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RoleForm {
    role: String,
}

pub(super) async fn known(app: &PanelContext, member: &Member, person_id: Uuid) -> Result<entity::person::Model> {
    let all = member::all(app.store.read(), member.tenant_id).await?;
    let found = all.into_iter().find(|(row, _)| row.person_id == person_id);
    let (_, person) = found.ok_or(Error::NotFound)?;
    Ok(person)
}

/// `POST /panel/team/{person_id}/role`
pub(super) async fn role(app: AppData, member: Member, person_id: web::Path<Uuid>, form: Form<RoleForm>) -> Answer {
    member.require(Right::ManageTeam)?;
    let role = MemberRole::of(&form.role).ok_or_else(|| Error::Malformed(LocalizedText::new("said-form-role")))?;
    let person = known(&app, &member, *person_id).await?;
    let done = member::change_role(&app.identity, member.tenant_id, person.id, role).await?;
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

/// Ends the keys of a person who was removed, or makes the member who removed them responsible.
async fn end_keys(app: &PanelContext, member: &Member, person_id: Uuid, take: bool) -> Result<()> {
    let tenant_id = member.tenant_id;
    let keys = key_ring::living(app.store.read(), &app.clock, tenant_id, KeyMaker::Member(person_id)).await?;
    let to = KeyMaker::Member(member.person.id);
    let tx = app.store.write_tx().await?;
    let done = async {
        for key in keys {
            let (action, done) = if take {
                ("key.taken_over", key_ring::hand_over(&tx, tenant_id, key.id, to).await?)
            } else {
                ("key.revoked", key_ring::revoke(&tx, &app.clock, tenant_id, key.id).await?)
            };
            if done {
                member.audit(app, &tx, action, &key.id.to_string(), json!({ "name": key.name })).await?;
            }
        }
        Ok::<_, sea_orm::DbErr>(())
    };
    let done = done.await;
    Ok(finish_tx(tx, done).await?)
}

fn notice_of(member: &Member, refused: RoleChangeRefused) -> Result<Notice> {
    match refused {
        RoleChangeRefused::LastOwner => Ok(Notice::failed(member.words.text("team-last-owner"))),
        RoleChangeRefused::Unknown => Err(Error::NotFound),
    }
}

/// `GET /panel/team/{person_id}/remove`
pub(super) async fn ask_remove(app: AppData, member: Member, person_id: web::Path<Uuid>) -> Answer {
    member.require(Right::ManageTeam)?;
    let person = known(&app, &member, *person_id).await?;
    let keys = key_ring::living(app.store.read(), &app.clock, member.tenant_id, KeyMaker::Member(person.id));
    let keys = keys.await?.into_iter().map(|key| key.name).collect();
    let name = named(&person);
    let page = member.page(member.words.text("team-remove-title").with("name", name.as_str()), Nav::Team);
    html(&page, &Remove { page: page.clone(), id: person.id, keys, name })
}

/// `POST /panel/team/{person_id}/remove`
pub(super) async fn remove(app: AppData, member: Member, person_id: web::Path<Uuid>, form: Form<RemoveForm>) -> Answer {
    member.require(Right::ManageTeam)?;
    let person = known(&app, &member, *person_id).await?;
    let notice = match member::remove(&app.identity, member.tenant_id, person.id).await? {
        Ok(()) => {
            // From now on the keys open nothing; a crash before the next line leaves them to be taken over.
            end_keys(&app, &member, person.id, form.keys.as_deref() == Some("take")).await?;
            member.audit(&app, app.store.write(), "member.removed", &named(&person), json!({})).await?;
            Notice::done(member.words.text("team-removed").with("name", named(&person)))
        }
        Err(refused) => notice_of(&member, refused)?,
    };
    member.see_other(&app, "/panel/team", notice).await
}
