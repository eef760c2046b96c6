//! Who acts, and from where.

use std::net::IpAddr;

use sea_orm::{ConnectionTrait, DbErr};
use serde_json::Value;
use uuid::Uuid;

use super::{Actor, Deed, record};
use crate::app::App;

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

    /// Writes an action down, in the transaction that does it where there is one.
    pub async fn did(
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
