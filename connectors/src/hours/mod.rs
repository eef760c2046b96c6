//! A source's working hours: when its managers answer, and what is said at other times.
//!
//! ```text
//! hours      mon-fri 09:00-13:00   lines of days and times in the time zone; a day may have several
//! country    RU                    its public holidays have no hours, except `worked_holidays`
//! holidays   2027-01-01            neither have these days
//! ```
//!
//! Hours belong to the day on which they begin: those that end after midnight go on into a holiday.

mod check;
mod line;
mod public_holiday;

use base::i18n::Zone;
use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc, Weekday};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

pub use check::{TEXT_CHARS, WORKING_HOURS, checked};
pub use line::HoursLine;
pub use public_holiday::{COUNTRIES, LAST_YEAR, PublicHoliday, of_country};

use line::Holiday;

/// A source's working hours.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WorkingHours {
    /// Name in the IANA database: `Europe/Moscow`.
    pub time_zone: String,
    /// Lines of days and times: `mon-fri 09:00-18:00`; a day may have several. Without lines a day is open from midnight to
    /// midnight.
    pub hours: Vec<String>,
    /// Days without working hours, one line for a day or for several in a row: `2027-01-01`, `31.12 - 08.01`. A date
    /// without a year is meant each year.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub holidays: Vec<String>,
    /// The two letters of the country whose public holidays have no working hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// The ids of those of its public holidays that have working hours all the same.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub worked_holidays: Vec<String>,
    /// What customers read at other times, see [`fill`]; none for the default text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// A time without working hours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClosedTime {
    zone: Zone,
    now: NaiveDateTime,
    since: Option<NaiveDateTime>,
    opens: Option<NaiveDateTime>,
    /// The public holiday of the day.
    pub holiday: Option<&'static str>,
    /// Whether the day is a holiday, public or the source's own.
    pub is_holiday: bool,
}

impl ClosedTime {
    /// When it began, in milliseconds since 1970; none if that is more than a year ago, or unknown.
    pub fn since(&self) -> Option<i64> {
        self.since.map(|time| self.zone.millis_of(time))
    }

    /// When it ends, in milliseconds since 1970; none if that is more than a year away, or unknown.
    pub fn until(&self) -> Option<i64> {
        self.opens.map(|time| self.zone.millis_of(time))
    }

    /// The zone of the hours.
    pub fn zone(&self) -> Zone {
        self.zone
    }

    /// When it ends: how many days later, on which day, and the time of that day. None if that is a week or more away.
    pub fn opens_within_week(&self) -> Option<(i64, Weekday, NaiveTime)> {
        let opens = self.opens?;
        let later = (opens.date() - self.now.date()).num_days();
        (later < 7).then_some((later, opens.weekday(), opens.time()))
    }
}

/// How many days are looked through for hours before and after a moment.
const LOOK_DAYS: u64 = 370;

impl WorkingHours {
    /// Those of a source's settings as stored; none if it has none, or none that can be read.
    pub fn stored(settings: &str) -> Option<Self> {
        #[derive(Deserialize)]
        struct Settings {
            working_hours: Option<WorkingHours>,
        }
        serde_json::from_str::<Settings>(settings).ok()?.working_hours
    }

    /// Whether there are lines of hours. Holidays alone do not say when somebody answers.
    pub fn has_hours(&self) -> bool {
        !self.hours.is_empty()
    }

    /// The closed time that this moment is in; none within working hours. In an unknown time zone there is none.
    pub fn closed_at(&self, at: DateTime<Utc>) -> Option<ClosedTime> {
        let zone = self.time_zone.parse::<Tz>().ok()?;
        let now = at.with_timezone(&zone).naive_local();
        let schedule = Schedule::of(self);
        let today = now.date();
        // Hours of yesterday may end today.
        let is_open = [Some(today), today.pred_opt()]
            .into_iter()
            .flatten()
            .any(|day| schedule.begin_on(day).any(|(from, until)| (from..until).contains(&now)));
        if is_open {
            return None;
        }
        let ended = |day: NaiveDate| schedule.begin_on(day).map(|(_, until)| until).filter(|until| *until <= now).max();
        let since = (0..LOOK_DAYS).find_map(|before| {
            let day = today.checked_sub_days(Days::new(before))?;
            // Those of the day before may have ended later.
            ended(day).map(|end| day.pred_opt().and_then(ended).map_or(end, |other| other.max(end)))
        });
        let opens = (0..LOOK_DAYS).find_map(|after| {
            let day = today.checked_add_days(Days::new(after))?;
            schedule.begin_on(day).map(|(from, _)| from).filter(|from| *from > now).min()
        });
        let holiday = schedule.public.iter().find(|holiday| holiday.holds(today)).map(|holiday| holiday.name);
        let is_holiday = schedule.is_off(today);
        Some(ClosedTime { zone: Zone::named(&self.time_zone), now, since, opens, holiday, is_holiday })
    }

    /// Whether this moment is within working hours.
    pub fn are_open(&self, at: DateTime<Utc>) -> bool {
        self.closed_at(at).is_none()
    }
}

/// Parsed hours.
struct Schedule {
    lines: Vec<HoursLine>,
    holidays: Vec<Holiday>,
    public: Vec<PublicHoliday>,
}

impl Schedule {
    fn of(hours: &WorkingHours) -> Self {
        let mut public = of_country(hours.country.as_deref().unwrap_or_default());
        public.retain(|holiday| !hours.worked_holidays.iter().any(|id| id == holiday.id));
        Self {
            lines: hours.hours.iter().filter_map(|line| HoursLine::parse(line)).collect(),
            holidays: hours.holidays.iter().filter_map(|line| Holiday::parse(line)).collect(),
            public,
        }
    }

    /// Whether no hours begin on a day because it is a holiday.
    fn is_off(&self, day: NaiveDate) -> bool {
        self.holidays.iter().any(|holiday| holiday.holds(day)) || self.public.iter().any(|holiday| holiday.holds(day))
    }

    /// The hours that begin on a day; none on holidays.
    fn begin_on(&self, day: NaiveDate) -> impl Iterator<Item = (NaiveDateTime, NaiveDateTime)> {
        let is_off = self.is_off(day);
        let whole = HoursLine::WHOLE_WEEK;
        let lines = if self.lines.is_empty() { std::slice::from_ref(&whole) } else { &self.lines[..] };
        let of_day: Vec<HoursLine> =
            lines.iter().filter(|line| !is_off && line.is_of(day.weekday())).copied().collect();
        let at = move |minute: u32| day.and_time(NaiveTime::MIN).checked_add_signed(TimeDelta::minutes(minute.into()));
        of_day.into_iter().filter_map(move |line| Some((at(line.from)?, at(line.ends_at())?)))
    }
}

/// A text with its markers filled in: `{opens}`, `{holiday}`, `{name}`. A line whose marker has no value is left out.
pub fn fill(text: &str, values: &[(&str, Option<&str>)]) -> String {
    let filled = |line: &str| {
        values.iter().try_fold(line.to_owned(), |line, (name, value)| {
            let marker = format!("{{{name}}}");
            if line.contains(&marker) { value.map(|value| line.replace(&marker, value)) } else { Some(line) }
        })
    };
    text.lines().filter_map(filled).collect::<Vec<_>>().join("\n").trim().to_owned()
}

#[cfg(test)]
mod tests;
