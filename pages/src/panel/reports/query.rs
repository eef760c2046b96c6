//! The period and the source, from the query string.

use actix_web::{HttpRequest, web};
use base::i18n::Zone;
use chrono::NaiveDate;
use domain::delivery::read::report::{MOST_DAYS, ReportPeriod};
use serde::Deserialize;

use crate::panel::choice;

/// Periods with a tab of their own, in days that end with today.
pub const PERIODS: [(&str, u32); 3] = [("today", 1), ("7", 7), ("30", 30)];
/// The period that is shown unless another one is asked for.
const USUAL: u32 = 7;

/// The filters in the query string. What is not understood filters nothing.
#[derive(Debug, Default, Deserialize)]
pub struct ReportQuery {
    #[serde(default)]
    pub period: String,
    /// First and last day, in the account's time zone; with either of them the period is not used.
    #[serde(default)]
    pub from: String,
    #[serde(default)]
    pub to: String,
    #[serde(default)]
    pub source: String,
    /// The table of a download.
    #[serde(default)]
    pub table: String,
}

/// The days of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReportDays {
    pub first: NaiveDate,
    pub last: NaiveDate,
    pub period: ReportPeriod,
    /// What was asked for was longer than a report may be.
    pub is_cut: bool,
}

impl ReportQuery {
    pub fn read(request: &HttpRequest) -> Self {
        let read = web::Query::<Self>::from_query(request.query_string());
        read.map(web::Query::into_inner).unwrap_or_default()
    }

    /// The tab that is shown; none if days were chosen.
    pub fn tab(&self) -> Option<&'static str> {
        if day(&self.from).is_some() || day(&self.to).is_some() {
            return None;
        }
        let asked = PERIODS.iter().find(|(word, _)| *word == self.period);
        let usual = PERIODS.iter().find(|(_, days)| *days == USUAL);
        asked.or(usual).map(|(word, _)| *word)
    }

    /// The days that are reported on, at this moment.
    pub fn days(&self, zone: Zone, now: i64) -> ReportDays {
        let today = zone.date_of(now);
        let of_tab = PERIODS.iter().find(|(word, _)| Some(*word) == self.tab()).map_or(USUAL, |(_, days)| *days);
        let last = day(&self.to).unwrap_or(today).min(today);
        let asked = day(&self.from).unwrap_or_else(|| ReportPeriod::first_of(last, of_tab)).min(last);
        let first = asked.max(ReportPeriod::first_of(last, MOST_DAYS));
        let period = ReportPeriod { from: zone.day_begins(first), to: zone.day_begins(next(last)) };
        ReportDays { first, last, period, is_cut: first > asked }
    }

    /// The same report at another address.
    pub fn address(&self, path: &str, table: &str) -> String {
        let pairs = [
            ("period", self.period.as_str()),
            ("from", &self.from),
            ("to", &self.to),
            ("source", &self.source),
            ("table", table),
        ];
        choice::address(path, &pairs)
    }
}

fn next(day: NaiveDate) -> NaiveDate {
    day.succ_opt().unwrap_or(day)
}

fn day(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| text.len() == 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Friday, 20 November 2026, 12:00 in Moscow.
    const NOW: i64 = 1_795_165_200_000;

    fn shown(period: &str, from: &str, to: &str) -> (String, String, bool) {
        let query = ReportQuery {
            period: period.to_owned(),
            from: from.to_owned(),
            to: to.to_owned(),
            ..ReportQuery::default()
        };
        let days = query.days(Zone::named("Europe/Moscow"), NOW);
        (days.first.to_string(), days.last.to_string(), days.is_cut)
    }

    #[test]
    fn a_period_ends_with_today() {
        let days = |first: &str, last: &str, is_cut| (first.to_owned(), last.to_owned(), is_cut);
        assert_eq!(shown("", "", ""), days("2026-11-14", "2026-11-20", false));
        assert_eq!(shown("today", "", ""), days("2026-11-20", "2026-11-20", false));
        assert_eq!(shown("30", "", ""), days("2026-10-22", "2026-11-20", false));
        assert_eq!(shown("30", "2026-11-02", "2026-11-03"), days("2026-11-02", "2026-11-03", false));
        assert_eq!(shown("", "2026-11-02", ""), days("2026-11-02", "2026-11-20", false));
        assert_eq!(shown("", "", "2026-11-03"), days("2026-10-28", "2026-11-03", false));
        assert_eq!(shown("", "2026-11-19", "2026-11-02"), days("2026-11-02", "2026-11-02", false), "the wrong order");
        assert_eq!(shown("", "2026-11-19", "2027-01-01").1, "2026-11-20", "nothing is known of tomorrow");
        assert_eq!(shown("", "2026-01-01", ""), days("2026-08-21", "2026-11-20", true));
        assert_eq!(shown("x", "x", "x"), shown("", "", ""));
    }
}
