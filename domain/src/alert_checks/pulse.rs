//! How many messages each source had since the last look, from the ledger's counts: one statement for a page of
//! accounts. Whole hours are learned as the source's week.

use base::millis::HOUR;
use std::collections::{BTreeMap, HashMap};

use base::message::{Direction, day_of};
use entity::ledger_delta;
use entity::source_pulse::{self, Column};
use sea_orm::sea_query::{Expr, OnConflict, SimpleExpr};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, FromQueryResult, IntoActiveModel, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::page::Page;
use super::week::Week;
use crate::delivery::read::ledger::sum;
use crate::usage::UsageContext;

/// Days of acceptance that are counted: no message waits for longer than a week, so older days no longer change.
const DAYS: i32 = 8;
/// Rows of one statement.
const AT_ONCE: usize = 200;
/// An hour whose beginning was missed.
const PARTIAL: i64 = -1;

/// What a look found of a source.
#[derive(Clone, Debug)]
pub(super) struct Pulse {
    pub row: source_pulse::Model,
    /// Messages that were not delivered since the last look.
    pub failed: i64,
}

/// The ledger of one source and direction, today's window and the day before it apart.
#[derive(Debug, FromQueryResult)]
struct PulseCounts {
    tenant_id: Uuid,
    source_id: Uuid,
    direction: i16,
    within: i32,
    accepted: Option<i64>,
    failed: Option<i64>,
}

/// Messages from customers, and those of both directions that were not delivered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Totals {
    came: i64,
    failed: i64,
}

/// The totals since the first day of today's window, and since the day before.
#[derive(Clone, Copy, Debug, Default)]
struct Windows {
    today: Totals,
    yesterday: Totals,
}

/// Reads the ledger, stores what changed, and returns the sources of served accounts by account and id.
pub(super) async fn look(app: &UsageContext, page: &Page) -> Result<HashMap<(Uuid, Uuid), Pulse>, DbErr> {
    let now = app.clock.millis();
    let day = day_of(now) - DAYS;
    let windows = windows(app, page, day).await?;
    let known = source_pulse::Entity::find().filter(Column::TenantId.is_in(page.ids())).all(app.store.read()).await?;
    let known: HashMap<(Uuid, Uuid), source_pulse::Model> =
        known.into_iter().map(|row| ((row.tenant_id, row.source_id), row)).collect();
    let mut found = HashMap::new();
    let mut changed: BTreeMap<Uuid, Vec<source_pulse::Model>> = BTreeMap::new();
    for source in &page.sources {
        let key = (source.tenant_id, source.id);
        let totals = windows.get(&key).copied().unwrap_or_default();
        let pulse = match known.get(&key) {
            Some(row) => next(row, totals, day, now),
            None => first(key, totals.today, day, now),
        };
        if known.get(&key) != Some(&pulse.row) {
            changed.entry(source.tenant_id).or_default().push(pulse.row.clone());
        }
        found.insert(key, pulse);
    }
    for rows in changed.into_values() {
        store(app, rows).await?;
    }
    for (tenant_id, source_id) in known.keys().filter(|key| !found.contains_key(*key)) {
        forget(app, *tenant_id, *source_id).await?;
    }
    Ok(found)
}

/// The source was deleted.
async fn forget(app: &UsageContext, tenant_id: Uuid, source_id: Uuid) -> Result<(), DbErr> {
    source_pulse::Entity::delete_many()
        .filter(Column::TenantId.eq(tenant_id))
        .filter(Column::SourceId.eq(source_id))
        .exec(app.store.write())
        .await?;
    Ok(())
}

async fn windows(app: &UsageContext, page: &Page, day: i32) -> Result<HashMap<(Uuid, Uuid), Windows>, DbErr> {
    use ledger_delta::Column::{Accepted, Day, Direction as Way, Failed, SourceId, TenantId};
    let rows: Vec<PulseCounts> = ledger_delta::Entity::find()
        .select_only()
        .columns([TenantId, SourceId, Way])
        .column_as(within(day), "within")
        .column_as(sum(Accepted), "accepted")
        .column_as(sum(Failed), "failed")
        .filter(TenantId.is_in(page.ids()))
        .filter(Day.gte(day - 1))
        .group_by(TenantId)
        .group_by(SourceId)
        .group_by(Way)
        .group_by(within(day))
        .into_model()
        .all(app.store.read())
        .await?;
    let mut windows: HashMap<(Uuid, Uuid), Windows> = HashMap::new();
    for row in rows {
        let both = windows.entry((row.tenant_id, row.source_id)).or_default();
        let came = if row.direction == Direction::ToCrm.number() { row.accepted.unwrap_or(0) } else { 0 };
        let more = Totals { came, failed: row.failed.unwrap_or(0) };
        both.yesterday = both.yesterday.and(more);
        if row.within == 1 {
            both.today = both.today.and(more);
        }
    }
    Ok(windows)
}

/// Without a bound value: PostgreSQL would take two of them for two different expressions.
fn within(day: i32) -> SimpleExpr {
    Expr::cust(format!("CASE WHEN day >= {day} THEN 1 ELSE 0 END"))
}

impl Totals {
    const fn and(self, other: Self) -> Self {
        Self { came: self.came + other.came, failed: self.failed + other.failed }
    }
}

/// The first look at a source: its failures are news, its messages teach nothing yet.
fn first((tenant_id, source_id): (Uuid, Uuid), totals: Totals, day: i32, now: i64) -> Pulse {
    let row = source_pulse::Model {
        tenant_id,
        source_id,
        day,
        came: totals.came,
        failed: totals.failed,
        hour: now.div_euclid(HOUR),
        in_hour: PARTIAL,
        since_hour: now.div_euclid(HOUR) + 1,
        last_at: if totals.came > 0 { now } else { 0 },
        week: String::new(),
    };
    Pulse { row, failed: totals.failed }
}

fn next(known: &source_pulse::Model, windows: Windows, day: i32, now: i64) -> Pulse {
    let same_window = match day - known.day {
        0 => Some(windows.today),
        1 => Some(windows.yesterday),
        _ => None,
    };
    let more = |total: i64, before: i64| (total - before).max(0);
    let came = same_window.map_or(0, |totals| more(totals.came, known.came));
    let failed = same_window.map_or(0, |totals| more(totals.failed, known.failed));
    let mut row = source_pulse::Model { day, came: windows.today.came, failed: windows.today.failed, ..known.clone() };
    if came > 0 {
        row.last_at = now;
    }
    let hour = now.div_euclid(HOUR);
    match hour - known.hour {
        0 if known.in_hour >= 0 => row.in_hour += came,
        0 => {}
        1 => {
            if known.in_hour >= 0 {
                let mut week = Week::read(&known.week);
                week.learn(known.hour, known.in_hour);
                row.week = week.stored();
            }
            (row.hour, row.in_hour) = (hour, came);
        }
        // No look for an hour or more: how its messages are spread over the hours is unknown.
        _ => (row.hour, row.in_hour) = (hour, PARTIAL),
    }
    Pulse { row, failed }
}

/// Rows of one account, in a commit of their own.
async fn store(app: &UsageContext, rows: Vec<source_pulse::Model>) -> Result<(), DbErr> {
    let known = OnConflict::columns([Column::TenantId, Column::SourceId])
        .update_columns([
            Column::Day,
            Column::Came,
            Column::Failed,
            Column::Hour,
            Column::InHour,
            Column::SinceHour,
            Column::LastAt,
            Column::Week,
        ])
        .to_owned();
    for rows in rows.chunks(AT_ONCE) {
        let rows = rows.iter().cloned().map(IntoActiveModel::into_active_model);
        source_pulse::Entity::insert_many(rows)
            .on_conflict(known.clone())
            .exec_without_returning(app.store.write())
            .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i32 = 20_000;

    fn at(hour: i64, minute: i64) -> i64 {
        (i64::from(DAY + DAYS) * 24 + hour) * HOUR + minute * 60_000
    }

    fn windows(yesterday: (i64, i64), today: (i64, i64)) -> Windows {
        let totals = |(came, failed)| Totals { came, failed };
        Windows { yesterday: totals(yesterday), today: totals(today) }
    }

    fn known() -> source_pulse::Model {
        first((Uuid::nil(), Uuid::nil()), Totals { came: 10, failed: 2 }, DAY, at(9, 59)).row
    }

    #[test]
    fn only_whole_hours_are_learned() {
        let partial = next(&known(), windows((0, 0), (12, 2)), DAY, at(10, 0)).row;
        assert_eq!((partial.week.as_str(), partial.in_hour, partial.last_at), ("", 2, at(10, 0)), "9 began unseen");
        let more = next(&partial, windows((0, 0), (15, 2)), DAY, at(10, 30)).row;
        assert_eq!(more.in_hour, 5);
        let learned = next(&more, windows((0, 0), (15, 2)), DAY, at(11, 0)).row;
        assert_eq!((Week::read(&learned.week).usual(more.hour), learned.in_hour), (5, 0));
        let gap = next(&learned, windows((0, 0), (40, 2)), DAY, at(14, 0)).row;
        assert_eq!((gap.week == learned.week, gap.in_hour, gap.last_at), (true, PARTIAL, at(14, 0)));
    }

    #[test]
    fn failures_are_counted_over_midnight_and_not_after_a_gap_of_days() {
        assert_eq!(next(&known(), windows((0, 0), (10, 5)), DAY, at(10, 0)).failed, 3);
        // The oldest day left the window with 1 of the 2 known failures; 2 are new.
        let over = next(&known(), windows((10, 4), (3, 3)), DAY + 1, at(24, 0));
        assert_eq!((over.failed, over.row.failed, over.row.came), (2, 3, 3));
        assert_eq!(next(&known(), windows((10, 9), (3, 9)), DAY + 3, at(80, 0)).failed, 0);
        assert_eq!(next(&known(), windows((0, 0), (10, 1)), DAY, at(10, 0)).failed, 0, "sent again");
    }
}
