//! Figures of the accounts of one page, with a fixed number of queries.

use base::millis::HOUR;
use domain::delivery::read::first_id_at;
use domain::tenant::grant::Access;
use domain::tenant::{ChannelStatus, grant, plan};
use std::collections::BTreeMap;

use entity::{oauth_grant, source, tenant, tenant_channel};
use queue::Backlog;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::panel::PanelContext;

/// Figures of one account beyond its own row.
#[derive(Clone, Debug)]
pub struct AccountFigures {
    pub access: Access,
    pub sources: i64,
    pub sources_limit: u32,
    /// Waiting letters.
    pub backlog: Backlog,
    /// Failed attempts, of messages accepted within the last hour.
    pub failed: i64,
    /// Ids of channels that amoCRM does not let this account connect.
    pub not_allowed: Vec<Uuid>,
}

/// The figures of these accounts, in their order.
pub async fn of(app: &PanelContext, tenants: &[tenant::Model]) -> Result<Vec<AccountFigures>, DbErr> {
    let db = app.store.read();
    let ids: Vec<Uuid> = tenants.iter().map(|tenant| tenant.tenant_id).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let now = app.clock.millis();
    let among = ids.iter().copied();
    let mut grants: BTreeMap<Uuid, Vec<oauth_grant::Model>> = BTreeMap::new();
    for grant in oauth_grant::Entity::find().filter(oauth_grant::Column::TenantId.is_in(among.clone())).all(db).await? {
        grants.entry(grant.tenant_id).or_default().push(grant);
    }
    let mut channels: BTreeMap<Uuid, Vec<Uuid>> = BTreeMap::new();
    let refused = tenant_channel::Entity::find()
        .filter(tenant_channel::Column::TenantId.is_in(among.clone()))
        .filter(tenant_channel::Column::Status.eq(ChannelStatus::NotAllowed.as_str()));
    for channel in refused.all(db).await? {
        channels.entry(channel.tenant_id).or_default().push(channel.channel_id);
    }
    let sources: Vec<(Uuid, i64)> = source::Entity::find()
        .filter(source::Column::TenantId.is_in(among))
        .filter(source::Column::DeletedAt.is_null())
        .select_only()
        .column(source::Column::TenantId)
        .column_as(source::Column::Id.count(), "sources")
        .group_by(source::Column::TenantId)
        .into_tuple()
        .all(db)
        .await?;
    let sources: BTreeMap<Uuid, i64> = sources.into_iter().collect();
    let backlogs = app.queue.backlogs(&ids).await?;
    let failed = app.queue.failures(&ids, first_id_at(now - HOUR)).await?;
    let lease_now = app.store.now().await?;
    Ok(tenants
        .iter()
        .map(|tenant| {
            let id = tenant.tenant_id;
            AccountFigures {
                access: grant::shown(grants.get(&id).map_or(&[], Vec::as_slice), now, lease_now),
                sources: sources.get(&id).copied().unwrap_or_default(),
                sources_limit: limit(app, tenant),
                backlog: backlogs.get(&id).copied().unwrap_or_default(),
                failed: failed.get(&id).copied().unwrap_or_default(),
                not_allowed: channels.remove(&id).unwrap_or_default(),
            }
        })
        .collect())
}

/// The maximum number of sources of an account.
pub fn limit(app: &PanelContext, tenant: &tenant::Model) -> u32 {
    let own = tenant.sources_limit.map(|limit| u32::try_from(limit).unwrap_or(0));
    own.unwrap_or_else(|| plan::sources_limit(&app.config, tenant))
}
