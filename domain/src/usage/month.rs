//! Calendar months, in UTC as the days of the ledger.

use std::fmt;

use base::message::day_of;
use chrono::{DateTime, Datelike, NaiveDate};

/// A calendar month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Month(NaiveDate);

impl Month {
    /// The month of a moment (milliseconds since 1970).
    pub fn at(millis: i64) -> Self {
        let date = DateTime::from_timestamp_millis(millis).unwrap_or_default().date_naive();
        Self(date.with_day(1).unwrap_or(date))
    }

    /// Parses `2026-11`; none for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let date = NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").ok().map(Self)?;
        // As it is printed: no second spelling of one month.
        (date.to_string() == text).then_some(date)
    }

    /// Year and month as one number: 202611.
    pub fn number(self) -> i32 {
        self.0.year() * 100 + i32::try_from(self.0.month()).unwrap_or(0)
    }

    /// First and last day, as numbers of the ledger.
    pub fn days(self) -> (i32, i32) {
        let next = self.0.checked_add_months(chrono::Months::new(1)).unwrap_or(NaiveDate::MAX);
        let number = |date: NaiveDate| day_of(date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_millis());
        (number(self.0), number(next) - 1)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0.format("%Y-%m"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_follow_each_other_without_a_gap() {
        let november = Month::at(1_795_165_200_000);
        assert_eq!(november.number(), 202_611);
        assert_eq!((Month::parse("2026-11"), november.to_string()), (Some(november), "2026-11".to_owned()));
        let (first, last) = november.days();
        assert_eq!((last - first, first), (29, day_of(1_795_165_200_000) - 19));
        let next = |text| Month::parse(text).unwrap().days();
        assert_eq!((next("2026-12").0, next("2027-01").0), (last + 1, next("2026-12").1 + 1));
        for wrong in ["2026-13", "2026-1", "26-11", "2026-11-01", "", "november"] {
            assert_eq!(Month::parse(wrong), None, "{wrong}");
        }
    }
}
