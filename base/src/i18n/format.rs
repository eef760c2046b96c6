//! Numbers, times and typography as each language writes them.

use chrono::{
    DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, TimeDelta, TimeZone, Timelike, Utc,
};
use chrono_tz::Tz;
use fluent_templates::fluent_bundle::FluentValue;

use super::{Language, Words};
use crate::millis::{HOUR, MINUTE};

// Number formats by language: `1,234` in English, `1234` and `12 345` in Russian, `1234` and `12.345` in Spanish, `1.234`
// in Portuguese.

const NO_BREAK: char = '\u{a0}';

/// The catalog's formatter: for numbers only.
pub(super) fn grouped(value: &FluentValue<'_>, language: Language) -> Option<String> {
    match value {
        FluentValue::Number(number) => Some(written(&number.as_string(), language)),
        _ => None,
    }
}

/// A number in the language's format, with `digits` after the decimal sign.
pub fn decimal(value: f64, digits: usize, language: Language) -> String {
    written(&format!("{value:.digits$}"), language)
}

/// A size: `12 MB` / `12 МБ`, with one decimal below ten. A megabyte is 1024 × 1024 bytes, as in the configuration, so that a
/// limit is shown as it was set.
pub fn bytes(count: u64, language: Language) -> String {
    let units = match language {
        Language::En | Language::Es | Language::Pt => ["B", "KB", "MB", "GB", "TB"],
        Language::Ru => ["Б", "КБ", "МБ", "ГБ", "ТБ"],
    };
    let mut unit = 0;
    let mut tenths = count.saturating_mul(10);
    while tenths >= 10_235 && unit + 1 < units.len() {
        tenths = tenths.saturating_add(512) / 1024;
        unit += 1;
    }
    let (whole, tenth) = (tenths / 10, tenths % 10);
    let number = if unit > 0 && whole < 10 && tenth > 0 { format!("{whole}.{tenth}") } else { whole.to_string() };
    format!("{}{NO_BREAK}{}", written(&number, language), units[unit])
}

/// Groups the digits before the decimal point and applies the language's separators.
fn written(plain: &str, language: Language) -> String {
    let (sign, plain) = plain.strip_prefix('-').map_or(("", plain), |rest| ("−", rest));
    let (whole, part) = plain.split_once('.').map_or((plain, None), |(whole, part)| (whole, Some(part)));
    let (gap, point, from) = match language {
        Language::En => (',', '.', 4),
        Language::Ru => (NO_BREAK, ',', 5),
        Language::Es => ('.', ',', 5),
        Language::Pt => ('.', ',', 4),
    };
    let mut out = String::from(sign);
    let digits = whole.len();
    for (place, digit) in whole.chars().enumerate() {
        if digits >= from && place > 0 && (digits - place).is_multiple_of(3) {
            out.push(gap);
        }
        out.push(digit);
    }
    if let Some(part) = part {
        out.push(point);
        out.push_str(part);
    }
    out
}

/// A time zone, by its name in the IANA database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zone(Tz);

impl Zone {
    pub const UTC: Self = Self(Tz::UTC);

    /// `Europe/Moscow`; an unknown name gives UTC.
    pub fn named(name: &str) -> Self {
        Self(name.parse().unwrap_or(Tz::UTC))
    }

    /// The zone of this name; none if there is no such zone.
    pub fn parse(name: &str) -> Option<Self> {
        name.parse().ok().map(Self)
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        self.0.name()
    }

    /// When a day begins here, Unix milliseconds. Where the clock skips midnight, an hour later.
    pub fn day_begins(&self, day: NaiveDate) -> i64 {
        self.millis_of(day.and_time(NaiveTime::MIN))
    }

    /// When clocks here show this time, Unix milliseconds: the first of two times, an hour later if they skip it.
    pub fn millis_of(&self, time: NaiveDateTime) -> i64 {
        let local = [time, time + TimeDelta::hours(1)];
        let found = local.into_iter().find_map(|time| self.0.from_local_datetime(&time).earliest());
        found.map_or_else(|| time.and_utc().timestamp_millis(), |time| time.timestamp_millis())
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

    /// What clocks here show at this moment.
    pub fn local_time(&self, millis: i64) -> NaiveDateTime {
        self.local(millis).naive_local()
    }

    /// RFC 3339 with the offset here: `2026-11-20T12:00:00.000+03:00`.
    pub fn rfc3339(&self, millis: i64) -> String {
        self.local(millis).to_rfc3339_opts(SecondsFormat::Millis, true)
    }

    /// For letters and pages without a script, whose reader may be in another zone: `20.11.2026 12:00 (UTC+03:00)`.
    pub fn written(&self, millis: i64) -> String {
        self.local(millis).format("%d.%m.%Y %H:%M (UTC%:z)").to_string()
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

// Inserts no-break spaces where a line must not break: after a number, №, # and a short Russian preposition, before a
// dash, around ×.

/// The text with no-break spaces. Existing ones stay.
pub(super) fn glued(text: &str, language: Language) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut word = String::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter != ' ' {
            if letter.is_whitespace() || letter == NO_BREAK {
                word.clear();
            } else {
                word.push(letter);
            }
            out.push(letter);
            continue;
        }
        let next = letters.peek().copied();
        out.push(if holds_on(&word, next, language) { NO_BREAK } else { ' ' });
        word.clear();
    }
    out
}

fn holds_on(word: &str, next: Option<char>, language: Language) -> bool {
    let Some(next) = next else { return false };
    if matches!(next, '–' | '—' | '×') {
        return true;
    }
    if matches!(word, "№" | "#" | "×") {
        return true;
    }
    let bare = word.trim_start_matches(['(', '«', '„', '"', '“']);
    if bare.ends_with(|last: char| last.is_ascii_digit()) && (next.is_alphabetic() || next == '%') {
        return true;
    }
    language == Language::Ru && next.is_alphanumeric() && SHORT.contains(&bare.to_lowercase().as_str())
}

const SHORT: [&str; 20] =
    ["а", "без", "в", "во", "до", "для", "за", "и", "из", "к", "ко", "на", "не", "о", "об", "от", "по", "с", "со", "у"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_as_the_language_does() {
        let all = |text: &str| Language::ALL.map(|language| written(text, language));
        assert_eq!(all("0"), ["0", "0", "0", "0"]);
        assert_eq!(all("999"), ["999", "999", "999", "999"]);
        assert_eq!(all("1234"), ["1,234", "1234", "1234", "1.234"]);
        assert_eq!(all("12345"), ["12,345", "12\u{a0}345", "12.345", "12.345"]);
        assert_eq!(all("-1234567.5"), ["−1,234,567.5", "−1\u{a0}234\u{a0}567,5", "−1.234.567,5", "−1.234.567,5"]);
    }

    #[test]
    fn sizes_are_shown_in_the_unit_that_fits() {
        let all = |count| [bytes(count, Language::En), bytes(count, Language::Ru)];
        assert_eq!(bytes(1_536, Language::Es), "1,5\u{a0}KB");
        assert_eq!(all(0), ["0\u{a0}B", "0\u{a0}Б"]);
        assert_eq!(all(999), ["999\u{a0}B", "999\u{a0}Б"]);
        assert_eq!(all(1_536), ["1.5\u{a0}KB", "1,5\u{a0}КБ"]);
        assert_eq!(all(12 << 20), ["12\u{a0}MB", "12\u{a0}МБ"]);
        assert_eq!(all((1 << 20) - 1), ["1\u{a0}MB", "1\u{a0}МБ"]);
        assert_eq!(all(20_480 << 20), ["20\u{a0}GB", "20\u{a0}ГБ"]);
    }

    #[test]
    fn russian_is_glued_where_a_line_must_not_end() {
        let glue = |text| glued(text, Language::Ru).replace(NO_BREAK, "_");
        assert_eq!(glue("Занято 3 из 50"), "Занято 3_из_50");
        assert_eq!(glue("5 минут назад"), "5_минут назад");
        assert_eq!(glue("сделка № 5 — в воронке"), "сделка №_5_— в_воронке");
        assert_eq!(glue("«В Пароме» и (с 14:05)"), "«В_Пароме» и (с_14:05)");
        assert_eq!(glue("конец "), "конец ");
        assert_eq!(glue("ошибок 50 %, ждут 0"), "ошибок 50_%, ждут 0");
    }

    #[test]
    fn english_keeps_its_short_words_loose() {
        let glue = |text| glued(text, Language::En).replace(NO_BREAK, "_");
        assert_eq!(glue("3 sources – in a row"), "3_sources_– in a row");
        assert_eq!(glue("up to 32 × 32 pixels"), "up to 32_×_32_pixels");
    }
}
