//! Members of an account and their roles.

use base::i18n::{Language, Words};
use base::store::{directory, in_transaction};
use entity::member::{self, Column};
use entity::{person, tenant};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use serde_json::json;
use uuid::Uuid;

use super::ticket::TicketUser;
use super::{IdentityContext, credentials, person as persons, session};
use crate::audit::By;
use crate::brand;

base::worded! {
    /// A member's role, from most to fewest rights. The word is also the end of the text keys `team-role-…`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum MemberRole, as_str {
        Owner = "owner",
        Administrator = "administrator",
        Viewer = "viewer",
    }
}

/// Why a role cannot be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoleChangeRefused {
    /// No owner would be left.
    LastOwner,
    /// Not a member, or no longer.
    Unknown,
}

/// The member's row, unless access was removed, here or in amoCRM.
pub async fn find(db: &impl ConnectionTrait, tenant_id: Uuid, person_id: Uuid) -> Result<Option<member::Model>, DbErr> {
    let row = member::Entity::of_tenant(tenant_id).filter(member::Column::PersonId.eq(person_id)).one(db).await?;
    Ok(row.filter(|row| row.disabled_at.is_none() && row.crm_gone_at.is_none()))
}

/// All members of an account with their persons, including those without access, the earliest first. At most 500.
pub async fn all(db: &impl ConnectionTrait, tenant_id: Uuid) -> Result<Vec<(member::Model, person::Model)>, DbErr> {
    let rows = member::Entity::of_tenant(tenant_id)
        .order_by_asc(member::Column::InvitedAt)
        .order_by_asc(member::Column::PersonId)
        .limit(500)
        .all(db)
        .await?;
    let persons = persons::by_ids(db, rows.iter().map(|row| row.person_id).collect()).await?;
    let with_person = |row: member::Model| {
        let person = persons.iter().find(|person| person.id == row.person_id)?.clone();
        Some((row, person))
    };
    Ok(rows.into_iter().filter_map(with_person).collect())
}

/// The accounts that a person may enter, sorted by address.
pub async fn accounts(app: &IdentityContext, person_id: Uuid) -> Result<Vec<(tenant::Model, MemberRole)>, DbErr> {
    let db = app.store.read();
    let beginning = format!("{person_id}:");
    let entries = directory::list(db, directory::IdKind::Membership, &beginning, app.clock.millis()).await?;
    let mut found = Vec::new();
    for (_, entry) in entries {
        let Some(row) = find(db, entry.tenant_id, person_id).await? else { continue };
        let Some(role) = MemberRole::parse(&row.role) else { continue };
        if let Some(tenant) = tenant::Entity::of_tenant(entry.tenant_id).one(db).await? {
            found.push((tenant, role));
        }
    }
    found.sort_by(|(one, _), (other, _)| one.host.cmp(&other.host));
    Ok(found)
}

/// The texts that a person reads outside an account: in their language, with the name that the integrations of all their
/// accounts have for the service.
pub async fn words_of(app: &IdentityContext, person: &person::Model) -> Result<Words, DbErr> {
    let language = Language::of_code(&person.language).unwrap_or(Language::En);
    let integrations = accounts(app, person.id).await?.into_iter().map(|(tenant, _)| tenant.integration);
    Ok(Words::named(language, brand::product(&app.integrations, integrations)))
}

/// Makes a person a member, or restores access. An existing member keeps their role. Credentials that are valid in
/// another account only are removed, because that account's link may have been used by another person.
pub async fn join(
    app: &IdentityContext,
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    person_id: Uuid,
    role: MemberRole,
    crm_user_id: Option<i64>,
) -> Result<(), DbErr> {
    let now = app.clock.millis();
    let known = member::Entity::of_tenant(tenant_id).filter(member::Column::PersonId.eq(person_id)).one(db).await?;
    match known {
        Some(row) if row.disabled_at.is_none() => return Ok(()),
        Some(_) => {
            change(db, tenant_id, person_id, member::Column::Role, Expr::value(role.as_str())).await?;
            change(db, tenant_id, person_id, member::Column::InvitedAt, Expr::value(now)).await?;
            change(db, tenant_id, person_id, member::Column::DisabledAt, Expr::value(Option::<i64>::None)).await?;
            by_hand(db, tenant_id, person_id).await?;
        }
        None => {
            let row = member::Model {
                tenant_id,
                person_id,
                role: role.as_str().to_owned(),
                crm_user_id,
                role_from: FROM_PANEL.to_owned(),
                crm_asked_at: 0,
                crm_gone_at: None,
                invited_at: now,
                last_seen_at: None,
                disabled_at: None,
            };
            member::Entity::insert(row.into_active_model()).exec_without_returning(db).await?;
        }
    }
    let entry = directory::DirectoryEntry { tenant_id, id: person_id, note: String::new(), expires_at: None };
    directory::set(db, directory::IdKind::Membership, &format!("{person_id}:{tenant_id}"), entry).await?;
    match persons::by_id(db, person_id).await? {
        Some(person) if person.proved_at.is_none() && credentials_elsewhere(app, db, &person, tenant_id).await? => {
            credentials::fall(db, person_id).await
        }
        _ => Ok(()),
    }
}

/// Whether a person with an unproved address may have a password or session from another account.
async fn credentials_elsewhere(
    app: &IdentityContext,
    db: &impl ConnectionTrait,
    person: &person::Model,
    tenant_id: Uuid,
) -> Result<bool, DbErr> {
    if person.set_in.is_some_and(|set_in| set_in != tenant_id) {
        return Ok(true);
    }
    let beginning = format!("{}:", person.id);
    let accounts = directory::list(db, directory::IdKind::Membership, &beginning, app.clock.millis()).await?;
    Ok(accounts.iter().any(|(_, entry)| entry.tenant_id != tenant_id))
}

/// Sets a role, which from then on does not follow amoCRM.
pub async fn change_role(
    app: &IdentityContext,
    tenant_id: Uuid,
    person_id: Uuid,
    role: MemberRole,
) -> Result<Result<(), RoleChangeRefused>, DbErr> {
    in_transaction(&app.store, async |tx| {
        if let Err(refused) = may_lose(tx, tenant_id, person_id, role != MemberRole::Owner).await? {
            return Ok(Err(refused));
        }
        change(tx, tenant_id, person_id, member::Column::Role, Expr::value(role.as_str())).await?;
        by_hand(tx, tenant_id, person_id).await?;
        Ok(Ok(()))
    })
    .await
}

/// Removes access and ends the person's sessions in this account.
pub async fn remove(
    app: &IdentityContext,
    tenant_id: Uuid,
    person_id: Uuid,
) -> Result<Result<(), RoleChangeRefused>, DbErr> {
    let now = app.clock.millis();
    in_transaction(&app.store, async |tx| {
        if let Err(refused) = may_lose(tx, tenant_id, person_id, true).await? {
            return Ok(Err(refused));
        }
        // Never the time of the invitation: equal times mark an open invitation.
        change(tx, tenant_id, person_id, member::Column::DisabledAt, Expr::value(Some(now))).await?;
        change(tx, tenant_id, person_id, member::Column::InvitedAt, Expr::value(now - 1)).await?;
        session::end_of_person(tx, tenant_id, person_id, None).await?;
        directory::take(tx, directory::IdKind::Membership, &format!("{person_id}:{tenant_id}"), now).await?;
        Ok(Ok(()))
    })
    .await
}

/// Records that the person was active.
pub async fn seen(app: &IdentityContext, tenant_id: Uuid, person_id: Uuid) -> Result<(), DbErr> {
    let now = app.clock.millis();
    change(app.store.write(), tenant_id, person_id, member::Column::LastSeenAt, Expr::value(Some(now))).await
}

/// Owners are read under a lock, so that two who remove each other do not both succeed.
async fn may_lose(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    person_id: Uuid,
    loses_ownership: bool,
) -> Result<Result<(), RoleChangeRefused>, DbErr> {
    let row = member::Entity::of_tenant(tenant_id).filter(member::Column::PersonId.eq(person_id)).one(db).await?;
    let Some(row) = row.filter(|row| standing(row) != MemberStatus::Disabled) else {
        return Ok(Err(RoleChangeRefused::Unknown));
    };
    if standing(&row) == MemberStatus::Invited {
        return Ok(Ok(()));
    }
    if row.role != MemberRole::Owner.as_str() || !loses_ownership {
        return Ok(Ok(()));
    }
    let owners = member::Entity::of_tenant(tenant_id)
        .filter(member::Column::Role.eq(MemberRole::Owner.as_str()))
        .filter(member::Column::DisabledAt.is_null())
        .order_by_asc(member::Column::PersonId)
        .lock_exclusive()
        .all(db)
        .await?;
    Ok(if owners.len() > 1 { Ok(()) } else { Err(RoleChangeRefused::LastOwner) })
}

/// Marks the role as decided here, not by amoCRM.
async fn by_hand(db: &impl ConnectionTrait, tenant_id: Uuid, person_id: Uuid) -> Result<(), DbErr> {
    change(db, tenant_id, person_id, member::Column::RoleFrom, Expr::value(FROM_PANEL)).await?;
    change(db, tenant_id, person_id, member::Column::CrmGoneAt, Expr::value(Option::<i64>::None)).await
}

async fn change(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    person_id: Uuid,
    column: member::Column,
    value: sea_orm::sea_query::SimpleExpr,
) -> Result<(), DbErr> {
    member::Entity::update_of(tenant_id)
        .col_expr(column, value)
        .filter(member::Column::PersonId.eq(person_id))
        .exec(db)
        .await?;
    Ok(())
}

// Members from amoCRM: their rights there are applied, unless their role was decided here.

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
    in_transaction(&app.store, async |tx| of_crm_user_in(app, tx, tenant_id, user, language).await).await
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
    let held = MemberRole::parse(&row.role).unwrap_or(MemberRole::Viewer);
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
    in_transaction(&app.store, async |tx| vouch_in(app, tx, row, says).await).await
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

// Invitations: a member's row without access until the person accepts.

/// A person's status in an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberStatus {
    /// May enter after accepting the invitation.
    Invited,
    Active,
    Disabled,
}

/// A member's status. An invitation is a row without access that was never used.
pub fn standing(row: &member::Model) -> MemberStatus {
    match row.disabled_at {
        None => MemberStatus::Active,
        Some(at) if at == row.invited_at => MemberStatus::Invited,
        Some(_) => MemberStatus::Disabled,
    }
}

/// Invites a person: access begins when they accept, so that knowing a member's e-mail is not enough to enter. False if
/// they are a member already.
pub async fn invite(
    app: &IdentityContext,
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    person_id: Uuid,
    role: MemberRole,
) -> Result<bool, DbErr> {
    let now = app.clock.millis();
    let known = member::Entity::of_tenant(tenant_id).filter(member::Column::PersonId.eq(person_id)).one(db).await?;
    match known {
        Some(row) if row.disabled_at.is_none() => return Ok(false),
        Some(_) => {
            change(db, tenant_id, person_id, member::Column::Role, Expr::value(role.as_str())).await?;
            change(db, tenant_id, person_id, member::Column::InvitedAt, Expr::value(now)).await?;
            change(db, tenant_id, person_id, member::Column::DisabledAt, Expr::value(Some(now))).await?;
            by_hand(db, tenant_id, person_id).await?;
        }
        None => {
            let row = member::Model {
                tenant_id,
                person_id,
                role: role.as_str().to_owned(),
                crm_user_id: None,
                role_from: FROM_PANEL.to_owned(),
                crm_asked_at: 0,
                crm_gone_at: None,
                invited_at: now,
                last_seen_at: None,
                disabled_at: Some(now),
            };
            member::Entity::insert(row.into_active_model()).exec_without_returning(db).await?;
        }
    }
    Ok(true)
}

/// Accepts an invitation. False if there is none, or it was withdrawn.
pub async fn accept(
    app: &IdentityContext,
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    person_id: Uuid,
) -> Result<bool, DbErr> {
    let known = member::Entity::of_tenant(tenant_id).filter(member::Column::PersonId.eq(person_id)).one(db).await?;
    match known {
        Some(row) if row.disabled_at.is_none() => Ok(true),
        Some(row) if standing(&row) == MemberStatus::Invited => {
            let role = MemberRole::parse(&row.role).unwrap_or(MemberRole::Viewer);
            join(app, db, tenant_id, person_id, role, row.crm_user_id).await?;
            Ok(true)
        }
        _ => Ok(false),
    }
}
