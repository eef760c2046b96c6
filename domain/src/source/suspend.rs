//! Pauses the source of a developer's endpoint that fails for a day; everything is kept, and people are alerted.
//!
//! ```text
//! failing_since + 24 h, in ten tries at least ─▶ held, paused, alert ─▶ a person resumes ─▶ one probe ─▶ all, in
//! order
//! ```

use base::store::finish_tx;
use chrono::TimeDelta;
use entity::{source, turn};
use queue::FailureLimit;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use super::by::next_version;
use super::{By, live};
use crate::alert::{self, Alarm, WEBHOOK_SUSPENDED};
use crate::source::SourceContext;

/// Minimum time without any success …
const PATIENCE: TimeDelta = TimeDelta::days(1);
/// … and minimum number of attempts: one webhook in a quiet day proves nothing.
const TRIES: i32 = 10;

/// A webhook of this source failed. Once all have failed for a day the source is paused.
pub async fn failing(app: &SourceContext, tenant_id: Uuid, source_id: Uuid) {
    if let Err(error) = look(app, tenant_id, source_id).await {
        tracing::error!(tenant.id = %tenant_id, source.id = %source_id, %error, "an endpoint's failures could not be evaluated; its next failure will trigger the next attempt");
    }
}

async fn look(app: &SourceContext, tenant_id: Uuid, source_id: Uuid) -> Result<(), DbErr> {
    let turn = turn::Entity::of_tenant(tenant_id).filter(turn::Column::Target.eq(source_id));
    let turn = turn.one(app.store.read()).await?;
    let since = turn.filter(|turn| turn.failing >= TRIES).and_then(|turn| turn.failing_since);
    let Some(since) = since else { return Ok(()) };
    if app.store.now().await? - since < PATIENCE.num_milliseconds() {
        return Ok(());
    }
    let source = live(tenant_id).filter(source::Column::Id.eq(source_id)).one(app.store.read()).await?;
    let Some(source) = source.filter(|source| !source.paused) else { return Ok(()) };
    let tx = app.store.write_tx().await?;
    let done = pause(app, &tx, &source).await;
    if finish_tx(tx, done).await? {
        app.lookup.forget();
        tracing::warn!(tenant.id = %tenant_id, source.id = %source_id, "a webhook endpoint has failed for a day: its source is paused");
    }
    Ok(())
}

/// Turn, row, alert and audit in one commit. False if it was paused concurrently or has just answered.
async fn pause(app: &SourceContext, tx: &DatabaseTransaction, source: &source::Model) -> Result<bool, DbErr> {
    let target = (source.tenant_id, source.id);
    let limit = FailureLimit { millis: PATIENCE.num_milliseconds(), tries: TRIES };
    if !app.queue.suspend(tx, target, limit, WEBHOOK_SUSPENDED).await? {
        return Ok(false);
    }
    let now = app.clock.millis();
    source::Entity::update_many()
        .col_expr(source::Column::Paused, Expr::value(true))
        .col_expr(source::Column::PausedBy, Expr::value(""))
        .col_expr(source::Column::StatusSince, Expr::value(now))
        .col_expr(source::Column::UpdatedAt, Expr::value(next_version(source, now)))
        .filter(source::Column::TenantId.eq(source.tenant_id))
        .filter(source::Column::Id.eq(source.id))
        .filter(source::Column::DeletedAt.is_null())
        .exec(tx)
        .await?;
    let id = source.id.to_string();
    let detail = json!({ "source": source.name, "host": host(source) });
    let alarm = Alarm {
        tenant_id: source.tenant_id,
        kind: WEBHOOK_SUSPENDED,
        object: &id,
        source_id: Some(source.id),
        detail: detail.clone(),
    };
    alert::raise(app, tx, alarm).await?;
    By::parom().did(app, tx, "source.suspended", (source.tenant_id, &id), detail).await?;
    Ok(true)
}

/// The host of the endpoint.
fn host(source: &source::Model) -> String {
    let settings: Value = serde_json::from_str(&source.settings).unwrap_or_default();
    let url = settings.get("webhook_url").and_then(Value::as_str).and_then(|url| Url::parse(url).ok());
    url.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}
