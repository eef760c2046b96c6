//! How a developer's endpoint does: its successful and failed attempts over time, how soon it answers, when it accepted
//! something last, and when the next attempt is due. Bounded, however many webhooks it gets: of the period's newest
//! attempts only, by the index of webhooks (`attempt_webhook`).

use entity::{attempt, lane, turn};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Statement};
use uuid::Uuid;

use super::figures::{Times, times};
use super::first_id_at;
use crate::delivery::DeliveryContext;

/// Attempts that are counted at most, the newest ones.
pub const MOST: i64 = 20_000;
/// Attempts of which the time is read, the newest ones.
const TIMED: u64 = 1_000;
/// Milliseconds of a quarter of an hour: no time zone differs from UTC by a part of it.
const QUARTER: i64 = 900_000;

/// Attempts that began within a quarter of an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromQueryResult)]
pub struct QuarterAttempts {
    /// Counted from 1970.
    quarter: i64,
    pub attempts: i64,
    /// Those that the endpoint accepted.
    pub accepted: i64,
    /// When it accepted the last of them.
    last: Option<i64>,
    /// When the first of all began.
    first: i64,
}

impl QuarterAttempts {
    /// Its beginning, milliseconds since 1970.
    pub const fn at(&self) -> i64 {
        self.quarter * QUARTER
    }
}

/// When the next attempt is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextAttempt {
    /// Nothing waits.
    None,
    At(i64),
    /// Not before a person switches the source on.
    Held,
}

/// All figures, read at one moment.
#[derive(Debug)]
pub struct EndpointFigures {
    /// In no order, without empty ones.
    pub quarters: Vec<QuarterAttempts>,
    /// How soon it answered.
    pub answers: Option<Times>,
    pub next: NextAttempt,
}

impl EndpointFigures {
    /// When it accepted something last within the period.
    pub fn last_success(&self) -> Option<i64> {
        self.quarters.iter().filter_map(|quarter| quarter.last).max()
    }

    /// From when on attempts are counted, if there are more than are read.
    pub fn counted_since(&self) -> Option<i64> {
        let is_cut = self.quarters.iter().map(|quarter| quarter.attempts).sum::<i64>() >= MOST;
        self.quarters.iter().map(|quarter| quarter.first).min().filter(|_| is_cut)
    }
}

/// Whose figures, and from when on: milliseconds since 1970.
#[derive(Clone, Copy, Debug)]
pub struct EndpointRange {
    pub tenant_id: Uuid,
    pub source_id: Uuid,
    /// Attempts are counted.
    pub counted_from: i64,
    /// Answers are timed.
    pub timed_from: i64,
}

/// Reads the figures of a source's endpoint.
pub async fn read(app: &DeliveryContext, range: EndpointRange) -> Result<EndpointFigures, DbErr> {
    let tx = app.store.read_tx().await?;
    let read = async {
        Ok::<_, DbErr>(EndpointFigures {
            quarters: quarters(&tx, range).await?,
            answers: answers(&tx, range).await?,
            next: next(&tx, range).await?,
        })
    };
    let read = read.await;
    tx.rollback().await?;
    read
}

async fn quarters(db: &impl ConnectionTrait, range: EndpointRange) -> Result<Vec<QuarterAttempts>, DbErr> {
    let text = format!(
        "SELECT at / {QUARTER} AS quarter, count(*) AS attempts, \
         sum(CASE WHEN verdict = 'done' THEN 1 ELSE 0 END) AS accepted, \
         max(CASE WHEN verdict = 'done' THEN at END) AS last, min(at) AS first \
         FROM (SELECT at, verdict FROM attempt WHERE tenant_id = $1 AND source_id = $2 AND event <> '' AND id >= $3 \
         ORDER BY id DESC LIMIT {MOST}) AS newest GROUP BY at / {QUARTER}"
    );
    let values = [range.tenant_id.into(), range.source_id.into(), first_id_at(range.counted_from).into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), text, values);
    QuarterAttempts::find_by_statement(statement).all(db).await
}

async fn answers(db: &impl ConnectionTrait, range: EndpointRange) -> Result<Option<Times>, DbErr> {
    let tried: Vec<(i32, i32)> = super::webhooks::logged(range.tenant_id)
        .filter(attempt::Column::SourceId.eq(range.source_id))
        .filter(attempt::Column::Id.gte(first_id_at(range.timed_from)))
        .order_by_desc(attempt::Column::Id)
        .limit(TIMED)
        .select_only()
        .columns([attempt::Column::Ms, attempt::Column::Status])
        .into_tuple()
        .all(db)
        .await?;
    // Without a status there was no answer.
    Ok(times(tried.into_iter().filter(|(_, status)| *status > 0).map(|(ms, _)| i64::from(ms)).collect()))
}

async fn next(db: &impl ConnectionTrait, range: EndpointRange) -> Result<NextAttempt, DbErr> {
    let due: Option<i64> = lane::Entity::of_tenant(range.tenant_id)
        .filter(lane::Column::Target.eq(range.source_id))
        .filter(lane::Column::DueAt.is_not_null())
        .order_by_asc(lane::Column::DueAt)
        .limit(1)
        .select_only()
        .column(lane::Column::DueAt)
        .into_tuple()
        .one(db)
        .await?
        .flatten();
    let Some(due) = due else { return Ok(NextAttempt::None) };
    let turn =
        turn::Entity::of_tenant(range.tenant_id).filter(turn::Column::Target.eq(range.source_id)).one(db).await?;
    let turn = turn.filter(|turn| !turn.reason.is_empty());
    Ok(match turn {
        Some(turn) => turn.ready_at.map_or(NextAttempt::Held, |ready| NextAttempt::At(ready.max(due))),
        None => NextAttempt::At(due),
    })
}
