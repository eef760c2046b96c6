//! What is known of each hour of a source's week: in how many weeks it was counted, in how many it had no message, and
//! how many it usually has. Newer weeks weigh more, so that a changed rhythm is learned within two months.

use serde::{Deserialize, Serialize};

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

    #[test]
    fn a_week_survives_being_stored() {
        let week = shop(3);
        assert_eq!(Week::read(&week.stored()), week);
        assert!(week.stored().len() < 4_000);
    }

    #[test]
    fn a_changed_weekly_pattern_is_learned() {
        let mut week = shop(8);
        for hour in 8 * 168..16 * 168 {
            week.learn(hour, 0);
        }
        assert!(week.silence(9, 18, NEVER) > 0.001, "the shop has closed");
    }
}
