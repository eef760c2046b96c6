//! The most sources and stored bytes that each account had at one time in a month, for invoices. They are noted every half an
//! hour by one process (`alert_checks/limits.rs`), because later they cannot be counted.

use std::collections::BTreeMap;

use base::error::Result;
use entity::account_month::{self, Column};
use entity::{source, tenant};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, OnConflict, SimpleExpr};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::{Month, stored};
use crate::tenant::TenantStatus;
use crate::usage::UsageContext;

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
    let mut kinds = kinds(app, &ids).await?;
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
async fn kinds(app: &UsageContext, ids: &[Uuid]) -> Result<BTreeMap<Uuid, BTreeMap<String, i64>>, DbErr> {
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
