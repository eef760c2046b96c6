//! A week with its times as forms have it: a row for each day, which works without scripts too (`templates/panel/week.html`).

use base::i18n::Words;
use chrono::Weekday;
use connectors::hours::HoursLine;

use super::Fields;

/// The days of the week by their names in lines of hours.
const DAYS: [(Weekday, &str); 7] = [
    (Weekday::Mon, "mon"),
    (Weekday::Tue, "tue"),
    (Weekday::Wed, "wed"),
    (Weekday::Thu, "thu"),
    (Weekday::Fri, "fri"),
    (Weekday::Sat, "sat"),
    (Weekday::Sun, "sun"),
];

/// Each day with its times; none if it has none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Week {
    days: [Vec<Times>; 7],
    /// How the names of its fields end on a page with several weeks.
    ending: String,
}

/// One day of the week.
pub struct DayRow {
    pub day: &'static str,
    /// How the names of its fields end.
    pub ending: String,
    pub name: String,
    pub is_open: bool,
    pub times: Vec<Times>,
    pub error: String,
}

/// When a day begins and ends, `09:00`; the end may be on the next day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Times {
    pub from: String,
    pub until: String,
}

impl Week {
    /// What lines of hours say.
    pub fn of(lines: &[String], ending: &str) -> Self {
        let lines: Vec<HoursLine> = lines.iter().filter_map(|line| HoursLine::parse(line)).collect();
        let days = DAYS.map(|(day, _)| {
            let mut of_day: Vec<_> = lines.iter().filter(|line| line.is_of(day)).collect();
            of_day.sort_by_key(|line| line.from);
            of_day.into_iter().map(|line| Times { from: clock(line.from), until: clock(line.until) }).collect()
        });
        Self { days, ending: ending.to_owned() }
    }

    /// The names of its fields.
    pub fn names() -> impl Iterator<Item = String> {
        let of_days = DAYS.iter().flat_map(|(_, day)| [format!("from.{day}"), format!("until.{day}")]);
        std::iter::once("day".to_owned()).chain(of_days)
    }

    /// What a form says. Times within others are breaks: the day has working hours around them.
    pub fn read(form: &Fields, ending: &str) -> Self {
        let open = form.all(&format!("day{ending}"));
        let days = DAYS.map(|(_, day)| {
            let of = |name: &str| form.all(&format!("{name}.{day}{ending}"));
            let pairs = of("from")
                .into_iter()
                .zip(of("until"))
                .map(|(from, until)| Times { from: from.trim().to_owned(), until: until.trim().to_owned() });
            let mut times: Vec<Times> = pairs.filter(|times| *times != Times::default()).collect();
            if times.is_empty() {
                times.push(Times::default());
            }
            if open.contains(&day) { around_breaks(times) } else { Vec::new() }
        });
        Self { days, ending: ending.to_owned() }
    }

    /// What is wrong with days whose times are no times or overlap, by the names of their fields.
    pub fn errors(&self, words: Words) -> Vec<(String, String)> {
        let said = |((_, day), times): (&(Weekday, &'static str), &Vec<Times>)| {
            let key = match spans(times) {
                None => "hours-wrong-times",
                Some(spans) if spans.is_sorted_by(|one, next| one.1 <= next.0) => return None,
                Some(_) => "hours-wrong-overlap",
            };
            let name = words.text("hours-day").with("day", *day).to_string();
            Some((format!("day.{day}{}", self.ending), words.text(key).with("day", name).to_string()))
        };
        DAYS.iter().zip(&self.days).filter_map(said).collect()
    }

    /// The lines of hours: days in a row with the same times are one.
    pub fn lines(&self) -> Vec<String> {
        let mut all: Vec<&Times> = self.days.iter().flatten().collect();
        all.sort_by(|one, other| one.from.cmp(&other.from));
        let mut lines = Vec::new();
        let mut seen: Vec<&Times> = Vec::new();
        for times in all {
            if seen.contains(&times) {
                continue;
            }
            seen.push(times);
            let mut row: Option<(&str, &str)> = None;
            for ((_, day), of_day) in DAYS.iter().zip(&self.days) {
                row = match (row, of_day.contains(times)) {
                    (None, true) => Some((*day, *day)),
                    (Some((first, _)), true) => Some((first, *day)),
                    (row, false) => {
                        lines.extend(row.map(|row| times.line(&days_of(row))));
                        None
                    }
                };
            }
            lines.extend(row.map(|row| times.line(&days_of(row))));
        }
        lines
    }

    /// Its rows on a page, with what is wrong with them.
    pub fn rows(&self, words: Words, errors: &[(String, String)]) -> Vec<DayRow> {
        let error_of = |name: &str| errors.iter().find(|(of, _)| of == name).map(|(_, text)| text.clone());
        let row = |((_, day), times): (&(Weekday, &'static str), &Vec<Times>)| DayRow {
            day,
            ending: self.ending.clone(),
            name: words.text("hours-day").with("day", *day).to_string(),
            is_open: !times.is_empty(),
            times: times.clone(),
            error: error_of(&format!("day.{day}{}", self.ending)).unwrap_or_default(),
        };
        DAYS.iter().zip(&self.days).map(row).collect()
    }
}

impl Times {
    fn line(&self, days: &str) -> String {
        format!("{days} {}-{}", self.from, self.until)
    }
}

/// When times begin and end, in minutes from midnight, in their order; none if one of them is no time.
fn spans(times: &[Times]) -> Option<Vec<(u32, u32)>> {
    let span = |times: &Times| HoursLine::parse(&times.line("mon")).map(|line| (line.from, line.ends_at()));
    let mut spans: Vec<_> = times.iter().map(span).collect::<Option<_>>()?;
    spans.sort_unstable();
    Some(spans)
}

fn around_breaks(times: Vec<Times>) -> Vec<Times> {
    let spans = spans(&times).unwrap_or_default();
    let is_break = |one: &(u32, u32)| spans.iter().any(|other| other != one && other.0 <= one.0 && one.1 <= other.1);
    let (breaks, open): (Vec<_>, Vec<_>) = spans.iter().copied().partition(is_break);
    if breaks.is_empty() {
        return times;
    }
    let mut around = Vec::new();
    for (opens, until) in open {
        let mut from = opens;
        for (begins, ends) in breaks.iter().filter(|(begins, ends)| opens <= *begins && *ends <= until) {
            around.push((from, *begins));
            from = *ends;
        }
        around.push((from, until));
    }
    let is_some = |(from, until): &(u32, u32)| from < until;
    around.into_iter().filter(is_some).map(|(from, until)| Times { from: clock(from), until: clock(until) }).collect()
}

fn days_of((first, last): (&str, &str)) -> String {
    if first == last { first.to_owned() } else { format!("{first}-{last}") }
}

/// The minute of a day as `09:00`; midnight at its end is that at its beginning.
fn clock(minute: u32) -> String {
    format!("{:02}:{:02}", minute / 60 % 24, minute % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn week(pairs: &[(&str, &str)]) -> Week {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Week::read(&Fields(pairs.collect()), "")
    }

    #[test]
    fn a_week_becomes_few_lines_and_lines_the_same_week() {
        let mut pairs = Vec::new();
        for (day, from, until) in [
            ("mon", "from.mon", "until.mon"),
            ("tue", "from.tue", "until.tue"),
            ("wed", "from.wed", "until.wed"),
            ("fri", "from.fri", "until.fri"),
        ] {
            pairs.push(("day", day));
            for times in [("14:00", "18:00"), ("09:00", "13:00"), ("", "")] {
                pairs.extend([(from, times.0), (until, times.1)]);
            }
        }
        // What a closed day had is not sent on.
        pairs.extend([("from.sun", "10:00"), ("until.sun", "12:00")]);
        let lines = ["mon-wed 09:00-13:00", "fri 09:00-13:00", "mon-wed 14:00-18:00", "fri 14:00-18:00"];
        assert_eq!(week(&pairs).lines(), lines);
        let again = Week::of(&lines.map(str::to_owned), "");
        assert_eq!(again.lines(), lines);
        assert_eq!(again.days[0][0], Times { from: "09:00".to_owned(), until: "13:00".to_owned() });
        // Across the end of the week, and until midnight.
        let across = Week::of(&["sat-mon 18:00-24:00".to_owned()], "");
        assert_eq!(across.lines(), ["mon 18:00-00:00", "sat-sun 18:00-00:00"]);
    }

    #[test]
    fn times_within_others_are_breaks() {
        for (times, wanted) in [
            (&["13:00-14:00", "09:00-18:00"][..], &["mon 09:00-13:00", "mon 14:00-18:00"][..]),
            (
                &["09:00-18:00", "16:00-16:15", "13:00-14:00"],
                &["mon 09:00-13:00", "mon 14:00-16:00", "mon 16:15-18:00"],
            ),
            (&["18:00-02:00", "20:00-21:00"], &["mon 18:00-20:00", "mon 21:00-02:00"]),
            (&["09:00-18:00", "17:00-18:00"], &["mon 09:00-17:00"]),
            (&["09:00-13:00", "14:00-18:00"], &["mon 09:00-13:00", "mon 14:00-18:00"]),
        ] {
            let pairs = times.iter().flat_map(|times| {
                let (from, until) = times.split_once('-').unwrap();
                [("from.mon", from), ("until.mon", until)]
            });
            let week = week(&std::iter::once(("day", "mon")).chain(pairs).collect::<Vec<_>>());
            assert_eq!(week.lines(), wanted, "{times:?}");
            assert_eq!(week.errors(Words::new(base::i18n::Language::En)), []);
        }
    }

    #[test]
    fn a_ticked_day_needs_times() {
        let ticked = [("day", "mon"), ("day", "tue"), ("day", "wed")];
        let times = [("from.tue", "9:00"), ("until.tue", ""), ("from.wed", "09:00"), ("until.wed", "02:00")];
        let overlap = [
            ("day", "thu"),
            ("from.thu", "09:00"),
            ("until.thu", "14:00"),
            ("from.thu", "13:00"),
            ("until.thu", "18:00"),
        ];
        let wrong = week(&[&ticked[..], &times, &overlap].concat()).errors(Words::new(base::i18n::Language::En));
        let fields: Vec<_> = wrong.into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["day.mon", "day.tue", "day.thu"]);
    }
}
