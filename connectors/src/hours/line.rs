//! The lines of working hours: `mon-fri 09:00-18:00`, and of days without them: `2027-01-01`, `31.12 - 08.01`. Days may be
//! written in English or Russian; lines are stored as entered.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Weekday};

/// Each day by its accepted names.
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

/// Times on some days of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HoursLine {
    pub first: Weekday,
    /// May be before the first, across the end of the week.
    pub last: Weekday,
    /// Minutes of the day, the last exclusive. It is of the next day if it is not after the first.
    pub from: u32,
    pub until: u32,
}

impl HoursLine {
    pub(super) const WHOLE_WEEK: Self = Self { first: Weekday::Mon, last: Weekday::Sun, from: 0, until: DAY_MINUTES };

    /// None if the line cannot be parsed. From midnight to midnight is a whole day; other equal times are a mistake.
    pub fn parse(line: &str) -> Option<Self> {
        let plain = line.trim().to_lowercase().replace(['–', '—'], "-").replace(" - ", "-");
        let (days, times) = plain.split_once(char::is_whitespace)?;
        let (first, last) = days.split_once('-').unwrap_or((days, days));
        let (from, until) = times.trim().split_once('-')?;
        let line = Self { first: day(first)?, last: day(last)?, from: minute(from)?, until: minute(until)? };
        let is_some = line.from < DAY_MINUTES && (line.from != line.until || line.from == 0);
        is_some.then_some(line)
    }

    /// Whether its times begin on this day.
    pub fn is_of(self, day: Weekday) -> bool {
        day.days_since(self.first) <= self.last.days_since(self.first)
    }

    /// Whether a moment is within its times, which may have begun the day before.
    pub fn holds(self, at: NaiveDateTime) -> bool {
        let minute = at.hour() * 60 + at.minute();
        let of_today = self.is_of(at.weekday()) && (self.from..self.ends_at()).contains(&minute);
        of_today || (self.is_of(at.weekday().pred()) && minute + DAY_MINUTES < self.ends_at())
    }

    /// When they end, in minutes from the beginning of the day on which they begin.
    pub fn ends_at(self) -> u32 {
        if self.until > self.from { self.until } else { self.until + DAY_MINUTES }
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

/// A day, or several in a row.
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

    #[test]
    fn lines_are_days_and_times() {
        for line in [
            "mon-fri 09:00-18:00",
            "Пн–Пт 9:00–18:00",
            "вс 10:00 - 24:00",
            "  sat   00:00-00:01 ",
            "fri 18:00-02:00",
            "sun 00:00-00:00",
        ] {
            assert!(HoursLine::parse(line).is_some(), "{line}");
        }
        for line in [
            "",
            "mon",
            "monday 9-18",
            "mon 09:00-09:00",
            "mon 24:00-09:00",
            "mon-xyz 09:00-18:00",
            "mon 25:00-26:00",
            "09:00-18:00",
        ] {
            assert_eq!(HoursLine::parse(line), None, "{line}");
        }
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
        fn nothing_breaks_the_parsers(line in ".{0,40}") {
            let _ = (Holiday::parse(&line), HoursLine::parse(&line));
        }
    }
}
