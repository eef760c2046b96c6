//! The period of a report: whole days in the account's time zone.

use base::i18n::Zone;
use chrono::{Days, NaiveDate};

/// Most days of one report; messages are not kept longer as a rule.
pub const MOST_DAYS: u32 = 92;

/// From a moment until before another, milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReportPeriod {
    pub from: i64,
    pub to: i64,
}

impl ReportPeriod {
    /// From the first of these days to the end of the last; `None` if the order is wrong or there are more than
    /// [`MOST_DAYS`].
    pub fn of_days(first: NaiveDate, last: NaiveDate, zone: Zone) -> Option<Self> {
        let days = (last - first).num_days();
        if !(0..i64::from(MOST_DAYS)).contains(&days) {
            return None;
        }
        let end = last.checked_add_days(Days::new(1))?;
        Some(Self { from: zone.day_begins(first), to: zone.day_begins(end) })
    }

    /// Whether a moment is within it.
    pub fn holds(&self, moment: i64) -> bool {
        (self.from..self.to).contains(&moment)
    }

    /// The first of so many days that end with this one.
    pub fn first_of(last: NaiveDate, days: u32) -> NaiveDate {
        last.checked_sub_days(Days::new(u64::from(days.saturating_sub(1)))).unwrap_or(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        NaiveDate::parse_from_str(text, "%Y-%m-%d").unwrap()
    }

    #[test]
    fn days_are_those_of_the_account() {
        let (first, last) = (date("2026-11-19"), date("2026-11-20"));
        let moscow = ReportPeriod::of_days(first, last, Zone::named("Europe/Moscow")).unwrap();
        let utc = ReportPeriod::of_days(first, last, Zone::UTC).unwrap();
        assert_eq!((utc.to - utc.from, utc.from - moscow.from), (2 * 86_400_000, 3 * 3_600_000));
        // The day on which the clock is put forward has 23 hours.
        let spring = date("2026-03-29");
        let berlin = ReportPeriod::of_days(spring, spring, Zone::named("Europe/Berlin")).unwrap();
        assert_eq!(berlin.to - berlin.from, 23 * 3_600_000);
    }

    #[test]
    fn a_period_has_an_order_and_an_end() {
        let day = date("2026-11-20");
        assert_eq!(ReportPeriod::first_of(day, 7), date("2026-11-14"));
        assert_eq!(ReportPeriod::first_of(day, 1), day);
        assert_eq!(ReportPeriod::of_days(day, date("2026-11-19"), Zone::UTC), None);
        assert!(ReportPeriod::of_days(ReportPeriod::first_of(day, MOST_DAYS), day, Zone::UTC).is_some());
        assert_eq!(ReportPeriod::of_days(ReportPeriod::first_of(day, MOST_DAYS + 1), day, Zone::UTC), None);
    }
}
