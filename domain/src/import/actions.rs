//! Actions of people on an import: start after a dry run, pause, resume, cancel.

use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::store::finish_tx;
use entity::import::{self, Column};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{ImportState, queries};
use crate::audit::{self, AuditEntry};
use crate::source::By;
use crate::usage::UsageContext;

/// Records an action in the audit log, in the transaction that performs it.
pub(super) async fn note(
    app: &UsageContext,
    db: &impl ConnectionTrait,
    row: &import::Model,
    by: &By,
    action: &'static str,
    detail: Value,
) -> Result<(), DbErr> {
    let object = row.id.to_string();
    let (tenant_id, actor, address) = (row.tenant_id, &by.actor, by.address);
    audit::record(app, db, AuditEntry { tenant_id, actor, action, object: &object, detail, address, done: true }).await
}

/// Starts an import after its dry run, without uploading the file again. 409 if it was already started, or a day has
/// passed.
pub async fn start(app: &UsageContext, tenant_id: Uuid, id: Uuid, by: &By) -> Result<import::Model> {
    let row = existing(app, tenant_id, id).await?;
    if !queries::can_start(&row) {
        return Err(over(&row));
    }
    let began = queries::one(tenant_id, id)
        .col_expr(Column::DryRun, Expr::value(false))
        .col_expr(Column::CreatedAt, Expr::value(app.clock.millis()))
        .col_expr(Column::FinishedAt, Expr::value(Option::<i64>::None))
        .filter(Column::NextAt.is_not_null());
    change(app, &row, ImportState::Queued, began, by, "import.started").await
}

/// Stops adding messages to the queue until [`resume`]; those already queued are delivered. Idempotent.
pub async fn pause(app: &UsageContext, tenant_id: Uuid, id: Uuid, by: &By) -> Result<import::Model> {
    let row = existing(app, tenant_id, id).await?;
    match ImportState::from_number(row.state)? {
        ImportState::Paused => Ok(row),
        ImportState::Queued | ImportState::Running => {
            change(app, &row, ImportState::Paused, queries::one(tenant_id, id), by, "import.paused").await
        }
        ImportState::Reading | ImportState::Done | ImportState::Cancelled | ImportState::Failed => Err(over(&row)),
    }
}

/// Continues after a pause or a failure. A running one is unchanged.
pub async fn resume(app: &UsageContext, tenant_id: Uuid, id: Uuid, by: &By) -> Result<import::Model> {
    let row = existing(app, tenant_id, id).await?;
    match ImportState::from_number(row.state)? {
        ImportState::Queued | ImportState::Running => Ok(row),
        ImportState::Paused | ImportState::Failed => {
            let on = queries::one(tenant_id, id).col_expr(Column::Failure, Expr::value(""));
            change(app, &row, ImportState::Queued, on, by, "import.resumed").await
        }
        ImportState::Reading | ImportState::Done | ImportState::Cancelled => Err(over(&row)),
    }
}

/// Ends it for good. Messages already queued stay and are delivered; the rest is deleted. Idempotent.
pub async fn cancel(app: &UsageContext, tenant_id: Uuid, id: Uuid, by: &By) -> Result<import::Model> {
    let row = existing(app, tenant_id, id).await?;
    match ImportState::from_number(row.state)? {
        ImportState::Cancelled => Ok(row),
        ImportState::Done if !queries::can_start(&row) => Err(over(&row)),
        ImportState::Reading => Err(over(&row)),
        ImportState::Queued | ImportState::Running | ImportState::Paused | ImportState::Failed | ImportState::Done => {
            let end = queries::one(tenant_id, id).col_expr(Column::FinishedAt, Expr::value(Some(app.clock.millis())));
            change(app, &row, ImportState::Cancelled, end, by, "import.cancelled").await
        }
    }
}

async fn existing(app: &UsageContext, tenant_id: Uuid, id: Uuid) -> Result<import::Model> {
    queries::find(app, tenant_id, id).await?.ok_or(Error::NotFound)
}

fn over(row: &import::Model) -> Error {
    let state = ImportState::from_number(row.state).map_or("failed", ImportState::word);
    let detail =
        LocalizedText::new("said-import-over").with("state", LocalizedText::new(format!("import-state-{state}")));
    Error::Conflict { problem: "import_over", detail }
}

/// Changes a row that has not changed since it was read; its current worker loses it.
async fn change(
    app: &UsageContext,
    seen: &import::Model,
    to: ImportState,
    update: sea_orm::UpdateMany<import::Entity>,
    by: &By,
    action: &'static str,
) -> Result<import::Model> {
    let tx = app.store.write_tx().await?;
    let done = async {
        let done = update
            .col_expr(Column::State, Expr::value(to.number()))
            .col_expr(Column::NextAt, Expr::value(Some(app.clock.millis())))
            .col_expr(Column::GivesWay, Expr::value(false))
            .col_expr(Column::Epoch, Expr::col(Column::Epoch).add(1))
            .filter(Column::State.eq(seen.state))
            .exec(&tx)
            .await?;
        if done.rows_affected > 0 {
            note(app, &tx, seen, by, action, json!({"done": seen.done, "messages": seen.total})).await?;
        }
        Ok::<_, DbErr>(done.rows_affected > 0)
    };
    let done = done.await;
    if !finish_tx(tx, done).await? {
        // Changed concurrently; a retry sees the new state.
        return Err(Error::Unavailable { detail: LocalizedText::new("said-import-busy"), retry_after: 1 });
    }
    import::Entity::of_tenant(seen.tenant_id)
        .filter(Column::Id.eq(seen.id))
        .one(app.store.read())
        .await?
        .ok_or(Error::NotFound)
}
