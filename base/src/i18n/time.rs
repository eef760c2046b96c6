//! Formats times and durations, in an account's time zone.

use crate::millis::{HOUR, MINUTE};
use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, SecondsFormat, TimeDelta, TimeZone, Timelike, Utc};
use chrono_tz::Tz;

use super::Words;

/// A time zone, by its name in the IANA database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zone(Tz);

impl Zone {
    pub const UTC: Self = Self(Tz::UTC);

    /// `Europe/Moscow`; an unknown name gives UTC.
    pub fn named(name: &str) -> Self {
        Self(name.parse().unwrap_or(Tz::UTC))
    }

    /// When a day begins here, Unix milliseconds. Where the clock skips midnight, an hour later.
    pub fn day_begins(&self, day: NaiveDate) -> i64 {
        let midnight = day.and_time(NaiveTime::MIN);
        let local = [midnight, midnight + TimeDelta::hours(1)];
        let found = local.into_iter().find_map(|time| self.0.from_local_datetime(&time).earliest());
        found.map_or_else(|| midnight.and_utc().timestamp_millis(), |time| time.timestamp_millis())
    }

    /// The date here at this moment (Unix milliseconds).
    pub fn date_of(&self, millis: i64) -> NaiveDate {
        self.local(millis).date_naive()
    }

    /// The day of the week, counted from Monday as 0, and the hour of the day here at this moment.
    pub fn hour_of_week(&self, millis: i64) -> (u32, u32) {
        let local = self.local(millis);
        (local.weekday().num_days_from_monday(), local.hour())
    }

    fn local(&self, millis: i64) -> DateTime<Tz> {
        DateTime::<Utc>::from_timestamp_millis(millis).unwrap_or_default().with_timezone(&self.0)
    }
}

/// A time, relative to now, in a zone and a language.
#[derive(Clone, Copy, Debug)]
pub struct When {
    at: DateTime<Tz>,
    now: DateTime<Tz>,
    words: Words,
}

impl When {
    /// `at`, `now`: Unix milliseconds. Times outside the calendar's range are shown as 1970.
    pub fn new(at: i64, now: i64, zone: Zone, words: Words) -> Self {
        Self { at: zone.local(at), now: zone.local(now), words }
    }

    /// An adverb: `5 minutes ago`, `today at 14:05`, `18 Nov at 14:05`, with the year if it is another one.
    pub fn adverb(&self) -> String {
        let past = (self.now - self.at).num_milliseconds();
        if past.abs() < MINUTE {
            return self.words.text("time-now").to_string();
        }
        if past > 0 && past < HOUR {
            return self.words.text("time-minutes-ago").with("count", past / MINUTE).to_string();
        }
        if past < 0 && past > -HOUR {
            return self.words.text("time-in-minutes").with("count", (-past + MINUTE - 1) / MINUTE).to_string();
        }
        let key = match self.days_off() {
            0 => "time-today-at",
            1 => "time-yesterday-at",
            -1 => "time-tomorrow-at",
            _ => {
                return self
                    .words
                    .text("time-day-at")
                    .with("date", self.date())
                    .with("clock", self.clock())
                    .to_string();
            }
        };
        self.words.text(key).with("clock", self.clock()).to_string()
    }

    /// A time that is still to come, as an adverb: `within a minute`, also if it is due already, `in 5 minutes`.
    pub fn due(&self) -> String {
        if (self.at - self.now).num_milliseconds() < MINUTE {
            return self.words.text("time-within-minute").to_string();
        }
        self.adverb()
    }

    /// The form after a preposition: `14:05` if today, else `18 Nov, 14:05`.
    pub fn stamp(&self) -> String {
        if self.days_off() == 0 {
            return self.clock();
        }
        self.words.text("time-day-stamp").with("date", self.date()).with("clock", self.clock()).to_string()
    }

    /// To the second: `14:05:10` if today, else `18 Nov, 14:05:10`.
    pub fn exact(&self) -> String {
        if self.days_off() == 0 {
            return self.clock_seconds();
        }
        let sentence = self.words.text("time-day-stamp").with("date", self.date());
        sentence.with("clock", self.clock_seconds()).to_string()
    }

    /// `14:05`
    pub fn clock(&self) -> String {
        self.at.format("%H:%M").to_string()
    }

    /// `14:05:10`
    pub fn clock_seconds(&self) -> String {
        self.at.format("%H:%M:%S").to_string()
    }

    /// `18 Nov`, with the year if it is another one.
    pub fn date(&self) -> String {
        let sentence = if self.at.year() == self.now.year() {
            self.words.text("time-day")
        } else {
            self.words.text("time-day-year").with("year", self.at.year().to_string())
        };
        let month = self.words.text("time-month").with("month", self.at.month());
        sentence.with("day", self.at.day()).with("month", month).to_string()
    }

    /// For the title of a `<time>`: complete date, time and zone.
    pub fn full(&self) -> String {
        self.at.format("%Y-%m-%d %H:%M:%S %:z").to_string()
    }

    /// RFC 3339 in UTC with milliseconds, for `<time datetime>`.
    pub fn machine(&self) -> String {
        self.at.with_timezone(&Utc).to_rfc3339_opts(SecondsFormat::Millis, true)
    }

    /// Calendar days between the two, positive for the past.
    fn days_off(&self) -> i64 {
        (self.now.date_naive() - self.at.date_naive()).num_days()
    }
}

/// `480 ms`, `5 s`, `2 min 5 s`, `3 h 20 min`, `4 d 2 h`. Negative durations count as zero.
pub fn duration(millis: i64, words: Words) -> String {
    let span = TimeDelta::milliseconds(millis.max(0));
    let part = |key, count: i64| words.text(key).with("count", count).to_string();
    let two = |first: (&'static str, i64), second: (&'static str, i64)| match second.1 {
        0 => part(first.0, first.1),
        rest => format!("{} {}", part(first.0, first.1), part(second.0, rest)),
    };
    match (span.num_days(), span.num_hours(), span.num_minutes(), span.num_seconds()) {
        (0, 0, 0, 0) => part("time-span-milliseconds", span.num_milliseconds()),
        (0, 0, 0, seconds) => part("time-span-seconds", seconds),
        (0, 0, minutes, seconds) => two(("time-span-minutes", minutes), ("time-span-seconds", seconds % 60)),
        (0, hours, minutes, _) => two(("time-span-hours", hours), ("time-span-minutes", minutes % 60)),
        (days, hours, ..) => two(("time-span-days", days), ("time-span-hours", hours % 24)),
    }
}
