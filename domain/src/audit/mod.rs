//! The audit log: who did what to which account, one row per action. The panel shows a tenant its own log, the admin
//! shows the vendor's log and those of all accounts.
//!
//! ```text
//! record ─▶ a row in the transaction of the action
//! Refusals ─▶ a row for each kind, login and address in an hour, with a count ─▶ query ─▶ both pages and exports
//! ```

pub mod query;
mod refusals;

use std::net::IpAddr;

use base::clock::Clock;
use entity::audit;
use sea_orm::{ConnectionTrait, DbErr, EntityTrait, IntoActiveModel};
use serde_json::Value;
use uuid::Uuid;

use crate::platform::PlatformContext;

pub use query::AuditQuery;
pub use refusals::{AuditLogKind, Refusals, RefusedAction, flush};

/// The author of an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A member of the tenant, in the panel.
    Member { person_id: Uuid, name: String },
    /// An operator of the vendor.
    Operator { person_id: Uuid, name: String },
    /// A user of the amoCRM account, in the widget.
    CrmUser { id: i64, name: String },
    /// A key of the public API.
    Key { id: Uuid, name: String },
    /// The command line.
    Cli,
    /// A person refused at sign-in.
    Stranger,
    /// Parom itself.
    Parom,
}

impl Actor {
    fn parts(&self) -> (&'static str, String, &str) {
        match self {
            Self::Member { person_id, name } => ("member", person_id.to_string(), name),
            Self::Operator { person_id, name } => ("operator", person_id.to_string(), name),
            Self::CrmUser { id, name } => ("crm_user", id.to_string(), name),
            Self::Key { id, name } => ("key", id.to_string(), name),
            Self::Cli => ("cli", String::new(), ""),
            Self::Stranger => ("stranger", String::new(), ""),
            Self::Parom => ("parom", String::new(), ""),
        }
    }

    /// The name of its kind in rows.
    pub fn kind(&self) -> &'static str {
        self.parts().0
    }

    /// The display name; empty if there is none.
    pub fn name(&self) -> &str {
        self.parts().2
    }
}

/// One action.
#[derive(Clone, Debug)]
pub struct AuditEntry<'entry> {
    /// The account concerned; [`base::store::VENDOR`] for the vendor.
    pub tenant_id: Uuid,
    pub actor: &'entry Actor,
    /// `noun.verb_in_the_past`: `source.created`, `member.invited`, `text.looked_at`.
    pub action: &'static str,
    /// Id or name of the object.
    pub object: &'entry str,
    /// A JSON object without secrets and message texts.
    pub detail: Value,
    pub address: Option<IpAddr>,
    /// False if it was refused.
    pub done: bool,
}

/// Records an action, in its transaction where there is one.
pub async fn record(app: &PlatformContext, db: &impl ConnectionTrait, entry: AuditEntry<'_>) -> Result<(), DbErr> {
    write(&app.clock, db, entry).await
}

/// [`record`] for callers that have only the database.
pub async fn write(clock: &Clock, db: &impl ConnectionTrait, entry: AuditEntry<'_>) -> Result<(), DbErr> {
    let (kind, id, name) = entry.actor.parts();
    let row = audit::Model {
        tenant_id: entry.tenant_id,
        id: clock.uuid_v7(),
        at: clock.millis(),
        actor_kind: kind.to_owned(),
        actor_id: id,
        actor_name: name.to_owned(),
        action: entry.action.to_owned(),
        object: entry.object.to_owned(),
        detail: entry.detail.to_string(),
        address: entry.address.map(|address| address.to_string()).unwrap_or_default(),
        outcome: if entry.done { "done" } else { "refused" }.to_owned(),
    };
    audit::Entity::insert(row.into_active_model()).exec_without_returning(db).await?;
    Ok(())
}

// The acting party and its address.

/// Who acts, and from which address.
#[derive(Clone, Debug)]
pub struct By {
    pub actor: Actor,
    pub address: Option<IpAddr>,
}

impl By {
    /// Parom itself, without a request.
    pub fn parom() -> Self {
        Actor::Parom.into()
    }

    /// Records an action, in the same transaction as the action where there is one.
    pub async fn did(
        &self,
        app: &PlatformContext,
        db: &impl ConnectionTrait,
        action: &'static str,
        (tenant_id, object): (Uuid, &str),
        detail: Value,
    ) -> Result<(), DbErr> {
        let entry =
            AuditEntry { tenant_id, actor: &self.actor, action, object, detail, address: self.address, done: true };
        record(app, db, entry).await
    }
}

impl From<Actor> for By {
    fn from(actor: Actor) -> Self {
        Self { actor, address: None }
    }
}
