//! Events of accounts for the vendor's own programs (`[[vendor_webhook]]`): a billing system, a support desk.
//!
//! ```text
//! a change ─▶ record: a row for each webhook that wants it, in the transaction of the change
//!             └▶ crate::vendor_webhooks sends them, in order for each account
//! ```

mod account;

use base::config::VendorWebhook;
use base::json::Moment;
use base::store::VENDOR;
use chrono::TimeDelta;
use entity::vendor_event;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::platform::PlatformContext;

pub use base::config::VendorEventKind;

/// For how long an event waits that another one may contradict.
const TENTATIVE: TimeDelta = TimeDelta::minutes(1);

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

    /// Parses a word; none if there is no such state.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
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
    record_at(app, db, kind, tenant_id, data, app.clock.millis()).await
}

/// [`record`] of what another event within a minute may contradict: it is sent after that minute, unless it was
/// [withdrawn](withdraw). Later events of the account wait for it.
pub async fn record_tentatively(
    app: &PlatformContext,
    db: &impl ConnectionTrait,
    kind: VendorEventKind,
    tenant_id: Uuid,
    data: Value,
) -> Result<(), DbErr> {
    record_at(app, db, kind, tenant_id, data, app.clock.millis() + TENTATIVE.num_milliseconds()).await
}

/// Removes the account's events of a kind that were recorded tentatively and not tried yet.
pub async fn withdraw(
    app: &PlatformContext,
    db: &impl ConnectionTrait,
    kind: VendorEventKind,
    tenant_id: Uuid,
) -> Result<(), DbErr> {
    use vendor_event::Column;
    vendor_event::Entity::delete_many()
        .filter(Column::TenantId.eq(VENDOR))
        .filter(Column::AboutId.eq(tenant_id))
        .filter(Column::Kind.eq(kind.as_str()))
        .filter(Column::Tries.eq(0))
        .filter(Column::CreatedAt.gte(app.clock.millis() - TENTATIVE.num_milliseconds()))
        .filter(Column::NextTryAt.is_not_null())
        .exec(db)
        .await?;
    Ok(())
}

async fn record_at(
    app: &PlatformContext,
    db: &impl ConnectionTrait,
    kind: VendorEventKind,
    tenant_id: Uuid,
    data: Value,
    first_try_at: i64,
) -> Result<(), DbErr> {
    let webhooks: Vec<&VendorWebhook> =
        app.config.vendor_webhooks.iter().filter(|webhook| webhook.wants(kind)).collect();
    if webhooks.is_empty() {
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
            next_try_at: Some(first_try_at),
            tries: 0,
        };
        vendor_event::Entity::insert(row.into_active_model()).exec_without_returning(db).await?;
    }
    Ok(())
}
