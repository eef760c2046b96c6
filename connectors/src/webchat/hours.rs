//! Working hours: lines like `mon-fri 09:00-18:00`, in a configured time zone. Days may be written in English or
//! Russian; lines are stored as entered.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, Timelike, Utc, Weekday};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// A source's working hours.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WorkingHours {
    /// Name in the IANA database: `Europe/Moscow`.
    pub time_zone: String,
    /// Lines of days and times; a day may have several.
    pub hours: Vec<String>,
    /// Days without working hours, one line for a day or for several in a row: `2027-01-01`, `31.12 - 08.01`. A date
    /// without a year is meant each year.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub holidays: Vec<String>,
    /// Text shown at other times; none for the default text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// Each day by its accepted name prefixes.
const DAYS: [(Weekday, [&str; 2]); 7] = [
    (Weekday::Mon, ["mon", "пн"]),
    (Weekday::Tue, ["tue", "вт"]),
    (Weekday::Wed, ["wed", "ср"]),
    (Weekday::Thu, ["thu", "чт"]),
    (Weekday::Fri, ["fri", "пт"]),
    (Weekday::Sat, ["sat", "сб"]),
    (Weekday::Sun, ["sun", "вс"]),
];

const DAY_MINUTES: u32 = 24 * 60;

/// A parsed line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
    first: Weekday,
    last: Weekday,
    /// Minutes of the day, from the first inclusive to the last exclusive.
    from: u32,
    until: u32,
}

impl WorkingHours {
    /// Whether this moment is within working hours and on no holiday. Without lines of hours all times of a day are; in
    /// an unknown time zone the result is always true.
    pub fn are_open(&self, at: DateTime<Utc>) -> bool {
        let Ok(zone) = self.time_zone.parse::<Tz>() else { return true };
        let spans: Vec<Span> = self.hours.iter().filter_map(|line| Span::parse(line)).collect();
        let local = at.with_timezone(&zone);
        let today = local.date_naive();
        if self.holidays.iter().filter_map(|line| Holiday::parse(line)).any(|holiday| holiday.holds(today)) {
            return false;
        }
        let minute = local.hour() * 60 + local.minute();
        spans.is_empty() || spans.iter().any(|span| span.holds(local.weekday(), minute))
    }

    /// When they begin next after a moment outside them: how many days later, on which day, and the minute of that day.
    /// None if that is a week or more away, or unknown.
    pub fn next_opening(&self, at: DateTime<Utc>) -> Option<(u64, Weekday, u32)> {
        let zone = self.time_zone.parse::<Tz>().ok()?;
        let spans: Vec<Span> = self.hours.iter().filter_map(|line| Span::parse(line)).collect();
        let holidays: Vec<Holiday> = self.holidays.iter().filter_map(|line| Holiday::parse(line)).collect();
        let local = at.with_timezone(&zone);
        let now = local.hour() * 60 + local.minute();
        (0..7).find_map(|later| {
            let date = local.date_naive().checked_add_days(Days::new(later))?;
            if holidays.iter().any(|holiday| holiday.holds(date)) {
                return None;
            }
            let day = date.weekday();
            let begins = spans.iter().filter(|span| span.holds(day, span.from)).map(|span| span.from);
            let begins = begins.chain(spans.is_empty().then_some(0)).filter(|from| later > 0 || *from > now);
            begins.min().map(|from| (later, day, from))
        })
    }

    /// Whether the time zone exists.
    pub fn is_zone(name: &str) -> bool {
        name.parse::<Tz>().is_ok()
    }

    /// Whether a line of hours can be parsed.
    pub fn is_line(line: &str) -> bool {
        Span::parse(line).is_some()
    }

    /// Whether a line of holidays can be parsed.
    pub fn is_holiday(line: &str) -> bool {
        Holiday::parse(line).is_some()
    }
}

impl Span {
    fn parse(line: &str) -> Option<Self> {
        let plain = line.trim().to_lowercase().replace(['–', '—'], "-").replace(" - ", "-");
        let (days, times) = plain.split_once(char::is_whitespace)?;
        let (first, last) = days.split_once('-').unwrap_or((days, days));
        let (from, until) = times.trim().split_once('-')?;
        let span = Self { first: day(first)?, last: day(last)?, from: minute(from)?, until: minute(until)? };
        (span.from < span.until).then_some(span)
    }

    fn holds(self, day: Weekday, minute: u32) -> bool {
        // Also correct across the end of the week, e.g. from Saturday to Monday.
        let is_day = day.days_since(self.first) <= self.last.days_since(self.first);
        is_day && (self.from..self.until).contains(&minute)
    }
}

fn day(name: &str) -> Option<Weekday> {
    let name = name.trim();
    DAYS.into_iter().find(|(_, names)| names.contains(&name)).map(|(day, _)| day)
}

/// A time of day in minutes; midnight at the end of the day is 24:00.
fn minute(text: &str) -> Option<u32> {
    match text.trim() {
        "24:00" => Some(DAY_MINUTES),
        time => NaiveTime::parse_from_str(time, "%H:%M").ok().map(|time| time.hour() * 60 + time.minute()),
    }
}

/// A leap year, so that the 29th of February is a day of a year.
const LEAP_YEAR: i32 = 2024;

/// A parsed line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holiday {
    /// From the first day to the last.
    Once(NaiveDate, NaiveDate),
    /// Each year, months and days; the first may be after the last, across the end of the year.
    Yearly((u32, u32), (u32, u32)),
}

impl Holiday {
    /// One date, or two with a dash between spaces; None if the line is neither.
    pub fn parse(line: &str) -> Option<Self> {
        let plain = line.trim().replace(['–', '—'], "-");
        let (first, last) = plain.split_once(" - ").unwrap_or((&plain, &plain));
        match (date(first)?, date(last)?) {
            ((true, first), (true, last)) => (first <= last).then_some(Self::Once(first, last)),
            ((false, first), (false, last)) => Some(Self::Yearly(of_year(first), of_year(last))),
            _ => None,
        }
    }

    pub fn holds(self, day: NaiveDate) -> bool {
        match self {
            Self::Once(first, last) => (first..=last).contains(&day),
            Self::Yearly(first, last) => {
                let day = of_year(day);
                if first <= last { (first..=last).contains(&day) } else { day >= first || day <= last }
            }
        }
    }
}

fn of_year(day: NaiveDate) -> (u32, u32) {
    (day.month(), day.day())
}

/// A date, and whether its year was given.
fn date(text: &str) -> Option<(bool, NaiveDate)> {
    let text = text.trim();
    let of = |text: &str, format: &str| NaiveDate::parse_from_str(text, format).ok();
    let whole = of(text, "%Y-%m-%d").or_else(|| of(text, "%d.%m.%Y")).filter(|date| date.year() >= 2000);
    let yearly =
        || of(&format!("{LEAP_YEAR}-{text}"), "%Y-%m-%d").or_else(|| of(&format!("{text}.{LEAP_YEAR}"), "%d.%m.%Y"));
    whole.map(|date| (true, date)).or_else(|| Some((false, yearly()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(hours: &[&str], at: &str) -> bool {
        let hours = hours.iter().map(|line| (*line).to_owned()).collect();
        let hours = WorkingHours { time_zone: "Europe/Moscow".into(), hours, ..WorkingHours::default() };
        hours.are_open(at.parse().unwrap())
    }

    #[test]
    fn they_begin_again_on_the_next_day_that_has_some() {
        let next = |hours: &[&str], holidays: &[&str], at: &str| {
            let own = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect();
            let (hours, holidays) = (own(hours), own(holidays));
            let hours = WorkingHours { time_zone: "Europe/Moscow".into(), hours, holidays, text: None };
            hours.next_opening(at.parse().unwrap())
        };
        let office = ["mon-fri 09:00-13:00", "mon-fri 14:00-18:00"];
        // A Friday; Moscow is three hours ahead.
        assert_eq!(next(&office, &[], "2026-11-20T05:00:00Z"), Some((0, Weekday::Fri, 9 * 60)));
        assert_eq!(next(&office, &[], "2026-11-20T10:30:00Z"), Some((0, Weekday::Fri, 14 * 60)));
        assert_eq!(next(&office, &[], "2026-11-20T16:00:00Z"), Some((3, Weekday::Mon, 9 * 60)));
        assert_eq!(next(&office, &["2026-11-23"], "2026-11-20T16:00:00Z"), Some((4, Weekday::Tue, 9 * 60)));
        assert_eq!(next(&[], &["2026-11-20"], "2026-11-20T16:00:00Z"), Some((1, Weekday::Sat, 0)));
        assert_eq!(next(&["fri 09:00-18:00"], &[], "2026-11-20T16:00:00Z"), None, "a week away");
    }

    #[test]
    fn hours_are_those_of_their_zone() {
        let office = ["mon-fri 09:00-18:00", "Сб 10:00 – 14:00"];
        // A Friday; Moscow is three hours ahead.
        assert!(!open(&office, "2026-11-20T05:59:00Z"));
        assert!(open(&office, "2026-11-20T06:00:00Z"));
        assert!(open(&office, "2026-11-20T14:59:00Z"));
        assert!(!open(&office, "2026-11-20T15:00:00Z"));
        assert!(open(&office, "2026-11-21T07:00:00Z"));
        assert!(!open(&office, "2026-11-21T11:00:00Z"));
        assert!(!open(&office, "2026-11-22T07:00:00Z"));
        // Already Monday in that time zone.
        assert!(open(&["mon 00:00-24:00"], "2026-11-22T21:00:00Z"));
        assert!(open(&["sat-mon 09:00-18:00"], "2026-11-22T09:00:00Z"));
        assert!(!open(&["sat-mon 09:00-18:00"], "2026-11-24T09:00:00Z"));
        assert!(open(&[], "2026-11-22T07:00:00Z"));
    }

    #[test]
    fn a_holiday_lasts_from_midnight_to_midnight_of_the_time_zone() {
        let holidays = vec!["2026-11-23".to_owned(), "31.12 – 08.01".to_owned()];
        let mut hours = WorkingHours { time_zone: "Europe/Moscow".into(), holidays, ..WorkingHours::default() };
        // The 23rd of November in Moscow lasts from 21:00 to 21:00 UTC.
        for (at, open) in [
            ("2026-11-22T20:59:00Z", true),
            ("2026-11-22T21:00:00Z", false),
            ("2026-11-23T20:59:00Z", false),
            ("2026-11-23T21:00:00Z", true),
            ("2027-11-23T12:00:00Z", true),
            ("2026-12-31T12:00:00Z", false),
            ("2030-01-08T12:00:00Z", false),
            ("2030-01-09T12:00:00Z", true),
        ] {
            assert_eq!(hours.are_open(at.parse().unwrap()), open, "{at}");
        }
        hours.hours = vec!["mon-sun 09:00-18:00".into()];
        assert!(!hours.are_open("2026-11-23T09:00:00Z".parse().unwrap()));
        assert!(hours.are_open("2026-11-24T09:00:00Z".parse().unwrap()));
    }

    #[test]
    fn lines_are_days_and_times() {
        for line in ["mon-fri 09:00-18:00", "Пн–Пт 9:00–18:00", "вс 10:00 - 24:00", "  sat   00:00-00:01 "] {
            assert!(WorkingHours::is_line(line), "{line}");
        }
        for line in
            ["", "mon", "monday 9-18", "mon 18:00-09:00", "mon-xyz 09:00-18:00", "mon 25:00-26:00", "09:00-18:00"]
        {
            assert!(!WorkingHours::is_line(line), "{line}");
        }
        assert!(WorkingHours::is_zone("Asia/Yekaterinburg") && !WorkingHours::is_zone("Moscow time"));
    }

    #[test]
    fn a_line_is_a_day_or_several_in_a_row() {
        for line in ["2027-01-01", "01.01.2027", "01-01", "29.02", " 31.12 – 08.01 ", "2026-12-31 - 2027-01-08"] {
            assert!(Holiday::parse(line).is_some(), "{line}");
        }
        for line in
            ["", "new year", "2027-13-01", "30.02", "2027-01-08 - 2027-01-01", "2027-01-01 - 08.01", "1", "01.01.27"]
        {
            assert_eq!(Holiday::parse(line), None, "{line}");
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_breaks_the_parser(line in ".{0,40}") {
            let _ = Holiday::parse(&line);
        }
    }
}
