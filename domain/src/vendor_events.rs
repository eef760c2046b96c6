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
use utoipa::ToSchema;
use uuid::Uuid;

use crate::platform::PlatformContext;

pub use base::config::VendorEventKind;

/// For how long an event waits that another one may contradict.
const TENTATIVE: TimeDelta = TimeDelta::minutes(1);

base::worded! {
    /// What became of an event.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum EventState, as_str {
        Waiting = "waiting",
        Delivered = "delivered",
        /// Given up; it can be resent.
        Failed = "failed",
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
    let Some(tenant) = tenant::Entity::of_tenant(tenant_id).one(db).await? else { return Ok(()) };
    let account = TenantOut::of(db, tenant).await?;
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

// An account as events and the public API show it.

/// An amoCRM account that installed an integration.
#[derive(Debug, Serialize, ToSchema)]
pub struct TenantOut {
    pub id: Uuid,
    /// Name of the integration in the vendor's configuration.
    #[schema(example = "main")]
    pub integration: String,
    /// amoCRM's id of the account.
    #[schema(example = "12345678")]
    pub account_id: String,
    #[schema(example = "shop.amocrm.ru")]
    pub host: String,
    pub name: String,
    /// The account's id in the Chats API.
    pub amojo_id: String,
    /// `provisioning`, `awaiting_credentials`, `active`, `needs_reauth`, `unpaid`, `blocked`, `suspended`,
    /// `plan_ended`, `disconnected` or `uninstalled`.
    #[schema(example = "active")]
    pub status: String,
    /// Whether the vendor stopped delivery; incoming messages are still stored.
    pub suspended: bool,
    /// The vendor's limit for this account; null if the configured default applies.
    #[schema(required)]
    pub sources_limit: Option<i32>,
    /// Whether the vendor had amoCRM's time window switched off for this account.
    pub time_window_disabled: bool,
    /// For how many days texts of messages are kept; 0: each is erased as soon as its message is delivered; null if the
    /// configured number applies.
    #[schema(required)]
    pub texts_days: Option<i32>,
    /// Days for which raw hooks are kept, fewer than configured for all; null if the configured number applies.
    #[schema(required)]
    pub hooks_days: Option<i32>,
    /// The same of delivery attempts.
    #[schema(required)]
    pub attempts_days: Option<i32>,
    /// The same of undelivered messages, which can be sent again until then.
    #[schema(required)]
    pub undelivered_days: Option<i32>,
    /// The same of the account's audit log.
    #[schema(required)]
    pub audit_days: Option<i32>,
    /// Name of its plan in the vendor's configuration; null if it has none.
    #[schema(required, example = "start")]
    pub plan: Option<String>,
    /// When its trial ends; null if it has no trial.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    pub trial_until: Option<Moment>,
    /// Until when the service is paid; null if that is not known. It replaces the trial's end.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    pub paid_until: Option<Moment>,
    pub channels: Vec<ChannelOut>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Moment,
}

/// A Chats API channel connected for an account.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChannelOut {
    pub channel_id: Uuid,
    /// Empty until the channel is first connected.
    pub scope_id: String,
    /// `connected`, `not_allowed`, `misconfigured` or `disconnected`.
    #[schema(example = "connected")]
    pub status: String,
}

impl TenantOut {
    /// The account as it is now, with its channels.
    pub async fn of(db: &impl ConnectionTrait, tenant: tenant::Model) -> Result<Self, DbErr> {
        Ok(Self {
            id: tenant.tenant_id,
            status: status(&tenant).to_owned(),
            channels: ChannelOut::all(db, tenant.tenant_id).await?,
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
            created_at: Moment(tenant.created_at),
        })
    }
}

impl ChannelOut {
    /// Those of an account, in the order of their ids.
    pub async fn all(db: &impl ConnectionTrait, tenant_id: Uuid) -> Result<Vec<Self>, DbErr> {
        let rows = tenant_channel::Entity::of_tenant(tenant_id).order_by_asc(tenant_channel::Column::ChannelId);
        let shown = |row: tenant_channel::Model| Self {
            channel_id: row.channel_id,
            scope_id: row.scope_id,
            status: row.status,
        };
        Ok(rows.all(db).await?.into_iter().map(shown).collect())
    }
}

/// As `TenantStatus::shown`, which is above this module: a suspension hides what is below it, unless the account has left.
fn status(tenant: &tenant::Model) -> &str {
    match tenant.status.as_str() {
        left @ ("uninstalled" | "disconnected") => left,
        stored => tenant.held().unwrap_or(stored),
    }
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
