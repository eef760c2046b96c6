//! What accounts used in a month, for invoices: messages by kind of messenger and direction from the ledger, so that the
//! figures add up to it; the most sources and stored bytes that they had at one time in it.

use std::collections::BTreeMap;

use base::error::Result;
use base::message::Direction;
use entity::{ledger_delta, source, tenant};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::peak::{self, MonthPeak};
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
    /// Its sources when the account had the most in the month; none if nothing was noted then.
    pub sources: Option<i64>,
    pub to_crm: MessageCounts,
    pub to_messenger: MessageCounts,
}

/// One account.
#[derive(Clone, Debug)]
pub struct MonthUsage {
    pub tenant: tenant::Model,
    /// By kind; without kinds that it neither had nor used in the month.
    pub kinds: BTreeMap<String, KindUsage>,
    /// The most that it stored at one time in the month; none if nothing was noted then.
    pub stored_bytes: Option<i64>,
}

impl MonthUsage {
    /// The most sources at one time in the month; none if nothing was noted then.
    pub fn sources(&self) -> Option<i64> {
        self.stored_bytes.map(|_| self.kinds.values().filter_map(|kind| kind.sources).sum())
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

/// The usage of these accounts in a month, in their order, with three statements for all; in the current month with some more
/// for each account, because it may have more now than was noted.
pub async fn of(app: &UsageContext, tenants: Vec<tenant::Model>, month: Month) -> Result<Vec<MonthUsage>> {
    let ids: Vec<Uuid> = tenants.iter().map(|tenant| tenant.tenant_id).collect();
    let is_current = month == Month::at(app.clock.millis());
    let mut noted = peak::noted(app, &ids, month).await?;
    let (mut sources, mut kinds) = kinds(app, &ids, month).await?;
    let mut usages = Vec::with_capacity(tenants.len());
    for tenant in tenants {
        let id = tenant.tenant_id;
        let mut most = noted.remove(&id);
        if is_current {
            let stored_bytes = stored::of_account(app, id).await.map_err(|error| anyhow::anyhow!(error))?;
            let now = MonthPeak { kinds: sources.remove(&id).unwrap_or_default(), stored_bytes };
            most = Some(most.unwrap_or_default().with(now));
        }
        let mut kinds = kinds.remove(&id).unwrap_or_default();
        if let Some(most) = &most {
            most.kinds.keys().for_each(|kind| _ = kinds.entry(kind.clone()).or_default());
            kinds.iter_mut().for_each(|(kind, used)| used.sources = Some(most.kinds.get(kind).copied().unwrap_or(0)));
        }
        usages.push(MonthUsage { tenant, kinds, stored_bytes: most.map(|most| most.stored_bytes) });
    }
    Ok(usages)
}

type Counted = (Uuid, Uuid, i16, Option<i64>, Option<i64>, Option<i64>);

/// For each account something by kind of source.
type ByKind<Value> = BTreeMap<Uuid, BTreeMap<String, Value>>;

/// The sources that accounts have now, and the messages of the month.
async fn kinds(app: &UsageContext, ids: &[Uuid], month: Month) -> Result<(ByKind<i64>, ByKind<KindUsage>), DbErr> {
    use ledger_delta::Column::{Accepted, Day, Delivered, Direction as Way, Failed, SourceId, TenantId};
    let (mut there, mut found) = (ByKind::<i64>::new(), ByKind::<KindUsage>::new());
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
            *there.entry(tenant_id).or_default().entry(kind.clone()).or_default() += 1;
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
    Ok((there, found))
}
