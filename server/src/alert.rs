//! What somebody should look at. One cause is one row: it opens, repeats, and is resolved by proof.

use entity::alert::{self, Column};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use serde_json::Value;
use uuid::Uuid;

use crate::app::App;

/// What is to be said.
#[derive(Clone, Debug)]
pub struct Alarm<'alarm> {
    /// Whom it concerns; [`crate::store::VENDOR`]: the vendor.
    pub tenant_id: Uuid,
    /// The words are `alert-{kind}-subject` and `alert-{kind}-body`.
    pub kind: &'static str,
    /// What exactly: two of one kind with different objects are two rows.
    pub object: &'alarm str,
    pub source_id: Option<Uuid>,
    /// The placeables of the words, without secrets and texts.
    pub detail: Value,
}

/// Opens an alert or counts one more of an open one. A resolved one opens anew. True: it was not open before.
pub async fn raise(app: &App, db: &impl ConnectionTrait, alarm: Alarm<'_>) -> Result<bool, DbErr> {
    let now = app.clock.millis();
    let key = key(alarm.kind, alarm.object);
    let reopened = Expr::case(Column::ResolvedAt.is_not_null(), Expr::value(now))
        .finally(Expr::col((alert::Entity, Column::OpenedAt)));
    let row = alert::Model {
        tenant_id: alarm.tenant_id,
        key: key.clone(),
        kind: alarm.kind.to_owned(),
        source_id: alarm.source_id,
        detail: alarm.detail.to_string(),
        opened_at: now,
        last_at: now,
        count: 1,
        resolved_at: None,
        muted_until: None,
    };
    let known = alert::Entity::of_tenant(alarm.tenant_id).filter(Column::Key.eq(&key)).one(db).await?;
    alert::Entity::insert(row.into_active_model())
        .on_conflict(
            OnConflict::columns([Column::TenantId, Column::Key])
                .value(Column::OpenedAt, reopened)
                .value(Column::Count, Expr::col((alert::Entity, Column::Count)).add(1))
                .update_columns([Column::SourceId, Column::Detail, Column::LastAt, Column::ResolvedAt])
                .to_owned(),
        )
        .exec_without_returning(db)
        .await?;
    let is_new = known.is_none_or(|known| known.resolved_at.is_some());
    if is_new {
        tracing::warn!(tenant.id = %alarm.tenant_id, kind = alarm.kind, object = alarm.object, "an alert was opened");
    }
    Ok(is_new)
}

/// Closes an alert by proof. True: it was open.
pub async fn resolve(
    app: &App,
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    kind: &str,
    object: &str,
) -> Result<bool, DbErr> {
    let done = alert::Entity::update_many()
        .col_expr(Column::ResolvedAt, Expr::value(Some(app.clock.millis())))
        .filter(Column::TenantId.eq(tenant_id))
        .filter(Column::Key.eq(key(kind, object)))
        .filter(Column::ResolvedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected > 0)
}

/// The open alerts of a tenant (or of the vendor), newest first, at most 200.
pub async fn open(db: &impl ConnectionTrait, tenant_id: Uuid) -> Result<Vec<alert::Model>, DbErr> {
    alert::Entity::of_tenant(tenant_id)
        .filter(Column::ResolvedAt.is_null())
        .order_by_desc(Column::LastAt)
        .limit(200)
        .all(db)
        .await
}

fn key(kind: &str, object: &str) -> String {
    format!("{kind}:{object}")
}
