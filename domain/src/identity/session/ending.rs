//! Ending sessions before they expire.

use entity::session;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::{SessionKind, TICKET};

/// Ends one session.
pub async fn end(db: &impl ConnectionTrait, tenant_id: Uuid, id: Uuid) -> Result<(), DbErr> {
    session::Entity::delete_many()
        .filter(session::Column::TenantId.eq(tenant_id))
        .filter(session::Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(())
}

/// Ends all of a person's sessions in one account (or the vendor's admin) except one.
pub async fn end_of_person(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    person_id: Uuid,
    except: Option<Uuid>,
) -> Result<u64, DbErr> {
    let mut gone = session::Entity::delete_many()
        .filter(session::Column::TenantId.eq(tenant_id))
        .filter(session::Column::PersonId.eq(person_id));
    if let Some(except) = except {
        gone = gone.filter(session::Column::Id.ne(except));
    }
    Ok(gone.exec(db).await?.rows_affected)
}

/// Ends an operator's views of accounts.
pub async fn end_views(db: &impl ConnectionTrait, person_id: Uuid) -> Result<(), DbErr> {
    session::Entity::delete_many()
        .filter(session::Column::PersonId.eq(person_id))
        .filter(session::Column::Kind.eq(SessionKind::ViewAs.as_str()))
        .exec(db)
        .await?;
    Ok(())
}

/// Ends a person's sessions from amoCRM in one account; `administrators`: only those opened as administrator.
pub async fn end_of_tickets(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    person_id: Uuid,
    administrators: bool,
) -> Result<u64, DbErr> {
    let mut gone = session::Entity::delete_many()
        .filter(session::Column::TenantId.eq(tenant_id))
        .filter(session::Column::PersonId.eq(person_id))
        .filter(session::Column::Via.eq(TICKET));
    if administrators {
        gone = gone.filter(session::Column::IsAdmin.eq(true));
    }
    Ok(gone.exec(db).await?.rows_affected)
}

/// Ends all of a person's sessions in every account except one.
pub async fn end_everywhere(db: &impl ConnectionTrait, person_id: Uuid, except: Option<Uuid>) -> Result<u64, DbErr> {
    let mut gone = session::Entity::delete_many().filter(session::Column::PersonId.eq(person_id));
    if let Some(except) = except {
        gone = gone.filter(session::Column::Id.ne(except));
    }
    Ok(gone.exec(db).await?.rows_affected)
}
