//! The five statements.

use base::message::{Direction, LetterKind};
use base::millis::DAY;
use entity::{attempt, ledger_delta, letter, message};
use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, RelationDef,
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
    /// The first day, counted from 1970.
    pub day: i32,
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

/// The try by which a message was accepted by the other side.
#[derive(Debug, FromQueryResult)]
pub(super) struct TookRow {
    pub message_id: Uuid,
    pub source_id: Uuid,
    /// From the message's acceptance to the end of the try, milliseconds.
    pub took: i64,
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

pub(super) async fn took(db: &impl ConnectionTrait, wanted: &FiguresRange, most: u64) -> Result<Vec<TookRow>, DbErr> {
    attempt::Entity::of_tenant(wanted.tenant_id)
        .filter(attempt::Column::MessageId.gte(first_id_at(wanted.since)))
        .filter(attempt::Column::Kind.eq(LetterKind::Message.number()))
        .filter(attempt::Column::Verdict.eq("done"))
        .join(JoinType::InnerJoin, of_message())
        .apply_if(wanted.source_id, |select, source_id| select.filter(message::Column::SourceId.eq(source_id)))
        .order_by_desc(attempt::Column::MessageId)
        .limit(most)
        .select_only()
        .columns([attempt::Column::MessageId, attempt::Column::Took])
        .column(message::Column::SourceId)
        .into_model()
        .all(db)
        .await
}

/// An attempt knows its message, the message its source.
fn of_message() -> RelationDef {
    attempt::Entity::belongs_to(message::Entity)
        .from((attempt::Column::TenantId, attempt::Column::MessageId))
        .to((message::Column::TenantId, message::Column::Id))
        .into()
}
