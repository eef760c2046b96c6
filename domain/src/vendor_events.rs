//! Events of accounts for the vendor's own programs (`[[vendor_webhook]]`): a billing system, a support desk.
//!
//! ```text
//! a change ─▶ record: a row for each webhook that wants it, in the transaction of the change
//!             └▶ crate::vendor_webhooks sends them, in order for each account
//! ```

use base::config::VendorWebhook;
use base::json::Moment;
use base::store::VENDOR;
use chrono::TimeDelta;
use entity::{tenant, tenant_channel, vendor_event};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use serde::Serialize;
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
    vendor_event::Entity::delete_of(VENDOR)
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
    let Some(account) = account_of(db, tenant_id).await? else { return Ok(()) };
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

// An account as events show it: the fields of `TenantOut`, the public API's, which is above this module.

/// The account that an event is about, as it was when it happened.
#[derive(Debug, Serialize)]
pub struct EventAccount {
    pub id: Uuid,
    /// Name of the integration in the vendor's configuration.
    pub integration: String,
    /// amoCRM's id of the account.
    pub account_id: String,
    pub host: String,
    pub name: String,
    /// The account's id in the Chats API.
    pub amojo_id: String,
    /// As in `GET /api/v1/tenants`.
    pub status: String,
    pub suspended: bool,
    /// The vendor's limit for this account; null if the configured default applies.
    pub sources_limit: Option<i32>,
    pub time_window_disabled: bool,
    pub texts_days: Option<i32>,
    pub hooks_days: Option<i32>,
    pub attempts_days: Option<i32>,
    pub undelivered_days: Option<i32>,
    pub audit_days: Option<i32>,
    pub plan: Option<String>,
    pub trial_until: Option<Moment>,
    pub paid_until: Option<Moment>,
    pub channels: Vec<EventChannel>,
    pub created_at: Moment,
}

/// A Chats API channel of the account.
#[derive(Debug, Serialize)]
pub struct EventChannel {
    pub channel_id: Uuid,
    /// Empty until the channel is first connected.
    pub scope_id: String,
    /// `connected`, `not_allowed`, `misconfigured` or `disconnected`.
    pub status: String,
}

/// None if there is no such account any more.
async fn account_of(db: &impl ConnectionTrait, tenant_id: Uuid) -> Result<Option<EventAccount>, DbErr> {
    let Some(tenant) = tenant::Entity::of_tenant(tenant_id).one(db).await? else { return Ok(None) };
    let channels =
        tenant_channel::Entity::of_tenant(tenant_id).order_by_asc(tenant_channel::Column::ChannelId).all(db).await?;
    Ok(Some(EventAccount {
        id: tenant.tenant_id,
        status: status(&tenant).to_owned(),
        integration: tenant.integration,
        account_id: tenant.account_id.to_string(),
        host: tenant.host,
        name: tenant.name,
        amojo_id: tenant.amojo_id,
        suspended: tenant.suspended,
        sources_limit: tenant.sources_limit,
        time_window_disabled: tenant.window_off,
        texts_days: tenant.texts_days,
        hooks_days: tenant.hooks_days,
        attempts_days: tenant.attempts_days,
        undelivered_days: tenant.undelivered_days,
        audit_days: tenant.audit_days,
        plan: tenant.plan,
        trial_until: tenant.trial_until.map(Moment),
        paid_until: tenant.paid_until.map(Moment),
        channels: channels.into_iter().map(channel).collect(),
        created_at: Moment(tenant.created_at),
    }))
}

/// As `TenantStatus::shown`, which is above this module: a suspension hides what is below it, unless the account has left.
fn status(tenant: &tenant::Model) -> &str {
    match tenant.status.as_str() {
        left @ ("uninstalled" | "disconnected") => left,
        stored => tenant.held().unwrap_or(stored),
    }
}

fn channel(row: tenant_channel::Model) -> EventChannel {
    EventChannel { channel_id: row.channel_id, scope_id: row.scope_id, status: row.status }
}

#[cfg(test)]
mod tests {
    use entity::fixture;

    use super::*;
    use crate::tenant::TenantStatus;

    #[test]
    fn the_status_is_the_one_of_the_public_api() {
        for stored in ["active", "unpaid", "provisioning", "disconnected", "uninstalled"] {
            for suspended in [false, true] {
                let tenant =
                    tenant::Model { status: stored.to_owned(), suspended, ..fixture::tenant(Uuid::from_u128(1)) };
                assert_eq!(status(&tenant), TenantStatus::shown(&tenant).as_str());
            }
        }
    }
}
