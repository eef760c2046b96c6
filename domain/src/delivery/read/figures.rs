//! Figures of an account or of one source: what came, went and failed by hour and by day, how long messages took, what
//! waits, and what is undelivered. Pages show them together, so they are read together: seven statements in one snapshot,
//! however many sources and messages there are, and nothing older than a month. The database counts; few rows are read.
//!
//! Days are those of the stored ledger (UTC, by acceptance) and come from its counts; hours come from messages of the last
//! 24 hours, times from the counts in `histogram`. The ledger that is shown begins with a day of the account. What a messenger
//! accepted and reported as failed afterwards is delivered in the stored ledger; here it is failed, as in the lists of
//! messages.

mod rows;

use std::collections::BTreeMap;

use base::message::{Direction, State, day_of};
use base::millis::{DAY, HOUR, MINUTE};
use entity::ledger_delta;
use queue::histogram::Histogram;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::dead;
use super::ledger::{Ledger, LedgerCounts, sum};
use crate::delivery::DeliveryContext;
use rows::{DayRow, EarlyRow, HourRow, TookRow, WaitingRow};

/// Hours and days that are read, each with the present one.
pub const HOURS: i64 = 24;
pub const DAYS: i32 = 30;
/// A message that has waited longer is overdue, milliseconds.
pub const OVERDUE: i64 = MINUTE;

/// What was accepted within one hour or one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FiguresSlot {
    /// Its beginning, milliseconds since 1970.
    pub at: i64,
    pub flow: Flow,
    /// Accepted by the other side.
    pub delivered: i64,
    /// Those that wait for more than a minute. Counted by hour, not by day.
    pub overdue: i64,
}

/// From acceptance until the other side accepted it, milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    pub median: i64,
    /// 95 of 100 messages took no longer.
    pub most: i64,
    pub messages: usize,
}

impl Times {
    /// Of counts; none of nothing.
    fn counted<'rows>(rows: impl Iterator<Item = &'rows TookRow>) -> Option<Self> {
        let mut all = Histogram::default();
        rows.for_each(|row| all.add(row.bucket, row.count));
        let messages = usize::try_from(all.count()).unwrap_or(usize::MAX);
        Some(Self { median: all.percentile(50)?, most: all.percentile(95)?, messages })
    }
}

/// The period of counts: the last 24 hours, or days of the ledger up to today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    Hours,
    Days(i32),
}

/// The last message of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LastMessage {
    /// Within the last 24 hours.
    At(i64),
    /// Milliseconds of the day; the time of the day is not read.
    OnDay(i64),
    /// Not within the last month.
    None,
}

/// All figures, read at one moment.
#[derive(Debug)]
pub struct Figures {
    now: i64,
    hours: Vec<HourRow>,
    days: Vec<DayRow>,
    waiting: Vec<WaitingRow>,
    took: Vec<TookRow>,
    undelivered: i64,
    ledger_from: Option<i64>,
    early: Vec<EarlyRow>,
}

/// Reads the figures of an account, or of one of its sources. `ledger_from`: when the ledger's first day begins in the
/// account's time zone, milliseconds since 1970.
pub async fn read(
    app: &DeliveryContext,
    tenant_id: Uuid,
    source_id: Option<Uuid>,
    ledger_from: Option<i64>,
) -> Result<Figures, DbErr> {
    let now = app.clock.millis();
    let first_day = Ord::min(ledger_from.map_or(i32::MAX, day_of), day_of(now) - DAYS + 1);
    let wanted = rows::FiguresRange {
        tenant_id,
        source_id,
        since: hours_begin(now),
        due_by: now - OVERDUE,
        day: first_day,
        ledger_from,
    };
    // In one snapshot, or the sums would differ by what is settled between the statements.
    let tx = app.store.read_tx().await?;
    let read = async {
        let (days, later) = (rows::days(&tx, &wanted).await?, rows::failed_later(&tx, &wanted).await?);
        Ok::<_, DbErr>(Figures {
            now,
            hours: rows::hours(&tx, &wanted).await?,
            days: days.into_iter().map(|row| row.with(&later)).collect(),
            waiting: rows::waiting(&tx, &wanted).await?,
            took: rows::took(&tx, &wanted).await?,
            undelivered: dead::undelivered(&tx, tenant_id, source_id, wanted.since, i64::MAX).await?,
            ledger_from,
            early: rows::early(&tx, &wanted).await?,
        })
    };
    let read = read.await;
    tx.rollback().await?;
    read
}

/// The first hour that is read, counted from 1970.
fn first_hour(now: i64) -> i64 {
    now / HOUR - HOURS + 1
}

/// When [`Span::Hours`] begins, milliseconds since 1970.
pub fn hours_begin(now: i64) -> i64 {
    first_hour(now) * HOUR
}

impl Figures {
    /// The slots of a span, oldest first, the present one last.
    pub fn slots(&self, span: Span) -> Vec<FiguresSlot> {
        match span {
            Span::Hours => {
                let first = first_hour(self.now);
                (first..first + HOURS)
                    .map(|hour| slot(hour * HOUR, self.hours.iter().filter(|row| row.hour == hour)))
                    .collect()
            }
            Span::Days(count) => {
                let today = day_of(self.now);
                (today - count + 1..=today)
                    .map(|day| slot(i64::from(day) * DAY, self.days.iter().filter(|row| row.day == day)))
                    .collect()
            }
        }
    }

    /// What a source had in a span.
    pub fn of_source(&self, source_id: Uuid, span: Span) -> Flow {
        self.by_source(span).remove(&source_id).unwrap_or_default()
    }

    /// The same of every source that had anything, deleted ones too.
    pub fn by_source(&self, span: Span) -> BTreeMap<Uuid, Flow> {
        let mut all: BTreeMap<Uuid, Flow> = BTreeMap::new();
        let mut add = |row: &dyn Counted| {
            let (accepted, _, failed) = row.counts();
            all.entry(row.source_id()).or_default().add(row.direction(), accepted, failed);
        };
        match span {
            Span::Hours => self.hours.iter().for_each(|row| add(row)),
            Span::Days(count) => {
                let from = day_of(self.now) - count + 1;
                self.days.iter().filter(|row| row.day >= from).for_each(|row| add(row));
            }
        }
        all.retain(|_, flow| flow.all() > 0);
        all
    }

    /// The ledger from its first day on, both sides of the equation from one snapshot. A message that failed later is
    /// failed here.
    pub fn ledger(&self) -> Ledger {
        let first_day = self.first_day();
        let of = |direction: Direction| {
            let mut counts = LedgerCounts::default();
            for row in self.days.iter().filter(|row| row.day >= first_day && row.direction == direction.number()) {
                let (accepted, delivered, failed) = row.counts();
                counts.accepted += accepted;
                counts.delivered += delivered;
                counts.failed += failed;
            }
            let waits = self.waiting.iter().filter(|row| row.is_message() && row.day >= first_day);
            counts.waiting =
                waits.filter(|row| row.direction == direction.number()).map(|row| row.waiting).sum::<i64>();
            for early in self.early.iter().filter(|row| row.direction == direction.number()) {
                counts.accepted -= early.accepted;
                counts.delivered -= early.delivered;
                counts.failed -= early.failed;
                counts.waiting -= early.waiting;
            }
            counts
        };
        Ledger { to_crm: of(Direction::ToCrm), to_messenger: of(Direction::ToMessenger) }
    }

    /// Messages to customers that messengers accepted since the ledger's first day and reported as failed afterwards.
    pub fn failed_later(&self) -> i64 {
        let first_day = self.first_day();
        let all: i64 = self.days.iter().filter(|row| row.day >= first_day).filter_map(|row| row.failed_later).sum();
        all - self.early.iter().map(|early| early.failed_later).sum::<i64>()
    }

    fn first_day(&self) -> i32 {
        self.ledger_from.map_or(i32::MIN, day_of)
    }

    /// Messages that are undelivered: [`dead::undelivered`].
    pub const fn undelivered(&self) -> i64 {
        self.undelivered
    }

    /// Messages that wait, of any age.
    pub fn waiting(&self) -> i64 {
        self.waiting.iter().filter(|row| row.is_message()).map(|row| row.waiting).sum()
    }

    /// Messages that wait for amoCRM, of any age, and how long the oldest has waited; none if none does.
    pub fn waiting_for_crm(&self) -> Option<(i64, i64)> {
        let rows = || self.waiting.iter().filter(|row| row.is_message() && row.direction == Direction::ToCrm.number());
        let oldest = rows().filter_map(|row| row.oldest).min()?;
        Some((rows().map(|row| row.waiting).sum(), Ord::max(self.now - oldest, 0)))
    }

    /// How long the oldest of [`Self::waiting`] has waited; none if none waits.
    pub fn oldest(&self) -> Option<i64> {
        let rows = self.waiting.iter().filter(|row| row.is_message());
        rows.filter_map(|row| row.oldest).min().map(|at| Ord::max(self.now - at, 0))
    }

    /// How long messages of the last 24 hours took; none if none was delivered.
    pub fn times(&self) -> Option<Times> {
        Times::counted(self.took.iter())
    }

    /// The same of one source.
    pub fn times_of(&self, source_id: Uuid) -> Option<Times> {
        Times::counted(self.took.iter().filter(|row| row.source_id == source_id))
    }

    /// The same of each hour of [`Span::Hours`], by delivery.
    pub fn times_by_hour(&self) -> Vec<Option<Times>> {
        let first = first_hour(self.now);
        let of = |hour: i64| Times::counted(self.took.iter().filter(|row| i64::from(row.hour) == hour));
        (first..first + HOURS).map(of).collect()
    }

    /// Messages that came from customers to a source since the beginning of an hour of [`Span::Hours`].
    pub fn came_since(&self, source_id: Uuid, at: i64) -> i64 {
        let is_meant = |row: &&HourRow| {
            row.source_id == source_id && row.direction == Direction::ToCrm.number() && row.hour >= at / HOUR
        };
        self.hours.iter().filter(is_meant).map(|row| row.messages).sum()
    }

    /// When a source had its last message.
    pub fn last_of(&self, source_id: Uuid) -> LastMessage {
        let at = self.hours.iter().filter(|row| row.source_id == source_id).filter_map(|row| row.last).max();
        let used = self.days.iter().filter(|row| row.source_id == source_id && row.counts().0 > 0);
        match (at, used.map(|row| row.day).max()) {
            (Some(at), _) => LastMessage::At(at),
            (None, Some(day)) => LastMessage::OnDay(i64::from(day) * DAY),
            (None, None) => LastMessage::None,
        }
    }

    /// Whether there was any message within the last month.
    pub fn any(&self) -> bool {
        self.days.iter().any(|row| row.counts().0 > 0)
    }
}

fn slot<'rows, R: Counted + 'rows>(at: i64, rows: impl Iterator<Item = &'rows R>) -> FiguresSlot {
    let mut slot = FiguresSlot { at, flow: Flow::default(), delivered: 0, overdue: 0 };
    for row in rows {
        let (accepted, delivered, failed) = row.counts();
        slot.flow.add(row.direction(), accepted, failed);
        slot.delivered += delivered;
        slot.overdue += row.overdue();
    }
    slot
}

/// A row of counts.
trait Counted {
    fn source_id(&self) -> Uuid;
    fn direction(&self) -> i16;
    /// Accepted, delivered, failed.
    fn counts(&self) -> (i64, i64, i64);

    fn overdue(&self) -> i64 {
        0
    }
}

impl Counted for HourRow {
    fn source_id(&self) -> Uuid {
        self.source_id
    }

    fn direction(&self) -> i16 {
        self.direction
    }

    fn counts(&self) -> (i64, i64, i64) {
        let is = |state: State| if self.state == state.number() { self.messages } else { 0 };
        (self.messages, is(State::Sent) + is(State::Delivered) + is(State::Read), is(State::Failed))
    }

    fn overdue(&self) -> i64 {
        if self.state == State::Queued.number() { self.older } else { 0 }
    }
}

impl Counted for DayRow {
    fn source_id(&self) -> Uuid {
        self.source_id
    }

    fn direction(&self) -> i16 {
        self.direction
    }

    fn counts(&self) -> (i64, i64, i64) {
        (self.accepted.unwrap_or(0), self.delivered.unwrap_or(0), self.failed.unwrap_or(0))
    }
}

/// Median and 95th percentile; none of nothing.
pub fn times(mut took: Vec<i64>) -> Option<Times> {
    let place = |share: usize| (took.len() * share).div_ceil(100).max(1) - 1;
    let (middle, last) = (place(50), place(95));
    if took.is_empty() {
        return None;
    }
    // Reports have a hundred thousand of them, too many to sort several times.
    let messages = took.len();
    let (shorter, most, _) = took.select_nth_unstable(last);
    let most = *most;
    let median = if middle < shorter.len() { *shorter.select_nth_unstable(middle).1 } else { most };
    Some(Times { median, most, messages })
}

/// Messages from customers, messages to customers, and how many of both were not delivered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flow {
    pub came: i64,
    pub went: i64,
    pub failed: i64,
    /// Those of `failed` that came from customers.
    pub failed_in: i64,
}

impl Flow {
    /// Messages of both directions.
    pub const fn all(&self) -> i64 {
        self.came + self.went
    }

    /// The sum of both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            came: self.came + other.came,
            went: self.went + other.went,
            failed: self.failed + other.failed,
            failed_in: self.failed_in + other.failed_in,
        }
    }

    pub(in crate::delivery::read) fn add(&mut self, direction: i16, accepted: i64, failed: i64) {
        if direction == Direction::ToCrm.number() {
            self.came += accepted;
            self.failed_in += failed;
        } else {
            self.went += accepted;
        }
        self.failed += failed;
    }
}

#[derive(FromQueryResult)]
struct LedgerDayRow {
    direction: i16,
    day: i32,
    accepted: Option<i64>,
    delivered: Option<i64>,
    failed: Option<i64>,
}

/// What the latest days of the ledger brought to all accounts, oldest first, today last, as [`Figures::slots`] has it for
/// one. Days are UTC, by acceptance.
pub async fn service_days(app: &DeliveryContext, count: i32) -> Result<Vec<FiguresSlot>, DbErr> {
    let today = day_of(app.clock.millis());
    let first = today - count + 1;
    let tx = app.store.read_tx().await?;
    let read =
        async { Ok::<_, DbErr>((service_rows(&tx, first).await?, rows::failed_later_of_all(&tx, first).await?)) };
    let read = read.await;
    tx.rollback().await?;
    let (rows, later) = read?;
    let empty = |day: i32| FiguresSlot { at: i64::from(day) * DAY, flow: Flow::default(), delivered: 0, overdue: 0 };
    let mut slots: BTreeMap<i32, FiguresSlot> = (first..=today).map(|day| (day, empty(day))).collect();
    for row in rows {
        // Days to come belong to a clock that ran ahead.
        let Some(slot) = slots.get_mut(&row.day) else { continue };
        slot.flow.add(row.direction, row.accepted.unwrap_or(0), row.failed.unwrap_or(0));
        slot.delivered += row.delivered.unwrap_or(0);
    }
    for (day, messages) in later {
        let Some(slot) = slots.get_mut(&day) else { continue };
        slot.flow.failed += messages;
        slot.delivered -= messages;
    }
    Ok(slots.into_values().collect())
}

async fn service_rows(db: &impl ConnectionTrait, first: i32) -> Result<Vec<LedgerDayRow>, DbErr> {
    use ledger_delta::Column::{Accepted, Day, Delivered, Direction, Failed};
    ledger_delta::Entity::find()
        .filter(Day.gte(first))
        .select_only()
        .columns([Direction, Day])
        .column_as(sum(Accepted), "accepted")
        .column_as(sum(Delivered), "delivered")
        .column_as(sum(Failed), "failed")
        .group_by(Direction)
        .group_by(Day)
        .into_model()
        .all(db)
        .await
}
