//! Alerts: conditions that need a person's attention, a tenant's own or the vendor's (under [`base::store::VENDOR`]).
//! One cause is one row, however often it is seen; the code that sees the cause gone resolves it.
//!
//! ```text
//! raise ─▶ open ─▶ e-mail after a minute ─▶ one more after four hours
//!          │ take, mute: e-mails are postponed
//!          ├─ resolve ─▶ a closing e-mail, if one was sent before
//!          └─ end     ─▶ no e-mail: the object is gone, which is no recovery
//! ```

mod manual;
pub mod tasks;
pub mod texts;

use entity::alert::{self, Column};
use sea_orm::sea_query::{Expr, OnConflict, SimpleExpr};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    UpdateMany,
};
use serde_json::Value;
use uuid::Uuid;

use crate::platform::PlatformContext;

pub use manual::{mute, take};

/// The kinds of a tenant's alerts, which people subscribe to separately; message keys are `alert-kind-{kind}`.
pub const KINDS: [&str; 13] = [
    "source_stopped",
    WEBHOOK_SUSPENDED,
    "source_gone",
    "source_moved",
    "source_trouble",
    "needs_reauth",
    "unpaid",
    "blocked",
    "media_full",
    "template_rejected",
    "template_paused",
    "template_changed",
    "found_in_history",
];
/// A developer's endpoint failed for a day. Also the reason with which its letters are held.
pub const WEBHOOK_SUSPENDED: &str = "webhook_suspended";
/// The vendor's kinds: their texts say what to do.
pub const VENDOR_KINDS: [&str; 9] = [
    "channel_not_allowed",
    "channel_misconfigured",
    "channel_hook_version",
    "revoke_unconfirmed",
    "installs_unclear",
    "disk_full",
    "hooks_lost",
    "vendor_gap",
    "task_failing",
];

/// Milliseconds before the first e-mail: a cause gone by then is not mailed, causes raised together share one e-mail.
const SETTLES: i64 = 60_000;

/// An alert to raise.
#[derive(Clone, Debug)]
pub struct Alarm<'alarm> {
    /// The tenant concerned; [`base::store::VENDOR`] for the vendor.
    pub tenant_id: Uuid,
    /// Message keys are `alert-{kind}-subject` and `alert-{kind}-body`.
    pub kind: &'static str,
    /// The object concerned: each object of a kind has its own row. Empty if the kind has only one.
    pub object: &'alarm str,
    pub source_id: Option<Uuid>,
    /// Arguments of the messages, without secrets and message texts.
    pub detail: Value,
}

/// Opens an alert, reopens a resolved one, or counts one more occurrence of an open one. True if it was not open
/// before.
pub async fn raise(app: &PlatformContext, db: &impl ConnectionTrait, alarm: Alarm<'_>) -> Result<bool, DbErr> {
    let now = app.clock.millis();
    let key = key(alarm.kind, alarm.object);
    let detail = alarm.detail.to_string();
    let row = alert::Model {
        tenant_id: alarm.tenant_id,
        key: key.clone(),
        kind: alarm.kind.to_owned(),
        source_id: alarm.source_id,
        detail: detail.clone(),
        opened_at: now,
        last_at: now,
        count: 1,
        resolved_at: None,
        muted_until: None,
        letter_at: Some(now + SETTLES),
        letters: 0,
        lettered_at: None,
        taken_by: String::new(),
    };
    let new = alert::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::columns([Column::TenantId, Column::Key]).do_nothing().to_owned())
        .exec_without_returning(db)
        .await?;
    let seen = || {
        of(alarm.tenant_id, &key)
            .col_expr(Column::LastAt, Expr::value(now))
            .col_expr(Column::SourceId, Expr::value(alarm.source_id))
            .col_expr(Column::Detail, Expr::value(detail.clone()))
    };
    let mut opened = new > 0;
    if !opened {
        let again = seen()
            .col_expr(Column::OpenedAt, Expr::value(now))
            .col_expr(Column::Count, Expr::value(1_i64))
            .col_expr(Column::MutedUntil, Expr::value(Option::<i64>::None))
            .col_expr(Column::ResolvedAt, Expr::value(Option::<i64>::None))
            .col_expr(Column::LetterAt, Expr::value(Some(now + SETTLES)))
            .col_expr(Column::Letters, Expr::value(0))
            .col_expr(Column::TakenBy, Expr::value(""))
            .filter(Column::ResolvedAt.is_not_null());
        opened = again.exec(db).await?.rows_affected > 0;
    }
    if opened {
        tracing::warn!(tenant.id = %alarm.tenant_id, kind = alarm.kind, object = alarm.object, "an alert was opened");
    } else {
        seen().col_expr(Column::Count, Expr::col(Column::Count).add(1)).exec(db).await?;
    }
    Ok(opened)
}

/// Closes an alert because its cause is proved gone; everyone who was mailed about it is mailed again. True if it was
/// open.
pub async fn resolve(
    app: &PlatformContext,
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    kind: &str,
    object: &str,
) -> Result<bool, DbErr> {
    let now = app.clock.millis();
    let letter =
        Expr::case(Expr::col(Column::Letters).gt(0), Expr::value(Some(now))).finally(Expr::value(Option::<i64>::None));
    close(now, db, (tenant_id, kind, object), letter.into()).await
}

/// Closes an alert without an e-mail: its object is gone, or another alert replaces it. True if it was open.
pub async fn end(
    app: &PlatformContext,
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    kind: &str,
    object: &str,
) -> Result<bool, DbErr> {
    close(app.clock.millis(), db, (tenant_id, kind, object), Expr::value(Option::<i64>::None)).await
}

async fn close(
    now: i64,
    db: &impl ConnectionTrait,
    (tenant_id, kind, object): (Uuid, &str, &str),
    letter_at: SimpleExpr,
) -> Result<bool, DbErr> {
    let done = of(tenant_id, &key(kind, object))
        .col_expr(Column::ResolvedAt, Expr::value(Some(now)))
        .col_expr(Column::LetterAt, letter_at)
        .filter(Column::ResolvedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected > 0)
}

/// Whether this alert is open.
pub async fn is_open(db: &impl ConnectionTrait, tenant_id: Uuid, kind: &str, object: &str) -> Result<bool, DbErr> {
    let found = alert::Entity::of_tenant(tenant_id).filter(Column::Key.eq(key(kind, object))).one(db).await?;
    Ok(found.is_some_and(|alert| alert.resolved_at.is_none()))
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

/// Tenants with an open alert of a kind that has no objects, at most 1000.
pub async fn whose(db: &impl ConnectionTrait, kind: &str) -> Result<Vec<Uuid>, DbErr> {
    alert::Entity::find()
        .select_only()
        .column(Column::TenantId)
        .filter(Column::Key.eq(kind))
        .filter(Column::ResolvedAt.is_null())
        .limit(1000)
        .into_tuple()
        .all(db)
        .await
}

/// The primary key of an alert's row.
pub fn key(kind: &str, object: &str) -> String {
    if object.is_empty() { kind.to_owned() } else { format!("{kind}:{object}") }
}

fn of(tenant_id: Uuid, key: &str) -> UpdateMany<alert::Entity> {
    alert::Entity::update_many().filter(Column::TenantId.eq(tenant_id)).filter(Column::Key.eq(key))
}
