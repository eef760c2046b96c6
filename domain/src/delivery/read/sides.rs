//! How amoCRM and the messengers answered the calls of the present hour and the one before, and how soon Parom made the
//! first ones: one statement over the counts in `histogram`, however many messages there were.
//!
//! Attempts without a call say nothing about a side. A refusal is an answer, and so is "slow down": the side works, and
//! the message it concerns is undelivered or waits. Whether a side answers *now* is its `turn`'s to say
//! ([`crate::source::states`]).

use std::collections::BTreeMap;

use base::message::Direction;
use base::millis::HOUR;
use entity::histogram;
use queue::histogram::{Histogram, Measure};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QuerySelect, Statement};
use uuid::Uuid;

use super::ledger::sum;
use crate::delivery::DeliveryContext;

/// The calls to one side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SideCalls {
    /// Milliseconds until the end of each call.
    pub times: Histogram,
    /// Those without an answer, or with "later" or "no access".
    pub failed: i64,
    /// When the last of them began.
    pub failed_at: Option<i64>,
    /// When the last one that was answered began.
    pub answered_at: Option<i64>,
}

impl SideCalls {
    /// All of them.
    pub fn count(&self) -> i64 {
        self.times.count()
    }
}

/// What the sides did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sides {
    /// From the acceptance of a message to its first call.
    pub delay: Histogram,
    pub crm: Option<SideCalls>,
    /// By kind of messenger.
    pub messengers: BTreeMap<String, SideCalls>,
}

#[derive(FromQueryResult)]
struct BucketRow {
    /// The kind of messenger; empty for amoCRM.
    side: String,
    measure: i16,
    bucket: i16,
    count: i64,
    last_at: i64,
}

/// When the hours that are read begin, milliseconds since 1970.
pub const fn begin(now: i64) -> i64 {
    (now / HOUR - 1) * HOUR
}

/// The failed calls of each of these accounts, to amoCRM and to messengers, in the same hours; accounts without any are
/// absent.
pub async fn failed_calls(db: &impl ConnectionTrait, tenants: &[Uuid], now: i64) -> Result<BTreeMap<Uuid, i64>, DbErr> {
    use histogram::Column::{Count, Hour, Measure as Measured, TenantId};
    let counted: Vec<(Uuid, i64)> = histogram::Entity::find()
        .filter(TenantId.is_in(tenants.iter().copied()))
        .filter(Hour.gte(begin(now) / HOUR))
        .filter(Measured.eq(Measure::Failed.number()))
        .select_only()
        .column(TenantId)
        .column_as(sum(Count), "failed")
        .group_by(TenantId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(counted.into_iter().collect())
}

/// Reads them.
pub async fn read(app: &DeliveryContext, tenant_id: Uuid) -> Result<Sides, DbErr> {
    let db = app.store.read();
    let text = format!(
        "SELECT CASE WHEN direction = {} THEN '' ELSE source.kind END AS side, measure, bucket, \
         CAST(sum(count) AS bigint) AS count, max(last_at) AS last_at FROM histogram \
         JOIN source ON source.tenant_id = $1 AND source.id = histogram.source_id \
         WHERE histogram.tenant_id = $1 AND hour >= $2 AND measure <> {} GROUP BY 1, measure, bucket",
        Direction::ToCrm.number(),
        Measure::Delivery.number(),
    );
    let hour = begin(app.clock.millis()) / HOUR;
    let values = [tenant_id.into(), hour.into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), text, values);
    let mut sides = Sides::default();
    for row in BucketRow::find_by_statement(statement).all(db).await? {
        if row.measure == Measure::FirstCall.number() {
            sides.delay.add(row.bucket, row.count);
            continue;
        }
        let calls = match row.side.as_str() {
            "" => sides.crm.get_or_insert_default(),
            _ => sides.messengers.entry(row.side).or_default(),
        };
        calls.times.add(row.bucket, row.count);
        let is_failed = row.measure == Measure::Failed.number();
        let last = if is_failed { &mut calls.failed_at } else { &mut calls.answered_at };
        *last = Ord::max(*last, Some(row.last_at));
        calls.failed += if is_failed { row.count } else { 0 };
    }
    Ok(sides)
}
