//! Members of an account and their roles.

use base::i18n::{Language, Words};
use base::store::directory;
use base::store::finish_tx;
use entity::{member, person, tenant};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::{credentials, person as persons, session};
use crate::brand;
use crate::identity::IdentityContext;

mod crm;
mod invite;

pub use crm::{FROM_CRM, FROM_PANEL, Vouched, of_crm_user, vouch};
pub use invite::{MemberStatus, accept, invite, standing};

/// A member's role, from most to fewest rights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MemberRole {
    Owner,
    Administrator,
    Viewer,
}

impl MemberRole {
    pub const ALL: [Self; 3] = [Self::Owner, Self::Administrator, Self::Viewer];

    /// The value in tables and forms, and the suffix of the message keys `team-role-…`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Administrator => "administrator",
            Self::Viewer => "viewer",
        }
    }

    /// The role of a value.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
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
        let Some(role) = MemberRole::of(&row.role) else { continue };
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
    let tx = app.store.write_tx().await?;
    let done = async {
        if let Err(refused) = may_lose(&tx, tenant_id, person_id, role != MemberRole::Owner).await? {
            return Ok(Err(refused));
        }
        change(&tx, tenant_id, person_id, member::Column::Role, Expr::value(role.as_str())).await?;
        by_hand(&tx, tenant_id, person_id).await?;
        Ok(Ok(()))
    };
    let done = done.await;
    finish_tx(tx, done).await
}

/// Removes access and ends the person's sessions in this account.
pub async fn remove(
    app: &IdentityContext,
    tenant_id: Uuid,
    person_id: Uuid,
) -> Result<Result<(), RoleChangeRefused>, DbErr> {
    let now = app.clock.millis();
    let tx = app.store.write_tx().await?;
    let done = async {
        if let Err(refused) = may_lose(&tx, tenant_id, person_id, true).await? {
            return Ok(Err(refused));
        }
        // Never the time of the invitation: equal times mark an open invitation.
        change(&tx, tenant_id, person_id, member::Column::DisabledAt, Expr::value(Some(now))).await?;
        change(&tx, tenant_id, person_id, member::Column::InvitedAt, Expr::value(now - 1)).await?;
        session::end_of_person(&tx, tenant_id, person_id, None).await?;
        directory::take(&tx, directory::IdKind::Membership, &format!("{person_id}:{tenant_id}"), now).await?;
        Ok(Ok(()))
    };
    let done = done.await;
    finish_tx(tx, done).await
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
    member::Entity::update_many()
        .col_expr(column, value)
        .filter(member::Column::TenantId.eq(tenant_id))
        .filter(member::Column::PersonId.eq(person_id))
        .exec(db)
        .await?;
    Ok(())
}
