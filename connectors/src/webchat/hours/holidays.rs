//! Days without working hours.

use chrono::{Datelike, NaiveDate};

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
