//! Working hours as a source's settings: the same of every kind of messenger.

use base::error::FieldError;
use base::i18n::LocalizedText;
use serde::Deserialize;
use serde_json::{Value, json};

use super::line::Holiday;
use super::{COUNTRIES, HoursLine, WorkingHours, of_country};
use crate::field::{self, SettingsErrors};

/// The name of the setting.
pub const WORKING_HOURS: &str = "working_hours";
/// Longest text, in characters.
pub const TEXT_CHARS: usize = 2000;
const MOST_LINES: usize = 50;

/// The hours to store, null if none are set, or an error for every wrong field.
pub fn checked(entered: Value) -> Result<Value, Vec<FieldError>> {
    if entered.is_null() {
        return Ok(Value::Null);
    }
    let read: Wrapped = field::read(json!({ WORKING_HOURS: entered }))?;
    let mut wrong = SettingsErrors::default();
    let checked = working(&mut wrong, read.working_hours);
    serde_json::to_value(wrong.or(checked)?)
        .map_err(|error| vec![FieldError::of_serde("/settings/working_hours", &error)])
}

/// So that errors name the whole place.
#[derive(Deserialize)]
struct Wrapped {
    working_hours: WorkingHours,
}

fn working(wrong: &mut SettingsErrors, entered: WorkingHours) -> Option<WorkingHours> {
    let text = wrong.text("working_hours/text", entered.text, TEXT_CHARS);
    let trimmed = |lines: &[String]| -> Vec<String> { lines.iter().map(|line| line.trim().to_owned()).collect() };
    let (hours, holidays) = (trimmed(&entered.hours), trimmed(&entered.holidays));
    wrong.most("working_hours/hours", &hours, MOST_LINES);
    for (place, _) in hours.iter().enumerate().filter(|(_, line)| HoursLine::parse(line).is_none()) {
        wrong.add(format_args!("working_hours/hours/{place}"), LocalizedText::new("said-hours"));
    }
    wrong.most("working_hours/holidays", &holidays, MOST_LINES);
    for (place, _) in holidays.iter().enumerate().filter(|(_, line)| Holiday::parse(line).is_none()) {
        wrong.add(format_args!("working_hours/holidays/{place}"), LocalizedText::new("said-holidays"));
    }
    let country = entered.country.map(|country| country.trim().to_uppercase()).filter(|country| !country.is_empty());
    if let Some(country) = country.as_deref().filter(|country| !COUNTRIES.contains(country)) {
        let said = LocalizedText::new("said-value-unknown").with("value", country);
        wrong.add("working_hours/country", said.with("known", COUNTRIES.join(", ")));
    }
    let worked_holidays = worked(wrong, country.as_deref(), &entered.worked_holidays);
    let time_zone = entered.time_zone.trim().to_owned();
    let has_times = !hours.is_empty() || !holidays.is_empty() || country.is_some();
    if !has_times && text.is_none() && time_zone.is_empty() {
        return None;
    }
    if time_zone.parse::<chrono_tz::Tz>().is_err() {
        wrong.add("working_hours/time_zone", LocalizedText::new("said-time-zone"));
    }
    // A text alone is kept for when there are hours again.
    if !has_times && text.is_none() {
        wrong.add("working_hours/hours", LocalizedText::new("said-hours"));
    }
    Some(WorkingHours { time_zone, hours, holidays, country, worked_holidays, text })
}

/// The holidays of the country that are worked.
fn worked(wrong: &mut SettingsErrors, country: Option<&str>, entered: &[String]) -> Vec<String> {
    let known: Vec<&str> = of_country(country.unwrap_or_default()).into_iter().map(|holiday| holiday.id).collect();
    for (place, id) in entered.iter().enumerate().filter(|(_, id)| !known.contains(&id.as_str())) {
        let said = LocalizedText::new("said-value-unknown").with("value", id.as_str());
        wrong.add(format_args!("working_hours/worked_holidays/{place}"), said.with("known", known.join(", ")));
    }
    known.into_iter().filter(|id| entered.iter().any(|one| one == id)).map(str::to_owned).collect()
}
