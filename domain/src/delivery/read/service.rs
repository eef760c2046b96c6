//! Figures of the whole service, all accounts together, for the vendor.

use base::millis::DAY;
use std::collections::BTreeMap;

use base::message::day_of;
use entity::{dead_letter, ledger_delta};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, FromQueryResult, QueryFilter, QuerySelect};

use super::figures::{FiguresSlot, Flow};
use super::ledger::sum;
use crate::delivery::DeliveryContext;

#[derive(FromQueryResult)]
struct LedgerDayRow {
    direction: i16,
    day: i32,
    accepted: Option<i64>,
    delivered: Option<i64>,
    failed: Option<i64>,
}

/// What the latest days of the ledger brought, oldest first, today last. Days are UTC, by acceptance.
pub async fn days(app: &DeliveryContext, count: i32) -> Result<Vec<FiguresSlot>, DbErr> {
    use ledger_delta::Column::{Accepted, Day, Delivered, Direction, Failed};
    let today = day_of(app.clock.millis());
    let first = today - count + 1;
    let rows: Vec<LedgerDayRow> = ledger_delta::Entity::find()
        .filter(Day.gte(first))
        .select_only()
        .columns([Direction, Day])
        .column_as(sum(Accepted), "accepted")
        .column_as(sum(Delivered), "delivered")
        .column_as(sum(Failed), "failed")
        .group_by(Direction)
        .group_by(Day)
        .into_model()
        .all(app.store.read())
        .await?;
    let empty = |day: i32| FiguresSlot { at: i64::from(day) * DAY, flow: Flow::default(), delivered: 0 };
    let mut slots: BTreeMap<i32, FiguresSlot> = (first..=today).map(|day| (day, empty(day))).collect();
    for row in rows {
        // Days to come belong to a clock that ran ahead.
        let Some(slot) = slots.get_mut(&row.day) else { continue };
        slot.flow.add(row.direction, row.accepted.unwrap_or(0), row.failed.unwrap_or(0));
        slot.delivered += row.delivered.unwrap_or(0);
    }
    Ok(slots.into_values().collect())
}

/// Letters that are no longer retried, and of how many accounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromQueryResult)]
pub struct Undelivered {
    pub letters: i64,
    pub accounts: i64,
}

/// Counts them.
pub async fn undelivered(db: &impl ConnectionTrait) -> Result<Undelivered, DbErr> {
    use dead_letter::Column::{Id, TenantId};
    let found = dead_letter::Entity::find()
        .select_only()
        .column_as(Id.count(), "letters")
        .column_as(Expr::col(TenantId).count_distinct(), "accounts")
        .into_model()
        .one(db)
        .await?;
    Ok(found.unwrap_or_default())
}
