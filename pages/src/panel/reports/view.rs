//! The data of the page.

use askama::Template;
use base::i18n::Sentence;
use base::message::Person;
use domain::delivery::read::figures::{Flow, Times};
use domain::delivery::read::report::{self, HOURS, UnansweredChat, WEEKDAYS};
use entity::conversation;

use super::ReadReport;
use super::query::{PERIODS, ReportDays, ReportQuery};
use crate::panel::chart::ChartWords;
use crate::panel::choice::{self, SelectOption};
use crate::panel::overview::{flow_series, flow_slot};
use crate::panel::{Chart, PageContext, Right, reasons};

/// Shades of the table of hours, besides none.
const SHADES: i64 = 4;

/// A source or a manager.
struct ShareRow {
    name: String,
    /// Its page; empty if it has none.
    href: String,
    flow: Flow,
    /// Median and 95th percentile of first answers.
    answers: Option<(String, String)>,
}

/// An hour of the day: messages from customers on each day of the week, with their shade.
struct HourOfDayRow {
    name: String,
    days: Vec<(i64, i64)>,
}

/// A chat that waits for an answer.
struct WaitingChat {
    href: String,
    customer: String,
    source: String,
    /// `<time>`
    since: String,
    age: String,
}

#[derive(Template)]
#[template(path = "panel/reports.html")]
pub struct ReportsPage {
    page: PageContext,
    /// Word, address, whether it is shown.
    tabs: Vec<(&'static str, String, bool)>,
    from: String,
    to: String,
    sources: Vec<SelectOption>,
    /// Only some of the messages are counted: why.
    cut: Option<Sentence>,
    kept: Sentence,
    total: Flow,
    answers: Option<(String, String)>,
    answered: usize,
    unanswered: usize,
    by_source: Vec<ShareRow>,
    by_manager: Vec<ShareRow>,
    chart: Chart,
    weekdays: Vec<Sentence>,
    hours: Vec<HourOfDayRow>,
    waiting: Vec<WaitingChat>,
    /// Tables as files, for people who may export them: word and address.
    files: Vec<(&'static str, String)>,
}

/// Tables that can be downloaded.
pub const TABLES: [&str; 4] = ["sources", "managers", "hours", "unanswered"];

pub fn reports(
    read: &ReadReport,
    query: &ReportQuery,
    days: ReportDays,
    (unanswered, listed, customers): (usize, &[UnansweredChat], &[String]),
    kept_days: u32,
) -> ReportsPage {
    let ReadReport { page, ground, report, users } = read;
    let words = page.words;
    let shown = query.tab();
    let tabs = PERIODS.map(|(word, _)| {
        let other = ReportQuery { period: word.to_owned(), source: query.source.clone(), ..ReportQuery::default() };
        (word, other.address("/panel/reports", ""), shown == Some(word))
    });
    let week = report.by_hour(page.zone);
    let answers = report.answers();
    let may_export = page.may(Right::Retry) && report.total().all() > 0;
    ReportsPage {
        tabs: tabs.into(),
        from: days.first.to_string(),
        to: days.last.to_string(),
        sources: choice::sources(page, ground, &query.source),
        cut: cut(page, report.counted_since(), days),
        kept: words.text("messages-kept").with("days", kept_days),
        total: report.total(),
        answered: answers.map_or(0, |times| times.messages),
        answers: spoken(page, answers),
        unanswered,
        by_source: by_source(read),
        by_manager: by_manager(read, users),
        chart: chart(page, &week),
        weekdays: (0..WEEKDAYS).map(|day| words.text("reports-weekday").with("day", day)).collect(),
        hours: hours(&week),
        waiting: listed
            .iter()
            .zip(customers)
            .map(|(chat, customer)| WaitingChat {
                href: format!("/panel/conversations/{}", chat.conversation_id),
                customer: customer.clone(),
                source: name_of_source(read, chat.source_id),
                since: page.time(&chat.since),
                age: page.duration(&(page.now - chat.since)),
            })
            .collect(),
        files: TABLES
            .into_iter()
            .filter(|_| may_export)
            .map(|table| (table, query.address("/panel/reports.csv", table)))
            .collect(),
        page: page.clone(),
    }
}

fn cut(page: &PageContext, counted_since: Option<i64>, days: ReportDays) -> Option<Sentence> {
    let words = page.words;
    match counted_since {
        Some(since) => {
            let said = words.text("reports-cut").with("count", report::MOST).with("crm", page.crm);
            Some(said.with("stamp", page.when(&since).stamp()))
        }
        None if days.is_cut => Some(words.text("reports-too-long").with("days", report::MOST_DAYS)),
        None => None,
    }
}

fn spoken(page: &PageContext, times: Option<Times>) -> Option<(String, String)> {
    times.map(|times| (page.duration(&times.median), page.duration(&times.most)))
}

/// A source's name; deleted ones are marked.
pub(super) fn name_of_source(read: &ReadReport, id: uuid::Uuid) -> String {
    match read.ground.sources.get(&id) {
        None => "–".to_owned(),
        Some(source) if source.deleted_at.is_none() => source.name.clone(),
        Some(source) => read.page.words.text("source-name-deleted").with("name", source.name.as_str()).to_string(),
    }
}

/// A manager's name.
pub(super) fn name_of_manager(read: &ReadReport, amojo_id: &str) -> String {
    let words = read.page.words;
    match read.ground.users.name_of(amojo_id) {
        Some(name) => name.to_owned(),
        None if amojo_id.is_empty() => words.text("reports-manager-erased").to_string(),
        None => words.text("reports-manager-unknown").with("id", short(amojo_id)).to_string(),
    }
}

/// The beginning of an id, by which it is recognised.
fn short(id: &str) -> String {
    id.chars().take(8).collect()
}

fn by_source(read: &ReadReport) -> Vec<ShareRow> {
    let (page, report) = (&read.page, &read.report);
    let row = |(id, flow): (uuid::Uuid, Flow)| {
        let is_live = read.ground.sources.get(&id).is_some_and(|source| source.deleted_at.is_none());
        ShareRow {
            name: name_of_source(read, id),
            href: if is_live { format!("/panel/sources/{id}") } else { String::new() },
            flow,
            answers: spoken(page, report.answers_of(id)),
        }
    };
    let mut rows: Vec<ShareRow> = report.by_source().into_iter().map(row).collect();
    rows.sort_by(|one, other| other.flow.all().cmp(&one.flow.all()).then_with(|| one.name.cmp(&other.name)));
    rows
}

fn by_manager(read: &ReadReport, users: &[String]) -> Vec<ShareRow> {
    let shares = read.report.by_manager(users).into_iter();
    shares
        .map(|share| ShareRow {
            name: name_of_manager(read, &share.amojo_id),
            href: String::new(),
            flow: Flow { went: share.messages, ..Flow::default() },
            answers: spoken(&read.page, share.answers),
        })
        .collect()
}

/// All days together, hour by hour.
fn chart(page: &PageContext, week: &[[Flow; HOURS]; WEEKDAYS]) -> Chart {
    let words = page.words;
    let of_hour =
        |hour: usize| week.iter().filter_map(|day| day.get(hour)).fold(Flow::default(), |sum, flow| sum.and(*flow));
    let busiest = (0..HOURS).max_by_key(|hour| of_hour(*hour).all()).unwrap_or(0);
    let title = words.text("reports-hours-alt").with("most", of_hour(busiest).all()).with("when", clock(busiest));
    let about = ChartWords {
        title: title.to_string(),
        caption: words.text("overview-hours"),
        slot: words.text("overview-hour"),
    };
    let slots = (0..HOURS).map(|hour| flow_slot(words, clock(hour), of_hour(hour))).collect();
    Chart::of(words, about, flow_series(words), slots)
}

fn hours(week: &[[Flow; HOURS]; WEEKDAYS]) -> Vec<HourOfDayRow> {
    let most = week.iter().flatten().map(|flow| flow.came).max().unwrap_or(0);
    let row = |hour: usize| HourOfDayRow {
        name: clock(hour),
        days: week.iter().filter_map(|day| day.get(hour)).map(|flow| (flow.came, shade(flow.came, most))).collect(),
    };
    // From the first hour in which anybody wrote to the last.
    let is_used = |hour: &usize| week.iter().filter_map(|day| day.get(*hour)).any(|flow| flow.came > 0);
    let first = (0..HOURS).find(is_used).unwrap_or(0);
    let last = (0..HOURS).rev().find(is_used).unwrap_or(0);
    (first..=last).map(row).collect()
}

/// From 0 for nothing to [`SHADES`] for the most.
fn shade(count: i64, most: i64) -> i64 {
    if count == 0 || most == 0 { 0 } else { ((count * SHADES + most - 1) / most).clamp(1, SHADES) }
}

fn clock(hour: usize) -> String {
    format!("{hour:02}:00")
}

/// The customer of a chat.
pub(super) fn customer(page: &PageContext, chat: Option<&conversation::Model>) -> String {
    let person: Person = chat.and_then(|row| serde_json::from_str(&row.contact).ok()).unwrap_or_default();
    reasons::customer(&person, page.words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_darkest_hour_has_the_most() {
        assert_eq!([0, 1, 25, 26, 99, 100].map(|count| shade(count, 100)), [0, 1, 1, 2, 4, 4]);
        assert_eq!((shade(0, 0), shade(1, 1)), (0, 4));
    }
}
