//! Events of accounts for the vendor's own programs (`[[vendor_webhook]]`): a billing system, a support desk.
//!
//! ```text
//! a change ─▶ record: a row for each webhook that wants it, in the transaction of the change
//!             └▶ crate::vendor_webhooks sends them, in order for each account
//! ```

mod account;

use base::json::Moment;
use base::store::VENDOR;
use entity::vendor_event;
use sea_orm::{ConnectionTrait, DbErr, EntityTrait, IntoActiveModel};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::platform::PlatformContext;

pub use account::AccountOut;
pub use base::config::VendorEventKind;

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventState {
    Waiting,
    Delivered,
    /// Given up; it can be resent.
    Failed,
}

impl EventState {
    pub const ALL: [Self; 3] = [Self::Waiting, Self::Delivered, Self::Failed];

    /// As stored, and the word of the public API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }
}

/// Records an event of an account for every webhook that wants its kind; with none nothing is read and written. `db` is
/// the transaction of the change, after the change: the body shows the account as it is then. `data`: an object whose
/// fields are added beside `account`, without secrets and texts of customers.
pub async fn record(
    app: &PlatformContext,
    db: &impl ConnectionTrait,
    kind: VendorEventKind,
    tenant_id: Uuid,
    data: Value,
) -> Result<(), DbErr> {
    let mut webhooks = app.config.vendor_webhooks.iter().filter(|webhook| webhook.wants(kind)).peekable();
    if webhooks.peek().is_none() {
        return Ok(());
    }
    let Some(account) = account::read(db, tenant_id).await? else { return Ok(()) };
    let now = app.clock.millis();
    let mut fields = Map::from_iter([("account".to_owned(), json!(account))]);
    if let Value::Object(more) = data {
        fields.extend(more);
    }
    let body = json!({ "type": kind.as_str(), "timestamp": Moment(now), "data": fields }).to_string();
    for webhook in webhooks {
        let row = vendor_event::Model {
            tenant_id: VENDOR,
            id: app.clock.uuid_v7(),
            about_id: tenant_id,
            webhook: webhook.name.clone(),
            kind: kind.as_str().to_owned(),
            body: body.clone(),
            state: EventState::Waiting.as_str().to_owned(),
            created_at: now,
            queued_at: now,
            next_try_at: Some(now),
            tries: 0,
        };
        vendor_event::Entity::insert(row.into_active_model()).exec_without_returning(db).await?;
    }
    Ok(())
}
