//! Sources whose creation at amoCRM has an unknown outcome. Their rows stay as deleted ones with our external id, so
//! that a later creation under the same id may adopt what exists there; and amoCRM is checked again for a while.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use entity::source::{self, Column};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter};
use uuid::Uuid;

use super::{mirror, not_deleted};
use crate::source::SourceContext;

/// A creation not finished after this time was interrupted.
const ABANDONED: TimeDelta = TimeDelta::minutes(2);
/// Delays between checks whether amoCRM created the source after all.
const ASK_AFTER: [Duration; 4] =
    [Duration::from_secs(5), Duration::from_secs(30), Duration::from_secs(120), Duration::from_secs(600)];

/// Marks interrupted creations (a crash, a lost database) as deleted, so that they block no name and do not count
/// towards the limit.
pub(super) async fn mark_abandoned(db: &impl ConnectionTrait, tenant_id: Uuid, now: i64) -> Result<(), DbErr> {
    source::Entity::update_many()
        .col_expr(Column::DeletedAt, Expr::value(Some(now)))
        .filter(Column::TenantId.eq(tenant_id))
        .filter(Column::AmocrmSourceId.eq(0))
        .filter(Column::DeletedAt.is_null())
        .filter(Column::CreatedAt.lt(now - ABANDONED.num_milliseconds()))
        .exec(db)
        .await?;
    Ok(())
}

/// Marks the row of a creation with an unknown outcome as deleted.
pub(super) async fn mark(db: &impl ConnectionTrait, row: &source::Model, now: i64) -> Result<(), DbErr> {
    source::Entity::update_many()
        .col_expr(Column::DeletedAt, Expr::value(Some(now)))
        .col_expr(Column::Secrets, Expr::value(Option::<Vec<u8>>::None))
        .filter(Column::TenantId.eq(row.tenant_id))
        .filter(Column::Id.eq(row.id))
        .exec(db)
        .await?;
    Ok(())
}

/// Whether a source of amoCRM with this external id can only be an earlier one of ours.
pub(super) async fn is_ours(db: &impl ConnectionTrait, tenant_id: Uuid, external_id: &str) -> Result<bool, DbErr> {
    let deleted = source::Entity::of_tenant(tenant_id)
        .filter(Column::ExternalId.eq(external_id))
        .filter(Column::DeletedAt.is_not_null());
    Ok(deleted.count(db).await? > 0)
}

/// External ids and amoCRM's ids (0 if unknown) of the tenant's deleted sources.
pub(super) async fn buried(db: &impl ConnectionTrait, tenant_id: Uuid) -> Result<Vec<(String, i64)>, DbErr> {
    let deleted = source::Entity::of_tenant(tenant_id).filter(Column::DeletedAt.is_not_null());
    let rows = deleted.all(db).await?;
    Ok(rows.into_iter().map(|row| (row.external_id, row.amocrm_source_id)).collect())
}

/// Removes from amoCRM what a creation with an unknown outcome may have left there, unless it was adopted meanwhile.
pub(super) async fn clean_up(app: Arc<SourceContext>, tenant_id: Uuid, external_id: String) {
    for pause in ASK_AFTER {
        tokio::time::sleep(pause).await;
        match clean_once(&app, tenant_id, &external_id).await {
            Ok(true) => return,
            Ok(false) => {}
            Err(error) => {
                tracing::info!(tenant.id = %tenant_id, error = format!("{error:#}"), "it is not known yet whether amoCRM created a source")
            }
        }
    }
}

/// True if nothing more is to be done.
async fn clean_once(app: &Arc<SourceContext>, tenant_id: Uuid, external_id: &str) -> anyhow::Result<bool> {
    let adopted = not_deleted(tenant_id).filter(Column::ExternalId.eq(external_id)).count(app.store.read()).await?;
    if adopted > 0 {
        return Ok(true);
    }
    let Some(found) = mirror::find(app, tenant_id, external_id).await? else { return Ok(false) };
    mirror::delete(app, tenant_id, found.id).await?;
    tracing::info!(tenant.id = %tenant_id, "a source that amoCRM had created despite an error was removed there");
    Ok(true)
}
