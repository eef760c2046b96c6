//! Deletes many rows of one tenant without blocking others: one batch per statement.

use base::store::Store;
use sea_orm::sea_query::{Alias, Condition, Expr, ExprTrait, Query};
use sea_orm::{ConnectionTrait, DbErr, EntityTrait, Iterable, PrimaryKeyToColumn, QueryFilter};
use uuid::Uuid;

/// Rows per statement.
pub(super) const BATCH: u64 = 500;

/// Deletes all rows of a tenant that match the condition; returns how many. Each batch is a commit of its own, so
/// after an interruption it can simply be repeated.
pub async fn rows<E: EntityTrait>(store: &Store, tenant_id: Uuid, which: Condition) -> Result<u64, DbErr> {
    let mut gone = 0;
    loop {
        let done = batch::<E>(store.write(), tenant_id, which.clone()).await?;
        gone += done;
        if done < BATCH {
            return Ok(gone);
        }
    }
}

async fn batch<E: EntityTrait>(db: &impl ConnectionTrait, tenant_id: Uuid, which: Condition) -> Result<u64, DbErr> {
    let keys: Vec<_> = E::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column).collect();
    let of_tenant = Expr::col(Alias::new("tenant_id")).eq(tenant_id);
    let mut some = Query::select();
    some.columns(keys.iter().copied())
        .from(E::default())
        .cond_where(Condition::all().add(which).add(of_tenant.clone()))
        .limit(BATCH);
    let named = Expr::tuple(keys.into_iter().map(Expr::col)).in_subquery(some);
    let done = E::delete_many().filter(of_tenant).filter(named).exec(db).await?;
    Ok(done.rows_affected)
}
