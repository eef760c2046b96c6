//! What accounts used in a month, for invoices: messages by kind of messenger and direction from the ledger, so that the
//! figures add up to it; sources and stored bytes as they are now.

use std::collections::BTreeMap;

use base::error::Result;
use base::message::Direction;
use entity::{ledger_delta, source, tenant};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::{Month, stored};
use crate::delivery::read::ledger::sum;
use crate::usage::UsageContext;

/// Messages that were accepted in the month, and what became of them until now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MessageCounts {
    pub accepted: i64,
    pub delivered: i64,
    pub failed: i64,
}

/// One kind of messenger of an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KindUsage {
    /// Sources that it has now.
    pub sources: i64,
    pub to_crm: MessageCounts,
    pub to_messenger: MessageCounts,
}

/// One account.
#[derive(Clone, Debug)]
pub struct MonthUsage {
    pub tenant: tenant::Model,
    /// By kind; without kinds that it neither has nor used in the month.
    pub kinds: BTreeMap<String, KindUsage>,
    /// Stored now; at most half a minute old.
    pub stored_bytes: i64,
}

impl MonthUsage {
    /// Sources of all kinds.
    pub fn sources(&self) -> i64 {
        self.kinds.values().map(|kind| kind.sources).sum()
    }
}

/// Messages of an account in both directions in the current month.
pub async fn messages(app: &UsageContext, tenant_id: Uuid) -> Result<i64, DbErr> {
    let (first, last) = Month::at(app.clock.millis()).days();
    let counted = ledger_delta::Entity::of_tenant(tenant_id)
        .select_only()
        .column_as(sum(ledger_delta::Column::Accepted), "accepted")
        .filter(ledger_delta::Column::Day.between(first, last))
        .into_tuple::<Option<i64>>()
        .one(app.store.read())
        .await?;
    Ok(counted.flatten().unwrap_or(0))
}

/// The usage of these accounts in a month, in their order, with two statements for all and some for each account.
pub async fn of(app: &UsageContext, tenants: Vec<tenant::Model>, month: Month) -> Result<Vec<MonthUsage>> {
    let ids: Vec<Uuid> = tenants.iter().map(|tenant| tenant.tenant_id).collect();
    let mut kinds = kinds(app, &ids, month).await?;
    let mut usages = Vec::with_capacity(tenants.len());
    for tenant in tenants {
        let stored_bytes = stored::of_account(app, tenant.tenant_id).await.map_err(|error| anyhow::anyhow!(error))?;
        usages.push(MonthUsage { kinds: kinds.remove(&tenant.tenant_id).unwrap_or_default(), tenant, stored_bytes });
    }
    Ok(usages)
}

type Counted = (Uuid, Uuid, i16, Option<i64>, Option<i64>, Option<i64>);

async fn kinds(
    app: &UsageContext,
    ids: &[Uuid],
    month: Month,
) -> Result<BTreeMap<Uuid, BTreeMap<String, KindUsage>>, DbErr> {
    use ledger_delta::Column::{Accepted, Day, Delivered, Direction as Way, Failed, SourceId, TenantId};
    let mut found: BTreeMap<Uuid, BTreeMap<String, KindUsage>> = BTreeMap::new();
    let mut kind_of = BTreeMap::new();
    // Deleted sources count what they had.
    let sources = source::Entity::find().filter(source::Column::TenantId.is_in(ids.iter().copied()));
    let sources = sources.select_only().columns([
        source::Column::TenantId,
        source::Column::Id,
        source::Column::Kind,
        source::Column::DeletedAt,
    ]);
    let sources: Vec<(Uuid, Uuid, String, Option<i64>)> = sources.into_tuple().all(app.store.read()).await?;
    for (tenant_id, id, kind, deleted_at) in sources {
        if deleted_at.is_none() {
            found.entry(tenant_id).or_default().entry(kind.clone()).or_default().sources += 1;
        }
        kind_of.insert((tenant_id, id), kind);
    }
    let (first, last) = month.days();
    let counted: Vec<Counted> = ledger_delta::Entity::find()
        .filter(TenantId.is_in(ids.iter().copied()))
        .filter(Day.between(first, last))
        .select_only()
        .columns([TenantId, SourceId, Way])
        .column_as(sum(Accepted), "sum_accepted")
        .column_as(sum(Delivered), "sum_delivered")
        .column_as(sum(Failed), "sum_failed")
        .group_by(TenantId)
        .group_by(SourceId)
        .group_by(Way)
        .into_tuple()
        .all(app.store.read())
        .await?;
    for (tenant_id, source_id, direction, accepted, delivered, failed) in counted {
        let kind = kind_of.get(&(tenant_id, source_id)).cloned().unwrap_or_default();
        let usage = found.entry(tenant_id).or_default().entry(kind).or_default();
        let counts = match Direction::from_number(direction) {
            Ok(Direction::ToCrm) => &mut usage.to_crm,
            Ok(Direction::ToMessenger) => &mut usage.to_messenger,
            Err(_) => continue,
        };
        counts.accepted += accepted.unwrap_or(0);
        counts.delivered += delivered.unwrap_or(0);
        counts.failed += failed.unwrap_or(0);
    }
    Ok(found)
}
