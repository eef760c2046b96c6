//! What accounts used in a month, for invoices: messages by kind of messenger and direction from the ledger, so that the
//! figures add up to it; the most sources and stored bytes that they had at one time in it.

use std::collections::BTreeMap;
use std::fmt;

use base::error::Result;
use base::message::{Direction, day_of};
use chrono::{DateTime, Datelike, NaiveDate};
use entity::account_month::{self, Column};
use entity::{ledger_delta, source, tenant};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, OnConflict, SimpleExpr};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::{UsageContext, stored};
use crate::delivery::read::ledger::sum;
use crate::tenant::TenantStatus;

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
    let mut noted = noted(app, &ids, month).await?;
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

// Calendar months, in UTC as the days of the ledger.

/// A calendar month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Month(NaiveDate);

impl Month {
    /// The month of a moment (milliseconds since 1970).
    pub fn at(millis: i64) -> Self {
        let date = DateTime::from_timestamp_millis(millis).unwrap_or_default().date_naive();
        Self(date.with_day(1).unwrap_or(date))
    }

    /// Parses `2026-11`; none for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let date = NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").ok().map(Self)?;
        // As it is printed: no second spelling of one month.
        (date.to_string() == text).then_some(date)
    }

    /// Year and month as one number: 202611.
    pub fn number(self) -> i32 {
        self.0.year() * 100 + i32::try_from(self.0.month()).unwrap_or(0)
    }

    /// First and last day, as numbers of the ledger.
    pub fn days(self) -> (i32, i32) {
        let next = self.0.checked_add_months(chrono::Months::new(1)).unwrap_or(NaiveDate::MAX);
        let number = |date: NaiveDate| day_of(date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_millis());
        (number(self.0), number(next) - 1)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0.format("%Y-%m"))
    }
}

// The most sources and stored bytes that each account had at one time in a month, for invoices. They are noted every half an
// hour by one process (`alert_checks/limits.rs`), because later they cannot be counted.

/// The most of a month.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct MonthPeak {
    /// Sources by kind, at the last moment at which there were the most together: their sum is that number.
    pub kinds: BTreeMap<String, i64>,
    pub stored_bytes: i64,
}

impl MonthPeak {
    fn sources(&self) -> i64 {
        self.kinds.values().sum()
    }

    /// The same after a look at what there is now.
    pub fn with(mut self, now: Self) -> Self {
        if now.sources() >= self.sources() {
            self.kinds = now.kinds;
        }
        self.stored_bytes = std::cmp::Ord::max(self.stored_bytes, now.stored_bytes);
        self
    }
}

/// What was noted of these accounts in a month.
pub(super) async fn noted(app: &UsageContext, ids: &[Uuid], month: Month) -> Result<BTreeMap<Uuid, MonthPeak>> {
    let rows = account_month::Entity::find()
        .filter(Column::TenantId.is_in(ids.iter().copied()))
        .filter(Column::Month.eq(month.number()))
        .all(app.store.read())
        .await?;
    let mut peaks = BTreeMap::new();
    for row in rows {
        let kinds = serde_json::from_str(&row.kinds).map_err(anyhow::Error::from)?;
        peaks.insert(row.tenant_id, MonthPeak { kinds, stored_bytes: row.stored_bytes });
    }
    Ok(peaks)
}

/// Looks at these accounts and notes what is more than before in this month: two statements for all, and a write for each
/// that has grown. One that has left can only shrink, so it is looked at once a month.
pub async fn note_month(app: &UsageContext, tenants: &[tenant::Model]) -> Result<()> {
    let month = Month::at(app.clock.millis());
    let ids: Vec<Uuid> = tenants.iter().map(|tenant| tenant.tenant_id).collect();
    let mut before = noted(app, &ids, month).await?;
    let mut kinds = kinds_now(app, &ids).await?;
    for tenant in tenants {
        let tenant_id = tenant.tenant_id;
        let known = before.remove(&tenant_id);
        if known.is_some() && !TenantStatus::stored(tenant).was_connected() {
            continue;
        }
        let stored_bytes = stored::of_account(app, tenant_id).await.map_err(|error| anyhow::anyhow!(error))?;
        let now = MonthPeak { kinds: kinds.remove(&tenant_id).unwrap_or_default(), stored_bytes };
        let peak = known.clone().unwrap_or_default().with(now);
        if known.as_ref() != Some(&peak) {
            note(app, tenant_id, month, &peak).await?;
        }
    }
    Ok(())
}

/// The sources of these accounts by kind.
async fn kinds_now(app: &UsageContext, ids: &[Uuid]) -> Result<BTreeMap<Uuid, BTreeMap<String, i64>>, DbErr> {
    let counted: Vec<(Uuid, String, i64)> = source::Entity::find()
        .filter(source::Column::TenantId.is_in(ids.iter().copied()))
        .filter(source::Column::DeletedAt.is_null())
        .select_only()
        .columns([source::Column::TenantId, source::Column::Kind])
        .column_as(source::Column::Id.count(), "sources")
        .group_by(source::Column::TenantId)
        .group_by(source::Column::Kind)
        .into_tuple()
        .all(app.store.read())
        .await?;
    let mut found: BTreeMap<Uuid, BTreeMap<String, i64>> = BTreeMap::new();
    for (tenant_id, kind, sources) in counted {
        found.entry(tenant_id).or_default().insert(kind, sources);
    }
    Ok(found)
}

/// Never lowers a figure, even if two processes believe that it is their turn.
async fn note(app: &UsageContext, tenant_id: Uuid, month: Month, peak: &MonthPeak) -> Result<()> {
    let row = account_month::Model {
        tenant_id,
        month: month.number(),
        sources: peak.sources(),
        kinds: serde_json::to_string(&peak.kinds).map_err(anyhow::Error::from)?,
        stored_bytes: peak.stored_bytes,
    };
    let old = |column: Column| Expr::col((account_month::Entity, column));
    let new = |column: Column| Expr::col((Alias::new("excluded"), column));
    let unless_less = |by: Column, column: Column| -> SimpleExpr {
        Expr::case(new(by).gte(old(by)), new(column)).finally(old(column)).into()
    };
    let known = OnConflict::columns([Column::TenantId, Column::Month])
        .value(Column::Sources, unless_less(Column::Sources, Column::Sources))
        .value(Column::Kinds, unless_less(Column::Sources, Column::Kinds))
        .value(Column::StoredBytes, unless_less(Column::StoredBytes, Column::StoredBytes))
        .to_owned();
    account_month::Entity::insert(row.into_active_model())
        .on_conflict(known)
        .exec_without_returning(app.store.write())
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_follow_each_other_without_a_gap() {
        let november = Month::at(1_795_165_200_000);
        assert_eq!(november.number(), 202_611);
        assert_eq!((Month::parse("2026-11"), november.to_string()), (Some(november), "2026-11".to_owned()));
        let (first, last) = november.days();
        assert_eq!((last - first, first), (29, day_of(1_795_165_200_000) - 19));
        let next = |text| Month::parse(text).unwrap().days();
        assert_eq!((next("2026-12").0, next("2027-01").0), (last + 1, next("2026-12").1 + 1));
        for wrong in ["2026-13", "2026-1", "26-11", "2026-11-01", "", "november"] {
            assert_eq!(Month::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_kinds_are_those_of_the_moment_with_the_most_sources() {
        let of = |kinds: &[(&str, i64)], stored_bytes| MonthPeak {
            kinds: kinds.iter().map(|(kind, count)| ((*kind).to_owned(), *count)).collect(),
            stored_bytes,
        };
        let peak = MonthPeak::default().with(of(&[("telegram", 2), ("max", 1)], 50)).with(of(&[("telegram", 1)], 70));
        assert_eq!(peak, of(&[("telegram", 2), ("max", 1)], 70));
        assert_eq!(peak.with(of(&[("webchat", 3)], 10)), of(&[("webchat", 3)], 70), "the last of two such moments");
    }
}
