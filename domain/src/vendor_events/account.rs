//! An account as events show it: the fields of `TenantOut`, the public API's, which is above this module.

use base::json::Moment;
use entity::{tenant, tenant_channel};
use sea_orm::{ConnectionTrait, DbErr, QueryOrder};
use serde::Serialize;
use uuid::Uuid;

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
pub(super) async fn read(db: &impl ConnectionTrait, tenant_id: Uuid) -> Result<Option<EventAccount>, DbErr> {
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
    use super::*;
    use crate::tenant::TenantStatus;
    use entity::fixture;

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
