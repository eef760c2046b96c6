//! Public holidays of whole countries, from `holidays.tsv`. Regional ones are not there, nor those whose day nobody knows yet.

use std::ops::RangeInclusive;

use chrono::NaiveDate;

/// The years that the table knows.
const YEARS: RangeInclusive<i32> = 2026..=LAST_YEAR;
/// The last one of them.
pub const LAST_YEAR: i32 = 2030;

/// A public holiday of a country.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicHoliday {
    /// Stable, and unique in its country.
    pub id: &'static str,
    /// In the language in which accounts of that country usually work.
    pub name: &'static str,
    /// The first and the last day of each time that it takes place, in order.
    pub days: Vec<(NaiveDate, NaiveDate)>,
}

impl PublicHoliday {
    pub fn holds(&self, day: NaiveDate) -> bool {
        self.days.iter().any(|(first, last)| (*first..=*last).contains(&day))
    }
}

/// The countries whose holidays are known.
pub const COUNTRIES: [&str; 11] = ["AR", "BR", "BY", "CL", "CO", "ES", "KZ", "MX", "RU", "US", "UZ"];

/// The holidays of a country by its two letters; none of an unknown one.
pub fn of_country(country: &str) -> Vec<PublicHoliday> {
    let is_its = |row: &&str| row.split('\t').next() == Some(country);
    rows().filter(is_its).filter_map(read).collect()
}

fn rows() -> impl Iterator<Item = &'static str> {
    include_str!("holidays.tsv").lines().filter(|line| !line.starts_with('#'))
}

fn read(row: &'static str) -> Option<PublicHoliday> {
    let mut cells = row.split('\t');
    let (_, id, name, days) = (cells.next()?, cells.next()?, cells.next()?, cells.next()?);
    let days = days.split(' ').map(|day| day.split_once("..").unwrap_or((day, day)));
    let days = days.flat_map(|(first, last)| dates(first).into_iter().zip(dates(last)));
    Some(PublicHoliday { id, name, days: days.collect() })
}

/// A date, or the same day of all years.
fn dates(text: &str) -> Vec<NaiveDate> {
    match text.parse() {
        Ok(date) => vec![date],
        Err(_) => YEARS.filter_map(|year| format!("{year}-{text}").parse().ok()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use chrono::Datelike;

    use super::*;

    #[test]
    fn every_row_is_read() {
        let countries: BTreeSet<&str> = rows().filter_map(|row| row.split('\t').next()).collect();
        assert_eq!(countries.into_iter().collect::<Vec<_>>(), COUNTRIES);
        let table: Vec<_> =
            COUNTRIES.into_iter().flat_map(|code| of_country(code).into_iter().map(move |one| (code, one))).collect();
        assert_eq!(table.len(), rows().count());
        let keys: BTreeSet<_> = table.iter().map(|(country, holiday)| (*country, holiday.id)).collect();
        assert_eq!(keys.len(), table.len());
        for (country, holiday) in table {
            let is_known = |(first, last): &(NaiveDate, NaiveDate)| first <= last && YEARS.contains(&last.year());
            assert!(!holiday.days.is_empty() && !holiday.name.is_empty(), "{country}: {holiday:?}");
            assert!(holiday.days.iter().all(is_known), "{country}: {holiday:?}");
        }
    }

    #[test]
    fn fixed_moved_and_movable_days_are_there_and_unknown_ones_are_not() {
        let is_off =
            |country: &str, day: &str| of_country(country).iter().any(|holiday| holiday.holds(day.parse().unwrap()));
        for (country, day) in [
            ("RU", "2029-01-05"),
            ("RU", "2027-11-05"),
            ("US", "2028-11-23"),
            ("BR", "2027-03-26"),
            ("KZ", "2030-03-22"),
            ("UZ", "2026-05-27"),
        ] {
            assert!(is_off(country, day), "{country} {day}");
        }
        // The day of the Feast of the Sacrifice, decrees of later years, years and countries without a table.
        for (country, day) in [
            ("UZ", "2027-05-16"),
            ("RU", "2028-02-22"),
            ("RU", "2031-01-01"),
            ("RU", "2025-01-01"),
            ("DE", "2027-01-01"),
        ] {
            assert!(!is_off(country, day), "{country} {day}");
        }
    }
}
