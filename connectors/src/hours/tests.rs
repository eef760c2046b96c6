use super::*;

fn own(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

fn moscow(hours: &[&str]) -> WorkingHours {
    WorkingHours { time_zone: "Europe/Moscow".into(), hours: own(hours), ..WorkingHours::default() }
}

fn open(hours: &[&str], at: &str) -> bool {
    moscow(hours).are_open(at.parse().unwrap())
}

fn closed(hours: &WorkingHours, at: &str) -> ClosedTime {
    hours.closed_at(at.parse().unwrap()).unwrap_or_else(|| panic!("open at {at}"))
}

/// When a closed time began and ends, in UTC.
fn bounds(hours: &WorkingHours, at: &str) -> (Option<String>, Option<String>) {
    let closed = closed(hours, at);
    let text = |millis: i64| DateTime::from_timestamp_millis(millis).unwrap().format("%m-%d %H:%M").to_string();
    (closed.since().map(text), closed.until().map(text))
}

fn some(since: &str, until: &str) -> (Option<String>, Option<String>) {
    (Some(since.to_owned()), Some(until.to_owned()))
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
fn a_break_is_a_closed_time_of_its_own() {
    let hours = moscow(&["mon-fri 09:00-13:00", "mon-fri 14:00-18:00"]);
    // A Friday; Moscow is three hours ahead.
    assert_eq!(bounds(&hours, "2026-11-20T10:30:00Z"), some("11-20 10:00", "11-20 11:00"));
    assert_eq!(bounds(&hours, "2026-11-20T15:00:00Z"), some("11-20 15:00", "11-23 06:00"));
    assert_eq!(bounds(&hours, "2026-11-22T23:00:00Z"), some("11-20 15:00", "11-23 06:00"), "until Monday");
    let overlapping = moscow(&["mon 09:00-15:00", "mon 12:00-13:00"]);
    assert!(overlapping.are_open("2026-11-23T11:00:00Z".parse().unwrap()));
    assert_eq!(bounds(&overlapping, "2026-11-23T12:00:00Z"), some("11-23 12:00", "11-30 06:00"));
}

#[test]
fn hours_may_end_after_midnight() {
    let bar = moscow(&["fri-sat 18:00-02:00", "sun 12:00-00:00"]);
    for (at, is_open) in [
        ("2026-11-20T14:59:00Z", false),
        ("2026-11-20T22:59:00Z", true),
        ("2026-11-20T23:00:00Z", false),
        // From Saturday into Sunday, and no more into Monday.
        ("2026-11-21T22:30:00Z", true),
        ("2026-11-22T20:59:00Z", true),
        ("2026-11-22T21:00:00Z", false),
    ] {
        assert_eq!(bar.are_open(at.parse().unwrap()), is_open, "{at}");
    }
    assert_eq!(bounds(&bar, "2026-11-20T23:30:00Z"), some("11-20 23:00", "11-21 15:00"));
    assert!(open(&["mon-sun 00:00-00:00"], "2026-11-22T21:00:00Z"), "a whole day");
    // Of New Year's Eve they go on into the holiday, on which none begin.
    let bar = WorkingHours { holidays: own(&["01-01"]), ..moscow(&["mon-sun 18:00-02:00"]) };
    assert_eq!(bounds(&bar, "2027-01-01T10:00:00Z"), some("12-31 23:00", "01-02 15:00"));
    assert!(bar.are_open("2026-12-31T22:00:00Z".parse().unwrap()));
}

#[test]
fn a_clock_that_is_changed_moves_the_hours_with_it() {
    let hours = WorkingHours { time_zone: "America/Santiago".into(), ..moscow(&["mon-sun 09:00-18:00"]) };
    // Chile puts its clocks forward at midnight of the 6th of September 2026, so that this day begins at one o'clock.
    assert_eq!(bounds(&hours, "2026-09-06T01:00:00Z"), some("09-05 22:00", "09-06 12:00"));
    assert_eq!(bounds(&hours, "2026-09-06T22:00:00Z"), some("09-06 21:00", "09-07 12:00"));
    let night = WorkingHours { time_zone: "Europe/Madrid".into(), ..moscow(&["mon-sun 02:30-04:00"]) };
    // Half past two does not exist on the last Sunday of March, and comes twice on that of October.
    assert_eq!(bounds(&night, "2027-03-28T00:00:00Z").1.as_deref(), Some("03-28 01:30"));
    assert!(night.are_open("2027-03-28T01:30:00Z".parse().unwrap()));
    assert!(night.are_open("2026-10-25T00:30:00Z".parse().unwrap()));
    assert!(night.are_open("2026-10-25T02:30:00Z".parse().unwrap()));
}

#[test]
fn a_holiday_lasts_from_midnight_to_midnight_of_the_time_zone() {
    let mut hours = WorkingHours { holidays: own(&["2026-11-23", "31.12 – 08.01"]), ..moscow(&[]) };
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
    hours.hours = own(&["mon-sun 09:00-18:00"]);
    assert!(closed(&hours, "2026-11-23T09:00:00Z").is_holiday);
    assert!(hours.are_open("2026-11-24T09:00:00Z".parse().unwrap()));
}

#[test]
fn public_holidays_have_no_hours_unless_they_are_worked() {
    let mut hours = WorkingHours { country: Some("RU".to_owned()), ..moscow(&["mon-fri 09:00-18:00"]) };
    let womens_day = "2027-03-08T09:00:00Z";
    assert_eq!(closed(&hours, womens_day).holiday, Some("Международный женский день"));
    assert_eq!(bounds(&hours, womens_day), some("03-05 15:00", "03-09 06:00"));
    let sunday = closed(&hours, "2027-03-07T09:00:00Z");
    assert!(closed(&hours, womens_day).is_holiday && sunday.holiday.is_none() && !sunday.is_holiday);
    hours.worked_holidays = own(&["international-womens-day"]);
    assert!(hours.are_open(womens_day.parse().unwrap()));
    assert!(!hours.are_open("2027-11-05T09:00:00Z".parse().unwrap()), "a day off that was moved");
}

#[test]
fn they_begin_again_on_the_next_day_that_has_some() {
    let next = |hours: &[&str], holidays: &[&str], at: &str| {
        let hours = WorkingHours { holidays: own(holidays), ..moscow(hours) };
        let (later, day, time) = closed(&hours, at).opens_within_week()?;
        Some((later, day, time.format("%H:%M").to_string()))
    };
    let is = |later: i64, day: Weekday, time: &str| Some((later, day, time.to_owned()));
    let office = ["mon-fri 09:00-13:00", "mon-fri 14:00-18:00"];
    // A Friday; Moscow is three hours ahead.
    assert_eq!(next(&office, &[], "2026-11-20T05:00:00Z"), is(0, Weekday::Fri, "09:00"));
    assert_eq!(next(&office, &[], "2026-11-20T10:30:00Z"), is(0, Weekday::Fri, "14:00"));
    assert_eq!(next(&office, &[], "2026-11-20T16:00:00Z"), is(3, Weekday::Mon, "09:00"));
    assert_eq!(next(&office, &["2026-11-23"], "2026-11-20T16:00:00Z"), is(4, Weekday::Tue, "09:00"));
    assert_eq!(next(&[], &["2026-11-20"], "2026-11-20T16:00:00Z"), is(1, Weekday::Sat, "00:00"));
    assert_eq!(next(&["fri 09:00-18:00"], &[], "2026-11-20T16:00:00Z"), None, "a week away");
    let never = WorkingHours { holidays: own(&["01-01 - 12-31"]), ..moscow(&[]) };
    assert_eq!(bounds(&never, "2026-11-20T16:00:00Z"), (None, None));
}

#[test]
fn a_line_whose_marker_has_no_value_is_left_out() {
    let text = "Hello, {name}!\nToday is {holiday}.\nWe are back {opens}.\n{unknown}";
    let values = [("name", Some("Anna")), ("holiday", None), ("opens", Some("on Monday"))];
    assert_eq!(fill(text, &values), "Hello, Anna!\nWe are back on Monday.\n{unknown}");
    assert_eq!(fill("Closed until {opens}", &[("opens", None)]), "");
}

#[test]
fn every_wrong_field_has_its_error() {
    let wrong = |hours: serde_json::Value| -> Vec<String> {
        checked(hours).unwrap_err().into_iter().map(|error| error.pointer).collect()
    };
    let at = |field: &str| format!("/settings/working_hours/{field}");
    assert_eq!(
        wrong(serde_json::json!({"time_zone": "Mars", "hours": ["mon 9-18"], "holidays": ["01.01", "new year"],
            "country": "XX", "worked_holidays": ["x"], "text": "x".repeat(2001)})),
        ["text", "hours/0", "holidays/1", "country", "worked_holidays/0", "time_zone"].map(at)
    );
    assert_eq!(wrong(serde_json::json!({"time_zone": "UTC", "hours": []})), [at("hours")]);
    assert_eq!(wrong(serde_json::json!({"days": []})), [at("days")]);
    assert_eq!(checked(serde_json::json!({"time_zone": "UTC", "text": "Later"})).unwrap()["text"], "Later");
    for none in [serde_json::json!(null), serde_json::json!({}), serde_json::json!({"text": " "})] {
        assert_eq!(checked(none).unwrap(), serde_json::Value::Null);
    }
    let kept = checked(serde_json::json!({"time_zone": " UTC ", "country": "ru", "worked_holidays": ["victory-day"]}));
    let kept = kept.unwrap();
    assert_eq!((&kept["time_zone"], &kept["country"]), (&"UTC".into(), &"RU".into()));
    assert_eq!(kept["worked_holidays"], serde_json::json!(["victory-day"]));
}
