//! How many messages each source had since the last look, from the ledger's counts: one statement for a page of
//! accounts. Whole hours are learned as the source's week.

use std::collections::{BTreeMap, HashMap};

use base::message::{Direction, day_of};
use base::millis::HOUR;
use entity::ledger_delta;
use entity::source_pulse::{self, Column};
use sea_orm::sea_query::{Expr, OnConflict, SimpleExpr};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, FromQueryResult, IntoActiveModel, QueryFilter, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::page::Page;
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
    source_pulse::Entity::delete_of(tenant_id).filter(Column::SourceId.eq(source_id)).exec(app.store.write()).await?;
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

// What is known of each hour of a source's week: in how many weeks it was counted, in how many it had no message, and
// how many it usually has. Newer weeks weigh more, so that a changed rhythm is learned within two months.

/// Hours of a week.
const HOURS: usize = 168;
/// Weeks that are averaged; with each further one the earlier ones lose weight.
const WEEKS: f64 = 8.0;
/// Weeks in which an hour must have been counted before it says anything.
const KNOWN: f64 = 2.0;

/// One hour of the week.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "(f64, f64, f64)", into = "(f64, f64, f64)")]
struct HourOfWeek {
    weeks: f64,
    /// Those without a message.
    empty: f64,
    /// Messages in an average week.
    usual: f64,
}

impl From<(f64, f64, f64)> for HourOfWeek {
    fn from((weeks, empty, usual): (f64, f64, f64)) -> Self {
        Self { weeks, empty, usual }
    }
}

impl From<HourOfWeek> for (f64, f64, f64) {
    fn from(slot: HourOfWeek) -> Self {
        let short = |value: f64| (value * 100.0).round() / 100.0;
        (short(slot.weeks), short(slot.empty), short(slot.usual))
    }
}

/// A source's week.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Week(Vec<HourOfWeek>);

impl Week {
    /// Reads the stored form; anything else is a week of which nothing is known.
    pub fn read(stored: &str) -> Self {
        let mut slots: Vec<HourOfWeek> = serde_json::from_str(stored).unwrap_or_default();
        slots.resize(HOURS, HourOfWeek::default());
        Self(slots)
    }

    /// The form that is stored.
    pub fn stored(&self) -> String {
        serde_json::to_string(&self.0).unwrap_or_default()
    }

    fn slot(hour: i64) -> usize {
        usize::try_from(hour.rem_euclid(168)).unwrap_or_default()
    }

    /// An hour (counted from 1970) had this many messages.
    pub fn learn(&mut self, hour: i64, messages: i64) {
        let Some(slot) = self.0.get_mut(Self::slot(hour)) else { return };
        if slot.weeks >= WEEKS {
            let fades = (WEEKS - 1.0) / slot.weeks;
            slot.weeks *= fades;
            slot.empty *= fades;
        }
        slot.weeks += 1.0;
        if messages == 0 {
            slot.empty += 1.0;
        }
        let messages = f64::from(i32::try_from(messages).unwrap_or(i32::MAX));
        slot.usual += (messages - slot.usual) / slot.weeks;
    }

    /// How likely it is that an hour has no message: never 0, however busy it was. 1, so that it proves nothing, if too
    /// little is known of it or if it has been silent as often as not, like nights and weekends. `itself`: the last time
    /// that the hour was counted, it had none, and that is not evidence.
    fn quiet(&self, hour: i64, itself: bool) -> f64 {
        let slot = self.0.get(Self::slot(hour)).copied().unwrap_or_default();
        let own = if itself { slot.empty.min(1.0) } else { 0.0 };
        let (weeks, empty) = (slot.weeks - own, slot.empty - own);
        let proves_nothing = weeks < KNOWN - 0.01 || empty * 2.0 >= weeks;
        if proves_nothing { 1.0 } else { (empty + 1.0) / (weeks + 2.0) }
    }

    /// How likely it is that all of these hours (from, and before) have no message, by the weeks before: from `silent` on
    /// the source has had none, and the silence that is judged must not make itself usual.
    pub fn silence(&self, from: i64, before: i64, silent: i64) -> f64 {
        (from..before).map(|hour| self.quiet(hour, hour >= silent)).product()
    }

    /// Messages that an hour usually has, rounded.
    #[expect(clippy::as_conversions, reason = "an average of counts")]
    pub fn usual(&self, hour: i64) -> i64 {
        self.0.get(Self::slot(hour)).map_or(0, |slot| slot.usual.round() as i64)
    }
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

    /// The hours are not over yet, so not counted.
    const NEVER: i64 = i64::MAX;

    /// Weeks of a shop: ten messages an hour from 9 to 18 on weekdays.
    fn shop(weeks: i64) -> Week {
        let mut week = Week::read("");
        for hour in 0..weeks * 168 {
            let (day, of_day) = (hour / 24 % 7, hour % 24);
            let open = day < 5 && (9..18).contains(&of_day);
            week.learn(hour, if open { 10 } else { 0 });
        }
        week
    }

    #[test]
    fn a_silent_morning_is_unlikely_and_a_silent_night_is_not() {
        for weeks in [2, 4, 8, 30] {
            let (week, monday) = (shop(weeks), weeks * 168);
            assert!(week.silence(monday + 9, monday + 14, NEVER) <= 0.001, "{weeks} weeks");
            let night = week.silence(monday + 18, monday + 33, NEVER);
            let weekend = week.silence(monday + 4 * 24 + 18, monday + 7 * 24 + 9, NEVER);
            assert!((night - 1.0).abs() < 1e-9 && (weekend - 1.0).abs() < 1e-9, "{weeks} weeks: {night} {weekend}");
            assert_eq!((week.usual(monday + 10), week.usual(monday + 3)), (10, 0));
        }
        assert!(shop(8).silence(9, 12, NEVER) <= 0.001_000_1, "after two months three hours are enough");
        assert!(shop(8).silence(9, 11, NEVER) > 0.001);
    }

    #[test]
    fn a_silence_does_not_count_as_usual_while_it_lasts() {
        let (mut week, monday) = (shop(4), 4 * 168);
        let before = week.silence(monday + 9, monday + 14, NEVER);
        for hour in monday + 9..monday + 14 {
            week.learn(hour, 0);
        }
        let after = week.silence(monday + 9, monday + 14, monday + 9);
        assert!((after - before).abs() < 1e-9, "{before} {after}");
    }

    #[test]
    fn no_silence_is_reported_before_two_weeks() {
        assert!((shop(1).silence(9, 18, NEVER) - 1.0).abs() < f64::EPSILON);
        assert!((Week::read("damaged").silence(0, 168, NEVER) - 1.0).abs() < f64::EPSILON);
    }
}
