//! Counts the pending imports of an account, and their size together.

use entity::import::{self, Column};
use sea_orm::sea_query::{Alias, ExprTrait};
use sea_orm::{ColumnTrait, Condition, DbErr, FromQueryResult, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::usage::UsageContext;

/// The numbers of states in which an import has ended (`crate::import` checks them).
pub const ENDED: [i16; 2] = [4, 5];

/// Pending imports; dry runs are included while they can still be started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromQueryResult)]
pub struct Imports {
    pub count: i64,
    /// Total size of their files.
    pub bytes: i64,
}

/// The pending imports of an account.
pub async fn imports(app: &UsageContext, tenant_id: Uuid) -> Result<Imports, DbErr> {
    imports_beside(app, tenant_id, Uuid::nil()).await
}

/// The pending imports of an account beside this one.
pub async fn imports_beside(app: &UsageContext, tenant_id: Uuid, id: Uuid) -> Result<Imports, DbErr> {
    let counted = Condition::all().add(Column::DryRun.eq(true)).add(Column::NextAt.is_not_null());
    let found = import::Entity::of_tenant(tenant_id)
        .select_only()
        .column_as(Column::Id.count(), "count")
        .column_as(Column::Bytes.sum().if_null(0).cast_as(Alias::new("bigint")), "bytes")
        .filter(Column::Id.ne(id))
        .filter(Condition::any().add(Column::State.is_not_in(ENDED)).add(counted))
        .into_model::<Imports>()
        .one(app.store.read())
        .await?;
    Ok(found.unwrap_or_default())
}
