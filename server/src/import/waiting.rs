//! Counts the pending imports of an account, and their size together.

use base::error::{Error, Result};
use base::words::Said;
use entity::import::{self, Column};
use sea_orm::sea_query::{Alias, ExprTrait};
use sea_orm::{ColumnTrait, Condition, DbErr, FromQueryResult, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::State;
use crate::app::App;
use crate::usage::bytes_of;

/// Seconds after which a refused upload may be retried: imports seldom end sooner.
const AGAIN: u32 = 60;

/// Pending imports; dry runs are included while they can still be started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromQueryResult)]
pub struct Waiting {
    pub count: i64,
    /// Total size of their files.
    pub bytes: i64,
}

/// The pending imports of an account.
pub async fn waiting(app: &App, tenant_id: Uuid) -> Result<Waiting, DbErr> {
    beside(app, tenant_id, Uuid::nil()).await
}

async fn beside(app: &App, tenant_id: Uuid, id: Uuid) -> Result<Waiting, DbErr> {
    let over = [State::Done.number(), State::Cancelled.number()];
    let counted = Condition::all().add(Column::DryRun.eq(true)).add(Column::NextAt.is_not_null());
    let found = import::Entity::of_tenant(tenant_id)
        .select_only()
        .column_as(Column::Id.count(), "count")
        .column_as(Column::Bytes.sum().if_null(0).cast_as(Alias::new("bigint")), "bytes")
        .filter(Column::Id.ne(id))
        .filter(Condition::any().add(Column::State.is_not_in(over)).add(counted))
        .into_model::<Waiting>()
        .one(app.store.read())
        .await?;
    Ok(found.unwrap_or_default())
}

/// Bytes available for the account's next import. 429: too many are pending.
pub(super) async fn room(app: &App, row: &import::Model) -> Result<u64> {
    let limits = &app.config.limits;
    let others = beside(app, row.tenant_id, row.id).await?;
    if limits.imports_waiting > 0 && others.count >= i64::from(limits.imports_waiting) {
        return Err(Error::TooMany {
            problem: "too_many_imports",
            detail: Said::new("said-imports-many").with("most", limits.imports_waiting),
            retry_after: AGAIN,
        });
    }
    if limits.imports_waiting_mb == 0 {
        return Ok(u64::MAX);
    }
    let room = bytes_of(limits.imports_waiting_mb).saturating_sub(u64::try_from(others.bytes).unwrap_or(0));
    if room == 0 { Err(too_much(app)) } else { Ok(room) }
}

/// 429: their files have reached the size limit.
pub(super) fn too_much(app: &App) -> Error {
    Error::TooMany {
        problem: "too_many_imports",
        detail: Said::new("said-imports-large").with("most", app.config.limits.imports_waiting_mb),
        retry_after: AGAIN,
    }
}
