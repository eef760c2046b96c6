//! Dates as tables write them. `03.04.2025` has the day first; `03/04/2025` does not say it, but another date of its column may.

use base::i18n::Zone;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};
use serde::{Deserialize, Serialize};

use crate::import::dump::{DateOrder, time_of_day};

/// What the dates of a column show of the order of day and month.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct DateSurvey {
    /// There are dates that can only begin with the day, and with the month.
    day_first: bool,
    month_first: bool,
    /// The first date that may begin with either.
    unclear: Option<String>,
}

/// The order of day and month in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FoundOrder {
    Known(DateOrder),
    Unclear,
    Both,
    /// No date has one.
    None,
}

impl DateSurvey {
    pub fn survey(&mut self, cell: &str) {
        let Some(Written::Numbers { first, second, .. }) = written(cell) else { return };
        match (first > 12, second > 12) {
            (true, false) => self.day_first = true,
            (false, true) => self.month_first = true,
            (false, false) if first != second && self.unclear.is_none() => self.unclear = Some(cell.to_owned()),
            _ => {}
        }
    }

    pub const fn order(&self) -> FoundOrder {
        match (self.day_first, self.month_first) {
            (true, true) => FoundOrder::Both,
            (true, false) => FoundOrder::Known(DateOrder::DayFirst),
            (false, true) => FoundOrder::Known(DateOrder::MonthFirst),
            (false, false) if self.unclear.is_some() => FoundOrder::Unclear,
            (false, false) => FoundOrder::None,
        }
    }

    pub fn unclear(&self) -> Option<&str> {
        self.unclear.as_deref().filter(|_| self.order() == FoundOrder::Unclear)
    }
}

/// A cell with a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Written {
    /// Unix milliseconds.
    Moment(i64),
    Local(NaiveDateTime),
    /// Day and month in an order that it does not show.
    Numbers {
        first: u32,
        second: u32,
        year: i32,
        time: NaiveTime,
    },
}

/// Unix milliseconds of a date and, if it is apart, its time of day; none if it is no date.
pub(super) fn moment(date: &str, time: &str, order: DateOrder, zone: Zone) -> Option<i64> {
    let cell = if time.is_empty() { date.to_owned() } else { format!("{date} {time}") };
    let local = match written(&cell)? {
        Written::Moment(at) => return Some(at),
        Written::Local(local) => local,
        Written::Numbers { first, second, year, time } => {
            let (day, month) = match order {
                DateOrder::DayFirst => (first, second),
                DateOrder::MonthFirst => (second, first),
            };
            NaiveDate::from_ymd_opt(year, month, day)?.and_time(time)
        }
    };
    Some(zone.millis_of(local))
}

fn written(cell: &str) -> Option<Written> {
    let cell = cell.trim();
    if cell.bytes().all(|byte| byte.is_ascii_digit()) {
        let number = cell.parse::<i64>().ok()?;
        return match cell.len() {
            10 => Some(Written::Moment(number * 1000)),
            13 => Some(Written::Moment(number)),
            _ => None,
        };
    }
    let with_zone = DateTime::parse_from_rfc3339(&cell.replacen(' ', "T", 1));
    if let Ok(at) = with_zone.or_else(|_| DateTime::parse_from_str(cell, "%Y-%m-%d %H:%M:%S %z")) {
        return Some(Written::Moment(at.timestamp_millis()));
    }
    let (first, rest) = cell.split_once([' ', 'T', '\u{a0}', ',']).unwrap_or((cell, ""));
    let rest = rest.trim_matches(|sign: char| sign.is_whitespace() || sign == ',');
    // The time may stand before the date.
    let (date, time) = if first.contains(':') { (rest, first) } else { (first, rest) };
    let time = if time.is_empty() { NaiveTime::MIN } else { time_of_day(without_fraction(time))? };
    let sign = date.chars().find(|sign| "./-".contains(*sign))?;
    let mut numbers = date.split(sign);
    let (Some(first), Some(second), Some(third), None) =
        (numbers.next(), numbers.next(), numbers.next(), numbers.next())
    else {
        return None;
    };
    let number = |text: &str, most: usize| {
        let is_number = (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u32>().ok().filter(|_| is_number)
    };
    if first.len() == 4 {
        let date = NaiveDate::from_ymd_opt(year(first)?, number(second, 2)?, number(third, 2)?)?;
        return Some(Written::Local(date.and_time(time)));
    }
    let (first, second, year) = (number(first, 2)?, number(second, 2)?, year(third)?);
    if sign == '.' || first == second {
        return Some(Written::Local(NaiveDate::from_ymd_opt(year, second, first)?.and_time(time)));
    }
    let is_date = |day, month| NaiveDate::from_ymd_opt(year, month, day).is_some();
    (is_date(first, second) || is_date(second, first)).then_some(Written::Numbers { first, second, year, time })
}

fn year(text: &str) -> Option<i32> {
    let year = text.parse::<i32>().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))?;
    match text.len() {
        2 => Some(year + 2000),
        4 => Some(year),
        _ => None,
    }
}

/// `10:00:00.123` without its fraction.
fn without_fraction(time: &str) -> &str {
    let fraction = time.rsplit_once('.').filter(|(_, rest)| rest.bytes().all(|byte| byte.is_ascii_digit()));
    fraction.map_or(time, |(whole, _)| whole)
}
