//! Who changes sources: every change is written down in the commit that makes it.

use entity::{audit, source};
use sea_orm::{ColumnTrait, DbErr, QueryFilter, QueryOrder, QuerySelect};
use serde_json::Value;

use crate::app::App;
use crate::error::{Changed, Error};

pub use crate::audit::By;

/// The word under which a change is written down; its detail lists the fields.
pub(super) const CHANGED: &str = "source.changed";

/// The version a caller may name to change only what it knows.
pub fn version(source: &source::Model) -> i64 {
    source.updated_at
}

/// The version after this one.
pub(super) fn next_version(source: &source::Model, now: i64) -> i64 {
    now.max(source.updated_at.saturating_add(1))
}

/// Tells a caller whose knowledge is old who was faster.
pub(super) async fn changed_meanwhile(app: &App, source: &source::Model) -> Result<Error, DbErr> {
    let last = audit::Entity::of_tenant(source.tenant_id)
        .filter(audit::Column::Object.eq(source.id.to_string()))
        .filter(audit::Column::Action.like("source.%"))
        .filter(audit::Column::Outcome.eq("done"))
        .order_by_desc(audit::Column::Id)
        .limit(1)
        .one(app.store.read())
        .await?;
    let Some(last) = last else {
        return Ok(Error::Changed(Box::new(Changed { at: source.updated_at, ..Changed::default() })));
    };
    let detail: Value = serde_json::from_str(&last.detail).unwrap_or_default();
    let what = detail.get("fields").and_then(Value::as_array).into_iter().flatten();
    let what = what.filter_map(Value::as_str).map(str::to_owned).collect();
    Ok(Error::Changed(Box::new(Changed { who: last.actor_name, what, at: last.at })))
}
