//! List filters: parsing of query parameters, and the options that a form offers.

use actix_web::{HttpRequest, web};
use base::error::Result;
use base::i18n::Sentence;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};
use domain::cursor::PageRequest;
use domain::delivery::read::figures;
use domain::delivery::read::list::Ground;
use domain::delivery::read::report::ReportPeriod;
use domain::source::KnownPipeline;
use domain::source::crm_copy::{self, CrmItem, Known};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::{PageContext, PanelContext};

/// The filters in a query string. What is not understood filters nothing.
pub fn filters<Query: DeserializeOwned + Default>(request: &HttpRequest) -> Query {
    let read = web::Query::<Query>::from_query(request.query_string());
    read.map(web::Query::into_inner).unwrap_or_default()
}

/// One option of a select.
#[derive(Clone, Debug)]
pub struct SelectOption {
    pub value: String,
    pub label: String,
    pub chosen: bool,
}

impl SelectOption {
    pub fn new(value: impl Into<String>, label: impl ToString, chosen: &str) -> Self {
        let value = value.into();
        Self { chosen: value == chosen, label: label.to_string(), value }
    }
}

/// `Any`, then the account's sources by name; deleted ones last and marked.
pub fn sources(page: &PageContext, ground: &Ground, chosen: &str) -> Vec<SelectOption> {
    let mut all: Vec<_> = ground.sources.values().filter(|source| source.is_made()).collect();
    all.sort_by_key(|source| (source.deleted_at.is_some(), source.name.to_lowercase()));
    let mut choices = vec![SelectOption::new("", page.words.text("filter-any"), chosen)];
    choices.extend(all.into_iter().map(|source| {
        let label = match source.deleted_at {
            None => source.name.clone(),
            Some(_) => page.words.text("source-name-deleted").with("name", source.name.as_str()).to_string(),
        };
        SelectOption::new(source.id.to_string(), label, chosen)
    }));
    choices
}

/// Periods by which lists are filtered.
pub const PERIODS: [&str; 5] = ["today", "24h", "7d", "30d", "all"];

/// A period from a query parameter: one of [`PERIODS`], a date or a moment, otherwise the default.
pub fn period<'asked>(asked: &'asked str, usual: &'static str) -> &'asked str {
    if PERIODS.contains(&asked) || beginning(asked).is_some() { asked } else { usual }
}

/// The options of a period filter, including a date or a moment if one is selected.
pub fn periods(page: &PageContext, chosen: &str) -> Vec<SelectOption> {
    let since = beginning(chosen).map(|at| {
        let label = page.words.text("filter-period-since").with("stamp", page.when(&at).stamp());
        SelectOption::new(chosen, label, chosen)
    });
    let named = PERIODS
        .into_iter()
        .map(|period| SelectOption::new(period, page.words.text_of("filter-period-", period), chosen));
    since.into_iter().chain(named).collect()
}

/// A day of the ledger as a period: `2026-11-14`.
pub fn date_of(day: i32) -> String {
    let date = NaiveDate::from_epoch_days(day).unwrap_or_default();
    date.format("%Y-%m-%d").to_string()
}

/// A moment as a period: `2026-11-13T21:00`, of UTC.
pub fn moment_of(at: i64) -> String {
    DateTime::from_timestamp_millis(at).unwrap_or_default().format(MOMENT).to_string()
}

const MOMENT: &str = "%Y-%m-%dT%H:%M";

/// A day as pages write it in addresses: four digits, two and two. The parser takes one digit for two as well.
pub fn day(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| text.len() == 10)
}

/// A day, which begins at midnight UTC, or a moment; milliseconds.
fn beginning(text: &str) -> Option<i64> {
    let at = match text.len() {
        10 => NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_time(NaiveTime::MIN),
        16 => NaiveDateTime::parse_from_str(text, MOMENT).ok()?,
        _ => return None,
    };
    Some(at.and_utc().timestamp_millis()).filter(|at| *at >= 0)
}

/// Start of a period. Days are those of the account's time zone and end with today, as in reports; `24h` begins as the figures of
/// 24 hours do.
pub fn begin(page: &PageContext, period: &str, now: i64) -> Option<i64> {
    let days = |count| Some(page.day_begins(ReportPeriod::first_of(page.zone.date_of(now), count)));
    match period {
        "today" => days(1),
        "24h" => Some(figures::hours_begin(now)),
        "7d" => days(7),
        "30d" => days(30),
        date => beginning(date),
    }
}

/// A source's id from a query parameter; `None` unless it belongs to the account.
pub fn source_id(ground: &Ground, text: &str) -> Option<Uuid> {
    Uuid::try_parse(text).ok().filter(|id| ground.sources.contains_key(id))
}

/// The requested page; a cursor created with other filters restarts at the first page.
pub fn page_of(cursor: Option<&str>, filters: &[&str]) -> base::error::Result<PageRequest> {
    match PageRequest::read(None, cursor.filter(|text| !text.is_empty()), filters) {
        Ok(page) => Ok(page),
        Err(_) => PageRequest::read(None, None, filters),
    }
}

/// `path?a=b&…` from the non-empty pairs.
pub fn address(path: &str, pairs: &[(&str, &str)]) -> String {
    let filled = pairs.iter().filter(|(_, value)| !value.is_empty());
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(filled).finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// A list of amoCRM as cached; `None` if amoCRM has never returned it. `asks`: an old list is refreshed in the background.
pub(super) async fn crm_list<T: CrmItem>(app: &PanelContext, tenant_id: Uuid, asks: bool) -> Result<Option<Known<T>>> {
    if asks { crm_copy::known(&app.sources, tenant_id).await } else { crm_copy::stored(&app.sources, tenant_id).await }
}

/// The account's pipelines.
pub(super) async fn pipelines(app: &PanelContext, tenant_id: Uuid, asks: bool) -> Result<Option<Known<KnownPipeline>>> {
    crm_list(app, tenant_id, asks).await
}

/// When the pipelines were read, if that was long ago, as a sentence for the page.
pub(super) fn pipelines_age(page: &PageContext, pipelines: Option<&Known<KnownPipeline>>) -> Option<Sentence> {
    let at = pipelines?.as_of(page.now)?;
    Some(page.words.text("source-pipelines-as-of").with("crm", page.crm).with("time", page.when(&at).adverb()))
}

/// The name of a pipeline, otherwise its number.
pub(super) fn pipeline_name(page: &PageContext, pipelines: Option<&Known<KnownPipeline>>, id: i64) -> String {
    let found = pipelines.into_iter().flat_map(|known| &known.items).find(|pipeline| pipeline.id == id);
    found.map_or_else(
        || page.words.text("source-pipeline-number").with("id", id.to_string()).to_string(),
        |pipeline| pipeline.name.clone(),
    )
}

#[cfg(test)]
mod tests {
    use base::i18n::{Language, Words, Zone};
    use domain::identity::realm::Realm;

    use super::*;

    #[test]
    fn a_period_is_a_word_or_a_day() {
        for asked in ["today", "24h", "7d", "30d", "all", "2026-11-20", "1970-01-01", "2026-11-19T21:00"] {
            assert_eq!(period(asked, "7d"), asked);
        }
        for asked in [
            "",
            "yesterday",
            "2026-13-01",
            "2026-1-1",
            "1969-12-31",
            "99999-01-01",
            "2026-11-20T00",
            "2026-11-20 00:00",
        ] {
            assert_eq!(period(asked, "7d"), "7d");
        }
        assert_eq!((date_of(0), beginning("1970-01-02")), ("1970-01-01".to_owned(), Some(86_400_000)));
        assert_eq!(beginning(&moment_of(75_600_000)), Some(75_600_000));
    }

    #[test]
    fn days_are_those_of_the_account_and_end_with_today() {
        let now = "2026-11-20T21:30:00Z".parse::<DateTime<chrono::Utc>>().unwrap().timestamp_millis();
        let page = PageContext {
            zone: Zone::named("Europe/Moscow"),
            ..PageContext::bare(Realm::Panel, Words::new(Language::En), String::new(), now, false)
        };
        // In Moscow it is the 21st.
        for (period, first) in [("today", "2026-11-20T21:00"), ("7d", "2026-11-14T21:00"), ("30d", "2026-10-22T21:00")]
        {
            assert_eq!(begin(&page, period, now), beginning(first), "{period}");
        }
    }

    #[test]
    fn addresses_hold_what_is_filled() {
        assert_eq!(address("/panel/messages", &[("q", ""), ("state", "")]), "/panel/messages");
        assert_eq!(
            address("/x", &[("q", "Анна & <b>"), ("state", "failed")]),
            "/x?q=%D0%90%D0%BD%D0%BD%D0%B0+%26+%3Cb%3E&state=failed"
        );
    }
}
