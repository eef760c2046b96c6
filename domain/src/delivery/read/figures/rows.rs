//! The statements.

use base::message::{Direction, LetterKind, State};
use base::millis::{DAY, HOUR};
use entity::{histogram, ledger_delta, letter, message};
use queue::histogram::Measure;
use sea_orm::sea_query::{Expr, Func, SimpleExpr};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, FromQueryResult, QueryFilter, QuerySelect, QueryTrait, Statement, Value,
};
use uuid::Uuid;

use crate::delivery::read::first_id_at;
use crate::delivery::read::ledger::sum;
use crate::delivery::read::list;

/// Whose figures, and from when on.
pub(super) struct FiguresRange {
    pub tenant_id: Uuid,
    /// None for all sources.
    pub source_id: Option<Uuid>,
    /// The beginning of the first hour, milliseconds since 1970.
    pub since: i64,
    /// A message that was accepted before is overdue if it still waits.
    pub due_by: i64,
    /// The first day, counted from 1970.
    pub day: i32,
    /// From when on the ledger counts, milliseconds since 1970; none for the whole first day.
    pub ledger_from: Option<i64>,
}

/// Messages of one source, direction and state in one hour.
#[derive(Debug, FromQueryResult)]
pub(super) struct HourRow {
    pub source_id: Uuid,
    pub direction: i16,
    pub state: i16,
    /// Counted from 1970.
    pub hour: i64,
    pub messages: i64,
    /// Those accepted so long ago that they are overdue if they still wait.
    pub older: i64,
    pub last: Option<i64>,
}

/// The ledger of one source and direction on one day.
#[derive(Debug, FromQueryResult)]
pub(super) struct DayRow {
    pub source_id: Uuid,
    pub direction: i16,
    pub day: i32,
    pub accepted: Option<i64>,
    pub delivered: Option<i64>,
    pub failed: Option<i64>,
    /// Those of `failed` that are delivered in the stored ledger.
    #[sea_orm(skip)]
    pub failed_later: Option<i64>,
}

/// Messages to customers of one source and day that the messenger accepted and reported as failed afterwards.
#[derive(Debug, FromQueryResult)]
pub(super) struct FailedLaterRow {
    pub source_id: Uuid,
    pub day: i32,
    pub messages: i64,
}

impl DayRow {
    /// The same day, with what the messenger reported as failed afterwards among the failed messages.
    #[must_use]
    pub fn with(self, later: &[FailedLaterRow]) -> Self {
        let is_mine = |one: &&FailedLaterRow| {
            (one.source_id, one.day) == (self.source_id, self.day) && self.direction == Direction::ToMessenger.number()
        };
        let failed_later = later.iter().find(is_mine).map_or(0, |one| one.messages);
        Self {
            delivered: Some(self.delivered.unwrap_or(0) - failed_later),
            failed: Some(self.failed.unwrap_or(0) + failed_later),
            failed_later: Some(failed_later),
            ..self
        }
    }
}

/// Letters of one direction, kind and day that wait.
#[derive(Debug, FromQueryResult)]
pub(super) struct WaitingRow {
    pub direction: i16,
    pub kind: i16,
    pub day: i32,
    pub waiting: i64,
    pub oldest: Option<i64>,
}

impl WaitingRow {
    pub fn is_message(&self) -> bool {
        self.kind == LetterKind::Message.number()
    }
}

/// How many messages of one source and hour took how long.
#[derive(Debug, FromQueryResult)]
pub(super) struct TookRow {
    pub source_id: Uuid,
    /// Of their delivery, counted from 1970.
    pub hour: i32,
    pub bucket: i16,
    pub count: i64,
}

/// What the ledger's first day had of one source and direction before the moment from which on it is counted.
#[derive(Debug, FromQueryResult)]
pub(super) struct EarlyRow {
    pub direction: i16,
    pub accepted: i64,
    pub delivered: i64,
    pub failed: i64,
    pub failed_later: i64,
    pub waiting: i64,
}

pub(super) async fn hours(db: &impl ConnectionTrait, wanted: &FiguresRange) -> Result<Vec<HourRow>, DbErr> {
    use message::Column::{AcceptedAt, Direction, Id, SourceId, State};
    message::Entity::of_tenant(wanted.tenant_id)
        .filter(Id.gte(first_id_at(wanted.since)))
        .apply_if(wanted.source_id, |select, source_id| select.filter(SourceId.eq(source_id)))
        .select_only()
        .columns([SourceId, Direction, State])
        .column_as(hour(), "hour")
        .column_as(Id.count(), "messages")
        .column_as(SimpleExpr::from(Func::sum(Expr::case(AcceptedAt.lt(wanted.due_by), 1).finally(0))), "older")
        .column_as(AcceptedAt.max(), "last")
        .group_by(SourceId)
        .group_by(Direction)
        .group_by(State)
        .group_by(hour())
        .into_model()
        .all(db)
        .await
}

/// Without a bound value: PostgreSQL would take two of them for two different expressions.
fn hour() -> SimpleExpr {
    Expr::cust("accepted_at / 3600000")
}

pub(super) async fn days(db: &impl ConnectionTrait, wanted: &FiguresRange) -> Result<Vec<DayRow>, DbErr> {
    use ledger_delta::Column::{Accepted, Day, Delivered, Direction, Failed, SourceId};
    ledger_delta::Entity::of_tenant(wanted.tenant_id)
        .filter(Day.gte(wanted.day))
        .apply_if(wanted.source_id, |select, source_id| select.filter(SourceId.eq(source_id)))
        .select_only()
        .columns([SourceId, Direction, Day])
        .column_as(sum(Accepted), "accepted")
        .column_as(sum(Delivered), "delivered")
        .column_as(sum(Failed), "failed")
        .group_by(SourceId)
        .group_by(Direction)
        .group_by(Day)
        .into_model()
        .all(db)
        .await
}

pub(super) async fn failed_later(
    db: &impl ConnectionTrait,
    wanted: &FiguresRange,
) -> Result<Vec<FailedLaterRow>, DbErr> {
    use message::Column::{Day, Id, SourceId};
    message::Entity::of_tenant(wanted.tenant_id)
        .filter(Id.gte(first_id_at(i64::from(wanted.day) * DAY)))
        .filter(list::has_failed_later())
        .apply_if(wanted.source_id, |select, source_id| select.filter(SourceId.eq(source_id)))
        .select_only()
        .columns([SourceId, Day])
        .column_as(Id.count(), "messages")
        .group_by(SourceId)
        .group_by(Day)
        .into_model()
        .all(db)
        .await
}

/// The same of all accounts by day, from the first of these on.
pub(super) async fn failed_later_of_all(db: &impl ConnectionTrait, first: i32) -> Result<Vec<(i32, i64)>, DbErr> {
    let failed = State::Failed.number();
    // By account, or the failed messages of all days would be read.
    let text = format!(
        "SELECT message.day, count(*) AS messages FROM tenant JOIN message ON message.tenant_id = tenant.tenant_id \
         AND message.id >= $1 AND message.error <> '' AND message.state = {failed} AND message.position > 0 \
         GROUP BY message.day"
    );
    let values = [first_id_at(i64::from(first) * DAY).into()];
    let rows = db.query_all_raw(Statement::from_sql_and_values(db.get_database_backend(), text, values)).await?;
    rows.iter().map(|row| Ok((row.try_get("", "day")?, row.try_get("", "messages")?))).collect()
}

pub(super) async fn waiting(db: &impl ConnectionTrait, wanted: &FiguresRange) -> Result<Vec<WaitingRow>, DbErr> {
    use letter::Column::{AcceptedAt, Day, Direction, Id, Kind, SourceId};
    letter::Entity::of_tenant(wanted.tenant_id)
        .apply_if(wanted.source_id, |select, source_id| select.filter(SourceId.eq(source_id)))
        .select_only()
        .columns([Direction, Kind, Day])
        .column_as(Id.count(), "waiting")
        .column_as(AcceptedAt.min(), "oldest")
        .group_by(Direction)
        .group_by(Kind)
        .group_by(Day)
        .into_model()
        .all(db)
        .await
}

pub(super) async fn took(db: &impl ConnectionTrait, wanted: &FiguresRange) -> Result<Vec<TookRow>, DbErr> {
    use histogram::Column::{Bucket, Count, Hour, Measure as Measured, SourceId};
    histogram::Entity::of_tenant(wanted.tenant_id)
        .filter(Hour.gte(wanted.since / HOUR))
        .filter(Measured.eq(Measure::Delivery.number()))
        .apply_if(wanted.source_id, |select, source_id| select.filter(SourceId.eq(source_id)))
        .select_only()
        .columns([SourceId, Hour, Bucket])
        .column_as(sum(Count), "count")
        .group_by(SourceId)
        .group_by(Hour)
        .group_by(Bucket)
        .into_model()
        .all(db)
        .await
}

/// What was accepted on the ledger's first day before the moment from which on it is counted: the ledger has whole days
/// of UTC, an account has days of its own.
pub(super) async fn early(db: &impl ConnectionTrait, wanted: &FiguresRange) -> Result<Vec<EarlyRow>, DbErr> {
    let Some(from) = wanted.ledger_from.filter(|from| from.rem_euclid(DAY) != 0) else { return Ok(Vec::new()) };
    let begins = from - from.rem_euclid(DAY);
    let of_source = wanted.source_id.map_or("", |_| " AND source_id = $5");
    let kind = LetterKind::Message.number();
    let sum = |of: &str| format!("CAST(sum(CASE WHEN {of} THEN 1 ELSE 0 END) AS bigint)");
    let text = format!(
        "SELECT direction, count(*) AS accepted, {} AS delivered, {} AS failed, {} AS failed_later, {} AS waiting \
         FROM (SELECT direction, state, error, position, id IN (SELECT message_id FROM letter WHERE tenant_id = $1 \
         AND kind = {kind} AND day = $4) AS waits FROM message WHERE tenant_id = $1 AND id >= $2 AND id < $3 \
         AND day = $4{of_source}) AS early GROUP BY direction",
        sum("NOT waits AND state IN (1, 2, 3)"),
        sum("NOT waits AND state = 4"),
        sum("NOT waits AND state = 4 AND error <> '' AND position > 0"),
        sum("waits"),
    );
    let day = i32::try_from(begins / DAY).unwrap_or_default();
    let values: [Value; 4] =
        [wanted.tenant_id.into(), first_id_at(begins).into(), first_id_at(from).into(), day.into()];
    let values = values.into_iter().chain(wanted.source_id.map(Value::from));
    EarlyRow::find_by_statement(Statement::from_sql_and_values(db.get_database_backend(), text, values)).all(db).await
}
