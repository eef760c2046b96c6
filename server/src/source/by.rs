//! Who changes sources: every change is written down in the commit that makes it.

use std::net::IpAddr;

use entity::{audit, source};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, QueryFilter, QueryOrder, QuerySelect};
use serde_json::Value;
use uuid::Uuid;

use crate::app::App;
use crate::audit::{Actor, Deed, record};
use crate::error::{Changed, Error};

/// Who does it, and from where.
#[derive(Clone, Debug)]
pub struct By {
    pub actor: Actor,
    pub address: Option<IpAddr>,
}

impl By {
    /// Nobody asked: Parom does it by itself.
    pub fn parom() -> Self {
        Actor::Parom.into()
    }

    /// Writes down what was done to a source.
    pub(super) async fn did(
        &self,
        app: &App,
        db: &impl ConnectionTrait,
        action: &'static str,
        (tenant_id, object): (Uuid, &str),
        detail: Value,
    ) -> Result<(), DbErr> {
        let deed = Deed { tenant_id, actor: &self.actor, action, object, detail, address: self.address, done: true };
        record(app, db, deed).await
    }
}

impl From<Actor> for By {
    fn from(actor: Actor) -> Self {
        Self { actor, address: None }
    }
}

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
