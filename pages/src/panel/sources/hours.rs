//! `/panel/sources/{id}/hours`: when a source's managers answer, and what customers read at other times. The same form for all
//! messengers.

use actix_web::http::StatusCode;
use actix_web::{ResponseError, web};
use askama::Template;
use base::error::{Error, FieldError, Result};
use base::i18n::{Sentence, When, Words, Zone};
use chrono::{Months, NaiveDate};
use connectors::hours::{COUNTRIES, LAST_YEAR, TEXT_CHARS, WORKING_HOURS, WorkingHours, of_country};
use connectors::kinds::is_web_chat;
use domain::source::{SourceChange, version};
use entity::source;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::settings::outrun;
use super::{SourceStateView, find, state_view};
use crate::panel::choice::SelectOption;
use crate::panel::week::{DayRow, Week};
use crate::panel::{self, Answer, AppData, Fields, Form, Member, Nav, Notice, PageContext, PanelContext, Right};

/// Errors by the names of their fields.
type Wrong = Vec<(String, String)>;

/// The fields that may be wrong, as they follow on the page.
const ORDER: [&str; 4] = ["week", "time_zone", "holidays", "text"];

/// The week of who has chosen none yet.
const USUAL: &str = "mon-fri 09:00-18:00";

#[derive(Template)]
#[template(path = "panel/sources/hours.html")]
struct HoursPage {
    page: PageContext,
    tab: &'static str,
    id: String,
    may: bool,
    state: SourceStateView,
    is_web: bool,
    /// Whether it is open now; none without working hours.
    now: Option<Sentence>,
    days: Vec<DayRow>,
    countries: Vec<SelectOption>,
    public: Vec<PublicRow>,
    typed: HoursForm,
    /// What customers read without an own text.
    usual: String,
    errors: Wrong,
    version: i64,
}

impl HoursPage {
    fn error(&self, name: &str) -> String {
        self.errors.iter().find(|(of, _)| of == name).map(|(_, text)| text.clone()).unwrap_or_default()
    }

    fn last_year(&self) -> String {
        LAST_YEAR.to_string()
    }
}

/// A public holiday, and on which days it is next.
struct PublicRow {
    id: &'static str,
    name: &'static str,
    days: String,
    /// There are no working hours.
    is_off: bool,
}

/// What the form has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct HoursForm {
    /// It is open around the clock, whatever the week says.
    always: bool,
    week: Week,
    time_zone: String,
    country: String,
    /// Holidays of the country that are worked.
    worked: Vec<String>,
    holidays: String,
    text: String,
}

impl HoursForm {
    fn of(hours: Option<WorkingHours>, account_zone: &str) -> Self {
        let Some(hours) = hours else {
            return Self { always: true, time_zone: account_zone.to_owned(), ..Self::default() };
        };
        Self {
            always: !hours.has_hours(),
            week: Week::of(&hours.hours, ""),
            time_zone: hours.time_zone,
            country: hours.country.unwrap_or_default(),
            worked: hours.worked_holidays,
            holidays: hours.holidays.join("\n"),
            text: hours.text.unwrap_or_default(),
        }
    }

    /// The submitted form. 400 for unknown fields.
    fn read(form: &Fields) -> Result<Self> {
        let mut names: Vec<String> =
            ["version", "open", "time_zone", "country", "listed", "off", "holidays", "text"].map(str::to_owned).into();
        names.extend(Week::names());
        form.allow_only(&names.iter().map(String::as_str).collect::<Vec<_>>())?;
        let off = form.all("off");
        // The list on the page may have been that of another country.
        let worked = form.all("listed").into_iter().filter(|id| !off.contains(id)).map(str::to_owned).collect();
        let country = form.get("country").to_owned();
        Ok(Self {
            always: form.get("open") == "always",
            week: Week::read(form, ""),
            time_zone: form.get("time_zone").trim().to_owned(),
            worked: known(&country, worked),
            country,
            holidays: form.get("holidays").replace("\r\n", "\n"),
            text: form.get("text").replace("\r\n", "\n").trim().to_owned(),
        })
    }

    fn days_off(&self) -> Vec<&str> {
        self.holidays.lines().map(str::trim).filter(|line| !line.is_empty()).collect()
    }

    fn hours(&self) -> Vec<String> {
        if self.always { Vec::new() } else { self.week.lines() }
    }

    /// What is wrong with the week, if it counts: days have times, and there is a day.
    fn wrong(&self, words: Words) -> Wrong {
        let errors = if self.always { Wrong::new() } else { self.week.errors(words) };
        if self.always || !errors.is_empty() || !self.week.lines().is_empty() {
            return errors;
        }
        let said = words.text("hours-wrong-empty").with("field", words.text("hours-week").to_string());
        vec![("week".to_owned(), said.to_string())]
    }

    /// The week that the form shows: a usual one until there is another.
    fn shown(&self) -> Week {
        let is_usual = self.always && self.week.lines().is_empty();
        if is_usual { Week::of(&[USUAL.to_owned()], "") } else { self.week.clone() }
    }

    /// The setting; none if nothing is set.
    fn setting(&self) -> Option<Value> {
        let (hours, holidays) = (self.hours(), self.days_off());
        if hours.is_empty() && holidays.is_empty() && self.country.is_empty() && self.text.is_empty() {
            return None;
        }
        let some = |text: &str| if text.is_empty() { Value::Null } else { text.into() };
        Some(json!({
            "time_zone": self.time_zone,
            "hours": hours,
            "holidays": holidays,
            "country": some(&self.country),
            "worked_holidays": self.worked,
            "text": some(&self.text),
        }))
    }
}

/// Those of these ids that are holidays of the country.
fn known(country: &str, ids: Vec<String>) -> Vec<String> {
    let known = of_country(country);
    ids.into_iter().filter(|id| known.iter().any(|holiday| holiday.id == id)).collect()
}

#[derive(Deserialize)]
pub struct HoursQuery {
    /// The country whose holidays are shown, before it is saved.
    country: Option<String>,
}

/// `GET /panel/sources/{id}/hours`
pub async fn get(app: AppData, member: Member, id: web::Path<String>, asked: web::Query<HoursQuery>) -> Answer {
    let source = find(&app, &member, Right::Look, &id).await?;
    let mut typed = HoursForm::of(WorkingHours::stored(&source.settings), &member.here.tenant.time_zone);
    if let Some(country) = asked.into_inner().country {
        typed.worked = known(&country, typed.worked);
        typed.country = country;
    }
    let page = page_of(&member, &source);
    show(&app, &member, page, StatusCode::OK, &source, typed, Wrong::new()).await
}

/// `POST /panel/sources/{id}/hours`
pub async fn save(app: AppData, member: Member, id: web::Path<String>, form: Form<Fields>) -> Answer {
    let source = find(&app, &member, Right::EditSources, &id).await?;
    let typed = HoursForm::read(&form)?;
    let page = || page_of(&member, &source).with_error();
    let errors = typed.wrong(member.words);
    if !errors.is_empty() {
        return show(&app, &member, page(), StatusCode::UNPROCESSABLE_ENTITY, &source, typed, errors).await;
    }
    let mut settings: Map<String, Value> = serde_json::from_str(&source.settings).unwrap_or_default();
    match typed.setting() {
        Some(hours) => settings.insert(WORKING_HOURS.to_owned(), hours),
        None => settings.remove(WORKING_HOURS),
    };
    let change = SourceChange { settings: Some(Value::Object(settings)), ..SourceChange::default() };
    let expected = form.get("version").parse().ok();
    match domain::source::change(&app.sources, member.tenant_id, source.id, change, expected, &member.by()).await {
        Ok(_) => {
            let path = format!("/panel/sources/{}/hours", source.id);
            member.see_other(&app, &path, Notice::done(member.words.text("common-saved"))).await
        }
        Err(Error::Invalid(wrong)) => {
            let mut errors: Wrong = wrong.iter().map(|error| in_words(&member, &typed, error)).collect();
            errors.sort_by_key(|(name, _)| ORDER.iter().position(|field| field == name));
            show(&app, &member, page(), StatusCode::UNPROCESSABLE_ENTITY, &source, typed, errors).await
        }
        Err(Error::Changed(changed)) => {
            let now = find(&app, &member, Right::EditSources, &id).await?;
            let page = page().with_notice(outrun(&member, &changed));
            show(&app, &member, page, StatusCode::CONFLICT, &now, typed, Wrong::new()).await
        }
        Err(error) => {
            let status = error.status_code();
            let page = page().with_notice(member.refused(error)?);
            show(&app, &member, page, status, &source, typed, Wrong::new()).await
        }
    }
}

fn page_of(member: &Member, source: &source::Model) -> PageContext {
    member.page(source.name.clone(), Nav::Sources)
}

/// What is wrong with a field, and its name in the form.
fn in_words(member: &Member, typed: &HoursForm, error: &FieldError) -> (String, String) {
    let words = member.words;
    let label = |key: &'static str| words.text(key).to_string();
    let mut place = error.pointer.trim_start_matches("/settings/").split('/').skip(1);
    let (field, line) = (place.next().unwrap_or_default(), place.next().and_then(|line| line.parse::<usize>().ok()));
    let text = match field {
        "time_zone" => words.text("hours-wrong-zone").with("field", label("hours-zone")),
        "holidays" => {
            let line = line.and_then(|line| typed.days_off().get(line).copied()).unwrap_or_default();
            words.text("hours-wrong-holidays").with("field", label("hours-holidays")).with("line", line)
        }
        "text" => {
            let said = words.text("form-too-long").with("field", label("hours-text"));
            said.with("length", typed.text.chars().count()).with("limit", TEXT_CHARS)
        }
        _ => words.text("form-refused").with("reason", error.detail.in_words(words, member.crm())),
    };
    let name = if field == "hours" { "week" } else { field };
    (name.to_owned(), text.to_string())
}

async fn show(
    app: &PanelContext,
    member: &Member,
    page: PageContext,
    status: StatusCode,
    source: &source::Model,
    typed: HoursForm,
    errors: Wrong,
) -> Answer {
    let (words, is_web) = (page.words, is_web_chat(&source.kind));
    let state = domain::source::state(&app.sources, source).await?;
    let country = |code: &str| SelectOption::new(code, words.text_of("hours-country-", code), &typed.country);
    let mut known: Vec<SelectOption> = COUNTRIES.into_iter().map(country).collect();
    known.sort_by(|one, other| one.label.cmp(&other.label));
    known.insert(0, SelectOption::new("", words.text("hours-country-none"), &typed.country));
    let shown = HoursPage {
        tab: "hours",
        id: source.id.to_string(),
        may: member.may(Right::EditSources),
        state: state_view(&page, source, &state),
        is_web,
        now: WorkingHours::stored(&source.settings).map(|hours| now(app, &page, &hours)),
        days: typed.shown().rows(words, &errors),
        countries: known,
        public: public(&page, &typed),
        usual: words.text(if is_web { "chat-away" } else { "hours-answer" }).to_string(),
        version: version(source),
        typed,
        errors,
        page: page.clone(),
    };
    panel::html_as(status, &page, &shown)
}

fn now(app: &PanelContext, page: &PageContext, hours: &WorkingHours) -> Sentence {
    match hours.closed_at(app.clock.now()) {
        None => page.words.text("hours-open"),
        Some(closed) => match closed.until() {
            Some(until) => {
                let when = When::new(until, page.now, closed.zone(), page.words);
                page.words.text("hours-closed").with("time", when.adverb())
            }
            None => page.words.text("hours-closed-long"),
        },
    }
}

/// The holidays of the chosen country within a year.
fn public(page: &PageContext, typed: &HoursForm) -> Vec<PublicRow> {
    let today = Zone::named(&typed.time_zone).date_of(page.now);
    let end = today.checked_add_months(Months::new(12)).unwrap_or(today);
    let mut rows: Vec<(NaiveDate, PublicRow)> = Vec::new();
    for holiday in of_country(&typed.country) {
        let near: Vec<_> = holiday.days.iter().filter(|(first, last)| *last >= today && *first < end).collect();
        let Some((first, _)) = near.first() else { continue };
        let days = near.iter().map(|(first, last)| page.days(*first, *last)).collect::<Vec<_>>().join(", ");
        let is_off = !typed.worked.iter().any(|id| id == holiday.id);
        rows.push((*first, PublicRow { id: holiday.id, name: holiday.name, days, is_off }));
    }
    rows.sort_by_key(|(first, _)| *first);
    rows.into_iter().map(|(_, row)| row).collect()
}

#[cfg(test)]
mod tests {
    use base::i18n::Language;

    use super::*;

    fn form(pairs: &[(&str, &str)]) -> HoursForm {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        HoursForm::read(&Fields(pairs.collect())).unwrap()
    }

    #[test]
    fn holidays_are_worked_if_unticked() {
        let listed = [("listed", "victory-day"), ("listed", "russia-day"), ("off", "russia-day")];
        let typed = form(&[&[("country", "RU"), ("time_zone", "UTC")], &listed[..]].concat());
        assert_eq!(typed.setting().unwrap()["worked_holidays"], json!(["victory-day"]));
        let other = form(&[&[("country", "US")], &listed[..]].concat());
        assert_eq!(other.worked, [""; 0], "the list was that of another country");
        assert_eq!(form(&[("time_zone", "UTC")]).setting(), None);
    }

    #[test]
    fn around_the_clock_the_week_does_not_count() {
        let week = [("day", "mon"), ("from.mon", "09:00"), ("until.mon", "")];
        let words = Words::new(Language::En);
        let always = form(&[&[("open", "always"), ("text", "Later")], &week[..]].concat());
        assert_eq!(always.wrong(words), []);
        assert_eq!((&always.setting().unwrap()["hours"], always.shown()), (&json!([]), always.week.clone()));
        let by_week = form(&[&[("open", "hours")], &week[..]].concat());
        assert_eq!(by_week.wrong(words)[0].0, "day.mon");
        assert_eq!(form(&[("open", "hours")]).wrong(words)[0].0, "week");
        assert_eq!(HoursForm::of(None, "UTC").shown().lines(), [USUAL]);
    }
}
