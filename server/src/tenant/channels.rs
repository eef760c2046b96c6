//! Connecting the integration's channels to an account: what makes messages possible.

use std::time::Duration;

use amocrm::Error as CrmError;
use amocrm::chats::{Connect, Connected};
use entity::{tenant, tenant_channel};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter};
use uuid::Uuid;

use super::install::InstallError;
use super::{ChannelStatus, TenantStatus};
use crate::app::App;
use crate::config::{Channel, Integration};
use crate::store::directory::{self, Kind};

/// Turns of many accounts do not start in the same moment.
const JITTER: i64 = 250;

/// What one channel's connection came to.
struct Outcome {
    status: ChannelStatus,
    scope_id: Option<String>,
    /// amoCRM's words, or ours, when it is not connected.
    detail: String,
}

/// Connects every channel of the integration to the account (connecting again is harmless), stores the scopes, lets
/// held turns go on and moves the tenant to `active`.
///
/// [`InstallError::Later`]: amoCRM could not be asked about at least one channel; what is connected stays so and the
/// tenant's state is unchanged. Calling again is right.
pub async fn connect(app: &App, tenant_id: Uuid) -> Result<(), InstallError> {
    let Some(tenant) = super::load(app.store.read(), tenant_id).await? else {
        return Err(InstallError::Never("the account is gone from the database".into()));
    };
    let integration = super::integration(app, &tenant)?;
    let mut later = None;
    for channel in &integration.channels {
        match connect_one(app, &tenant, integration, channel).await {
            Ok(outcome) => keep(app, &tenant, integration, channel, outcome).await?,
            Err(error) => later = Some(error),
        }
    }
    app.lookup.forget();
    if let Some(later) = later {
        return Err(later);
    }
    // The others are moved by what ends them: payment, a call that is let through again, the vendor.
    super::change_status(
        app,
        app.store.write(),
        tenant_id,
        &[
            TenantStatus::Provisioning,
            TenantStatus::AwaitingCredentials,
            TenantStatus::Disconnected,
            TenantStatus::Uninstalled,
        ],
        TenantStatus::Active,
    )
    .await?;
    app.lookup.forget();
    tracing::info!(tenant.id = %tenant_id, account.id = tenant.account_id, "the account is connected");
    Ok(())
}

async fn connect_one(
    app: &App,
    tenant: &tenant::Model,
    integration: &Integration,
    channel: &Channel,
) -> Result<Outcome, InstallError> {
    let account_id = tenant.account_id.to_string();
    if !channel.public && !channel.allowed_accounts.is_empty() && !channel.allowed_accounts.contains(&account_id) {
        let detail = format!("account {account_id} is not in allowed_accounts of channel {}", channel.id);
        return Ok(Outcome { status: ChannelStatus::NotAllowed, scope_id: None, detail });
    }
    let wanted =
        Connect { account_id: tenant.amojo_id.clone(), title: channel.title.clone(), is_time_window_disabled: false };
    let answer = super::chats(app, integration)?.connect(&channel.secret, &channel.id, &wanted).await;
    judge(answer, channel.public)
}

/// What amoCRM's answer means. A private channel refuses accounts that were not approved with the same statuses as a
/// wrong secret (403) or id (404), so for it these read as `not_allowed`; the words stay in the detail.
fn judge(answer: Result<Connected, CrmError>, public: bool) -> Result<Outcome, InstallError> {
    match answer {
        Ok(connected) => {
            let version = connected.hook_api_version.unwrap_or_else(|| "v2".into());
            let works = version == "v2";
            Ok(Outcome {
                status: if works { ChannelStatus::Connected } else { ChannelStatus::Misconfigured },
                scope_id: Some(connected.scope_id),
                detail: if works {
                    String::new()
                } else {
                    format!("amoCRM connected the channel with hook version {version:?}; only v2 brings messages")
                },
            })
        }
        Err(CrmError::Refused { status: 429 | 500..=599, text, retry_after, .. }) => {
            Err(InstallError::Later { words: format!("the Chats API refuses for now: {text}"), after: retry_after })
        }
        Err(CrmError::Refused { status, text, .. }) => Ok(Outcome {
            status: match status {
                403 | 404 if !public => ChannelStatus::NotAllowed,
                _ => ChannelStatus::Misconfigured,
            },
            scope_id: None,
            detail: format!("amoCRM answered {status}: {text}"),
        }),
        Err(error @ CrmError::Invalid { .. }) => {
            Ok(Outcome { status: ChannelStatus::Misconfigured, scope_id: None, detail: error.to_string() })
        }
        Err(error) => Err(InstallError::Later { words: error.to_string(), after: None::<Duration> }),
    }
}

/// Stores an outcome and, when connected, enters the scope and wakes the turn.
async fn keep(
    app: &App,
    tenant: &tenant::Model,
    integration: &Integration,
    channel: &Channel,
    mut outcome: Outcome,
) -> Result<(), InstallError> {
    let tenant_id = tenant.tenant_id;
    let channel_id = Uuid::parse_str(&channel.id).map_err(anyhow::Error::from)?;
    let now = app.clock.millis();
    let tx = app.store.write_tx().await?;
    let known = tenant_channel::Entity::of_tenant(tenant_id)
        .filter(tenant_channel::Column::ChannelId.eq(channel_id))
        .one(&tx)
        .await?;
    if let Some(scope_id) = &outcome.scope_id {
        let holder = directory::find(&tx, Kind::Scope, scope_id, now).await?;
        if holder.is_some_and(|holder| holder.tenant_id != tenant_id) {
            // Never lead another account's chats here.
            tracing::error!(tenant.id = %tenant_id, channel.id = %channel_id, "amoCRM gave a scope that belongs to another account; it is not used");
            outcome = Outcome {
                status: ChannelStatus::Misconfigured,
                scope_id: None,
                detail: "amoCRM gave a scope that belongs to another account".into(),
            };
        }
    }
    let old_scope = known.as_ref().map(|known| known.scope_id.clone()).unwrap_or_default();
    let scope_id = outcome.scope_id.clone().unwrap_or_else(|| old_scope.clone());
    if let Some(scope_id) = &outcome.scope_id {
        if !old_scope.is_empty() && old_scope != *scope_id {
            directory::take(&tx, Kind::Scope, &old_scope, now).await?;
        }
        let entry = directory::Entry { tenant_id, id: channel_id, note: String::new(), expires_at: None };
        directory::set(&tx, Kind::Scope, scope_id, entry).await?;
    }
    let connected = outcome.status == ChannelStatus::Connected;
    let row = tenant_channel::Model {
        tenant_id,
        channel_id,
        scope_id,
        status: outcome.status.as_str().to_owned(),
        detail: outcome.detail.clone(),
        connected_at: if connected { now } else { known.map_or(0, |known| known.connected_at) },
        checked_at: now,
    };
    put(&tx, row).await?;
    tx.commit().await?;
    if connected {
        if !tenant.suspended {
            app.queue.resume(tenant_id, channel_id, rand::random_range(0..=JITTER)).await?;
        }
    } else {
        tracing::warn!(
            tenant.id = %tenant_id, account.id = tenant.account_id, channel.id = %channel_id,
            reason = outcome.status.as_str(), detail = outcome.detail,
            "the channel is not connected; check its id and secret in integration {:?} and the account's approval with amoCRM's support",
            integration.name
        );
    }
    Ok(())
}

async fn put(db: &impl sea_orm::ConnectionTrait, row: tenant_channel::Model) -> Result<(), DbErr> {
    use tenant_channel::Column::{ChannelId, CheckedAt, ConnectedAt, Detail, ScopeId, Status, TenantId};
    tenant_channel::Entity::insert(row.into_active_model())
        .on_conflict(
            OnConflict::columns([TenantId, ChannelId])
                .update_columns([ScopeId, Status, Detail, ConnectedAt, CheckedAt])
                .to_owned(),
        )
        .exec_without_returning(db)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16) -> Result<Connected, CrmError> {
        Err(CrmError::Refused { call: "connect", status, retry_after: None, text: "no".into() })
    }

    fn version(version: Option<&str>) -> Result<Connected, CrmError> {
        Ok(Connected {
            scope_id: "scope".into(),
            account_id: None,
            title: None,
            hook_api_version: version.map(str::to_owned),
            is_time_window_disabled: None,
        })
    }

    #[test]
    fn a_refusal_says_whose_matter_it_is() {
        let status = |answer, public| judge(answer, public).map(|outcome| outcome.status).ok();
        assert_eq!(status(refused(403), false), Some(ChannelStatus::NotAllowed));
        assert_eq!(status(refused(404), false), Some(ChannelStatus::NotAllowed));
        assert_eq!(status(refused(403), true), Some(ChannelStatus::Misconfigured));
        assert_eq!(status(refused(400), false), Some(ChannelStatus::Misconfigured));
        for later in [429, 500, 503] {
            assert_eq!(status(refused(later), false), None);
        }
        let unknown = CrmError::NoAnswer { call: "connect", reason: "reset".into() };
        assert_eq!(status(Err(unknown), false), None);
    }

    #[test]
    fn only_hook_version_two_counts_as_connected() {
        assert_eq!(judge(version(Some("v2")), false).unwrap().status, ChannelStatus::Connected);
        assert_eq!(judge(version(None), false).unwrap().status, ChannelStatus::Connected);
        let old = judge(version(Some("v1")), false).unwrap();
        assert_eq!(old.status, ChannelStatus::Misconfigured);
        assert!(old.detail.contains("v1"));
    }
}
