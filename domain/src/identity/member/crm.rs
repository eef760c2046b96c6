//! Members from amoCRM: their rights there are applied, unless their role was decided here.

use base::i18n::Language;
use base::store::finish_tx;
use entity::member::{self, Column};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, QueryFilter};
use serde_json::json;
use uuid::Uuid;

use super::{MemberRole, change, join};
use crate::audit::By;
use crate::identity::IdentityContext;
use crate::identity::ticket::TicketUser;
use crate::identity::{person as persons, session};

/// A role that follows amoCRM.
pub const FROM_CRM: &str = "amocrm";
/// A role that was decided here.
pub const FROM_PANEL: &str = "panel";

/// A user's rights in an account, as amoCRM reports them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vouched {
    Administrator,
    /// A user who is not an administrator.
    User,
    /// Not a user of the account, or disabled.
    Gone,
}

/// The person of an amoCRM user with a ticket, created on the first visit. An administrator of the account becomes an
/// owner here, others viewers. `None` if access was removed here.
pub async fn of_crm_user(
    app: &IdentityContext,
    tenant_id: Uuid,
    user: &TicketUser,
    language: Language,
) -> Result<Option<(entity::person::Model, MemberRole)>, DbErr> {
    let tx = app.store.write_tx().await?;
    let done = of_crm_user_in(app, &tx, tenant_id, user, language).await;
    finish_tx(tx, done).await
}

async fn of_crm_user_in(
    app: &IdentityContext,
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    user: &TicketUser,
    language: Language,
) -> Result<Option<(entity::person::Model, MemberRole)>, DbErr> {
    let role = if user.is_admin { MemberRole::Owner } else { MemberRole::Viewer };
    let known = member::Entity::of_tenant(tenant_id).filter(Column::CrmUserId.eq(user.id)).one(db).await?;
    let Some(row) = known else {
        let new = persons::NewPerson { email: "", name: &user.name, language, is_operator: false };
        let Some(person) = persons::add(app, db, new).await? else { return Ok(None) };
        join(app, db, tenant_id, person.id, role, Some(user.id)).await?;
        change(db, tenant_id, person.id, Column::RoleFrom, Expr::value(FROM_CRM)).await?;
        change(db, tenant_id, person.id, Column::CrmAskedAt, Expr::value(app.clock.millis())).await?;
        return Ok(Some((person, role)));
    };
    let Some(mut person) = persons::by_id(db, row.person_id).await? else { return Ok(None) };
    if row.disabled_at.is_some() || person.disabled_at.is_some() {
        return Ok(None);
    }
    if !user.name.is_empty() && user.name != person.name {
        persons::set_name(db, person.id, &user.name).await?;
        person.name.clone_from(&user.name);
    }
    let held = MemberRole::of(&row.role).unwrap_or(MemberRole::Viewer);
    change(db, tenant_id, person.id, Column::CrmGoneAt, Expr::value(Option::<i64>::None)).await?;
    // A ticket without administrator's rights may also mean that amoCRM did not answer, so the role is only lowered by
    // the check at the next use.
    let asked_at = if role <= held { app.clock.millis() } else { 0 };
    change(db, tenant_id, person.id, Column::CrmAskedAt, Expr::value(asked_at)).await?;
    if role < held && row.role_from == FROM_CRM {
        change(db, tenant_id, person.id, Column::Role, Expr::value(role.as_str())).await?;
        return Ok(Some((person, role)));
    }
    Ok(Some((person, held)))
}

/// Applies amoCRM's current answer about a member. A role from amoCRM rises and falls with it; a granted one stays.
/// Sessions with more rights than that end. Changes are recorded in the audit log.
pub async fn vouch(app: &IdentityContext, row: &member::Model, says: Vouched) -> Result<(), DbErr> {
    let tx = app.store.write_tx().await?;
    let done = vouch_in(app, &tx, row, says).await;
    finish_tx(tx, done).await
}

async fn vouch_in(
    app: &IdentityContext,
    db: &impl ConnectionTrait,
    row: &member::Model,
    says: Vouched,
) -> Result<(), DbErr> {
    let (tenant_id, person_id, now) = (row.tenant_id, row.person_id, app.clock.millis());
    let object = persons::by_id(db, person_id).await?.map(|person| person.name).unwrap_or_default();
    let by = By::parom();
    let from_crm = row.role_from == FROM_CRM;
    change(db, tenant_id, person_id, Column::CrmAskedAt, Expr::value(now)).await?;
    let role = match says {
        Vouched::Administrator => MemberRole::Owner,
        Vouched::User | Vouched::Gone => MemberRole::Viewer,
    };
    if from_crm && row.role != role.as_str() {
        change(db, tenant_id, person_id, Column::Role, Expr::value(role.as_str())).await?;
        let detail = json!({ "role": role.as_str(), "why": "amocrm" });
        by.did(app, db, "member.role_changed", (tenant_id, &object), detail).await?;
    }
    let ends = match says {
        Vouched::Administrator => return Ok(()),
        Vouched::User => session::end_of_tickets(db, tenant_id, person_id, true).await?,
        Vouched::Gone if from_crm => {
            change(db, tenant_id, person_id, Column::CrmGoneAt, Expr::value(Some(now))).await?;
            session::end_of_person(db, tenant_id, person_id, None).await?
        }
        Vouched::Gone => session::end_of_tickets(db, tenant_id, person_id, false).await?,
    };
    if ends > 0 {
        let why = if says == Vouched::Gone { "gone" } else { "no_administrator" };
        by.did(app, db, "member.access_ended", (tenant_id, &object), json!({ "why": why, "sessions": ends })).await?;
    }
    Ok(())
}
