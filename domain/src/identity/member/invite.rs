//! Invitations: a member's row without access until the person accepts.

use entity::member;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter};
use uuid::Uuid;

use super::{FROM_PANEL, MemberRole, by_hand, change, join};
use crate::identity::IdentityContext;

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
            let role = MemberRole::of(&row.role).unwrap_or(MemberRole::Viewer);
            join(app, db, tenant_id, person_id, role, row.crm_user_id).await?;
            Ok(true)
        }
        _ => Ok(false),
    }
}
