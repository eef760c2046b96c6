//! The ledger of messages: accepted = delivered + failed + waiting, in both directions, by day of acceptance (UTC).

use base::message::{Direction, LetterKind};
use entity::{ledger_delta, letter};
use sea_orm::sea_query::{ExprTrait as _, Func, SimpleExpr};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QuerySelect, QueryTrait, Select,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::delivery::DeliveryContext;

/// Which messages are counted.
#[derive(Clone, Copy, Debug)]
pub struct LedgerFilter {
    pub tenant_id: Uuid,
    /// None for all sources.
    pub source_id: Option<Uuid>,
    /// First day, counted from 1970; none for no limit.
    pub from: Option<i32>,
    /// Last day; none for no limit.
    pub to: Option<i32>,
}

impl LedgerFilter {
    fn days<E: EntityTrait>(&self, select: Select<E>, day: E::Column) -> Select<E> {
        select
            .apply_if(self.from, |select, from| select.filter(day.gte(from)))
            .apply_if(self.to, |select, to| select.filter(day.lte(to)))
    }
}

/// Counts of messages in one direction. `accepted` always equals the sum of the other three; each message counts
/// for the day on which it was accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = LedgerCountsOut)]
pub struct LedgerCounts {
    pub accepted: i64,
    /// Accepted by the receiving side.
    pub delivered: i64,
    /// Messages that were not delivered, each with a reason.
    pub failed: i64,
    /// Counted from the queue itself, not derived from the other counts.
    pub waiting: i64,
}

/// Both directions, read at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    pub to_crm: LedgerCounts,
    pub to_messenger: LedgerCounts,
}

#[derive(Debug, FromQueryResult)]
struct SettledCount {
    direction: i16,
    accepted: Option<i64>,
    delivered: Option<i64>,
    failed: Option<i64>,
}

#[derive(Debug, FromQueryResult)]
struct WaitingCount {
    direction: i16,
    waiting: i64,
}

/// Counts accepted messages and their outcomes. Messages only: no edits, statuses, typing or reactions.
pub async fn read(app: &DeliveryContext, which: LedgerFilter) -> Result<Ledger, DbErr> {
    // In one snapshot, or the sums would differ by what is settled between the two reads.
    let tx = app.store.read_tx().await?;
    let read = async { Ok::<_, DbErr>((settled_counts(&tx, which).await?, waiting(&tx, which).await?)) };
    let read = read.await;
    tx.rollback().await?;
    let (settled, waiting) = read?;
    let of = |direction| counts(direction, &settled, &waiting);
    Ok(Ledger { to_crm: of(Direction::ToCrm), to_messenger: of(Direction::ToMessenger) })
}

fn counts(direction: Direction, settled: &[SettledCount], waiting: &[WaitingCount]) -> LedgerCounts {
    let number = direction.number();
    let row = settled.iter().find(|row| row.direction == number);
    let figure = |of: fn(&SettledCount) -> Option<i64>| row.and_then(of).unwrap_or(0);
    LedgerCounts {
        accepted: figure(|row| row.accepted),
        delivered: figure(|row| row.delivered),
        failed: figure(|row| row.failed),
        waiting: waiting.iter().find(|row| row.direction == number).map_or(0, |row| row.waiting),
    }
}

async fn settled_counts(db: &impl ConnectionTrait, which: LedgerFilter) -> Result<Vec<SettledCount>, DbErr> {
    use ledger_delta::Column::{Accepted, Day, Delivered, Direction, Failed, SourceId};
    let select = ledger_delta::Entity::of_tenant(which.tenant_id)
        .apply_if(which.source_id, |select, source_id| select.filter(SourceId.eq(source_id)));
    which
        .days(select, Day)
        .select_only()
        .column(Direction)
        .column_as(sum(Accepted), "accepted")
        .column_as(sum(Delivered), "delivered")
        .column_as(sum(Failed), "failed")
        .group_by(Direction)
        .into_model()
        .all(db)
        .await
}

/// PostgreSQL sums BIGINT into NUMERIC, hence the cast.
pub fn sum(column: impl ColumnTrait) -> SimpleExpr {
    SimpleExpr::from(Func::sum(column.into_expr())).cast_as("bigint")
}

async fn waiting(db: &impl ConnectionTrait, which: LedgerFilter) -> Result<Vec<WaitingCount>, DbErr> {
    use letter::Column::{Day, Direction, Id, Kind, SourceId};
    let select = letter::Entity::of_tenant(which.tenant_id)
        .filter(Kind.eq(LetterKind::Message.number()))
        .apply_if(which.source_id, |select, source_id| select.filter(SourceId.eq(source_id)));
    which
        .days(select, Day)
        .select_only()
        .column(Direction)
        .column_as(Id.count(), "waiting")
        .group_by(Direction)
        .into_model()
        .all(db)
        .await
}
