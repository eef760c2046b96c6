//! The acting party and its address.

use std::net::IpAddr;

use sea_orm::{ConnectionTrait, DbErr};
use serde_json::Value;
use uuid::Uuid;

use super::{Actor, AuditEntry, record};
use crate::platform::PlatformContext;

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
        let deed =
            AuditEntry { tenant_id, actor: &self.actor, action, object, detail, address: self.address, done: true };
        record(app, db, deed).await
    }
}

impl From<Actor> for By {
    fn from(actor: Actor) -> Self {
        Self { actor, address: None }
    }
}
