//! The authors of changes to sources. Every change is recorded in the audit log, in the same commit.

use base::error::{ChangedMeanwhile, Error};
use entity::{audit, source};
use sea_orm::{ColumnTrait, DbErr, QueryFilter, QueryOrder, QuerySelect};
use serde_json::Value;

use crate::source::SourceContext;

pub use crate::audit::By;

/// Audit action of a change; its detail lists the fields.
pub(super) const CHANGED: &str = "source.changed";

/// The version that a caller may require in order to change only what it has seen.
pub fn version(source: &source::Model) -> i64 {
    source.updated_at
}

/// The version after this one.
pub(super) fn next_version(source: &source::Model, now: i64) -> i64 {
    now.max(source.updated_at.saturating_add(1))
}

/// The error for a caller with an outdated version; says who changed the source.
pub(super) async fn changed_meanwhile(app: &SourceContext, source: &source::Model) -> Result<Error, DbErr> {
    let last = audit::Entity::of_tenant(source.tenant_id)
        .filter(audit::Column::Object.eq(source.id.to_string()))
        .filter(audit::Column::Action.like("source.%"))
        .filter(audit::Column::Outcome.eq("done"))
        .order_by_desc(audit::Column::Id)
        .limit(1)
        .one(app.store.read())
        .await?;
    let Some(last) = last else {
        return Ok(Error::Changed(Box::new(ChangedMeanwhile { at: source.updated_at, ..ChangedMeanwhile::default() })));
    };
    let detail: Value = serde_json::from_str(&last.detail).unwrap_or_default();
    let what = detail.get("fields").and_then(Value::as_array).into_iter().flatten();
    let what = what.filter_map(Value::as_str).map(str::to_owned).collect();
    Ok(Error::Changed(Box::new(ChangedMeanwhile { who: last.actor_name, what, at: last.at })))
}
