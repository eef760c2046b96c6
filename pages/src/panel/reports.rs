//! `/panel/reports`: messages by source, manager and hour, how soon customers are answered, and who waits for an answer.

use actix_web::{HttpRequest, web};
use askama::Template;
use base::error::{Error, Result};
use base::i18n::{Sentence, Zone};
use base::message::Person;
use chrono::NaiveDate;
use domain::delivery::read::chats::{self, ConversationFilter};
use domain::delivery::read::figures::{Flow, Times};
use domain::delivery::read::list::Ground;
use domain::delivery::read::report::{
    self, HOURS, MOST_DAYS, MOST_LISTED, Report, ReportFilter, ReportPeriod, UnansweredChat, WEEKDAYS,
};
use domain::source::refresh_users;
use entity::conversation;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::chart::ChartWords;
use super::choice::{self, SelectOption, day};
use super::overview::{flow_series, flow_slot};
use super::{Answer, AppData, Chart, Member, Nav, PageContext, PanelContext, Right, csv, html, reasons};

/// Chats without an answer that the page lists.
const LISTED: usize = 50;

/// Paths are relative to `/panel`.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.route("/reports", web::get().to(show)).route("/reports.csv", web::get().to(download));
}

/// The report with what names its rows.
pub(in crate::panel) struct ReadReport {
    page: PageContext,
    ground: Ground,
    report: Report,
    users: Vec<String>,
}

impl ReadReport {
    async fn of(app: &PanelContext, member: &Member, query: &ReportQuery) -> Result<Self> {
        let page = member.page("nav-reports", Nav::Reports);
        let tenant_id = member.tenant_id;
        refresh_users(&app.sources, tenant_id).await?;
        let ground = Ground::of_tenant(app.store.read(), tenant_id).await?;
        let users = ground.users.amojo_ids();
        let filter = ReportFilter {
            tenant_id,
            period: query.days(member.here.zone, app.clock.millis()).period,
            source_id: choice::source_id(&ground, &query.source),
            users: users.clone(),
            most: report::MOST,
        };
        let report = report::read(&app.delivery, &filter).await?;
        Ok(Self { page, ground, report, users })
    }

    /// The customers of these chats, in their order.
    async fn customers(&self, app: &PanelContext, tenant_id: Uuid, chats: &[UnansweredChat]) -> Result<Vec<String>> {
        let ids: Vec<Uuid> = chats.iter().map(|chat| chat.conversation_id).collect();
        let rows = u64::try_from(ids.len()).unwrap_or_default();
        let wanted = ConversationFilter { source_id: None, ids: Some(ids) };
        let found = chats::page(app.store.read(), tenant_id, &wanted, None, rows).await?;
        Ok(chats
            .iter()
            .map(|chat| customer(&self.page, found.iter().find(|row| row.id == chat.conversation_id)))
            .collect())
    }
}

/// `GET /panel/reports`.
async fn show(app: AppData, member: Member, request: HttpRequest) -> Answer {
    member.require(Right::Look)?;
    let query: ReportQuery = choice::filters(&request);
    let read = ReadReport::of(&app, &member, &query).await?;
    let waiting = read.report.unanswered();
    let listed = &waiting[..waiting.len().min(LISTED)];
    let customers = read.customers(&app, member.tenant_id, listed).await?;
    let days = query.days(member.here.zone, app.clock.millis());
    let ReadReport { page, ground, report, users } = &read;
    let words = page.words;
    let week = report.by_hour(page.zone);
    let answers = report.answers();
    let may_export = page.may(Right::Retry) && report.total().all() > 0;
    let view = ReportsPage {
        from: days.first.to_string(),
        to: days.last.to_string(),
        sources: choice::sources(page, ground, &query.source),
        cut: cut_note(page, report.counted_since(), days),
        kept: words.text("messages-kept").with("days", app.config.retention.messages_days),
        total: report.total(),
        answered: answers.map_or(0, |times| times.messages),
        answers: words_of(page, answers),
        unanswered: waiting.len(),
        by_source: by_source(&read),
        by_manager: by_manager(&read, users),
        chart: chart(page, &week),
        weekdays: (0..WEEKDAYS).map(|day| words.text("reports-weekday").with("day", day)).collect(),
        hours: hours(&week),
        waiting: listed
            .iter()
            .zip(&customers)
            .map(|(chat, customer)| WaitingChat {
                href: format!("/panel/conversations/{}", chat.conversation_id),
                customer: customer.clone(),
                source: name_of_source(&read, chat.source_id),
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
    };
    html(page, &view)
}

/// Periods with a tab of their own, in days that end with today.
pub const PERIODS: [(&str, u32); 3] = [("today", 1), ("7", 7), ("30", 30)];
/// The period that is shown unless another one is asked for.
const USUAL: u32 = 7;

/// The filters in the query string.
#[derive(Debug, Default, Deserialize)]
pub struct ReportQuery {
    #[serde(default)]
    pub period: String,
    /// First and last day, in the account's time zone; with either of them the period is not used.
    #[serde(default)]
    pub from: String,
    #[serde(default)]
    pub to: String,
    #[serde(default)]
    pub source: String,
    /// The table of a download.
    #[serde(default)]
    pub table: String,
}

/// The days of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReportDays {
    pub first: NaiveDate,
    pub last: NaiveDate,
    pub period: ReportPeriod,
    /// What was asked for was longer than a report may be.
    pub is_cut: bool,
}

impl ReportQuery {
    /// The tab that is shown; none if days were chosen.
    pub fn tab(&self) -> Option<&'static str> {
        if day(&self.from).is_some() || day(&self.to).is_some() {
            return None;
        }
        let asked = PERIODS.iter().find(|(word, _)| *word == self.period);
        let usual = PERIODS.iter().find(|(_, days)| *days == USUAL);
        asked.or(usual).map(|(word, _)| *word)
    }

    /// The days that are reported on, at this moment.
    pub fn days(&self, zone: Zone, now: i64) -> ReportDays {
        let today = zone.date_of(now);
        let of_tab = PERIODS.iter().find(|(word, _)| Some(*word) == self.tab()).map_or(USUAL, |(_, days)| *days);
        let last = day(&self.to).unwrap_or(today).min(today);
        let asked = day(&self.from).unwrap_or_else(|| ReportPeriod::first_of(last, of_tab)).min(last);
        let first = asked.max(ReportPeriod::first_of(last, MOST_DAYS));
        let period = ReportPeriod { from: zone.day_begins(first), to: zone.day_begins(next(last)) };
        ReportDays { first, last, period, is_cut: first > asked }
    }

    /// The same report at another address.
    pub fn address(&self, path: &str, table: &str) -> String {
        let pairs = [
            ("period", self.period.as_str()),
            ("from", &self.from),
            ("to", &self.to),
            ("source", &self.source),
            ("table", table),
        ];
        choice::address(path, &pairs)
    }
}

fn next(day: NaiveDate) -> NaiveDate {
    day.succ_opt().unwrap_or(day)
}

/// Shades of the table of hours, besides none.
const SHADES: i64 = 4;

/// A source or a manager.
struct ShareRow {
    /// The icon of a source's messenger.
    mark: String,
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
struct ReportsPage {
    page: PageContext,
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

fn cut_note(page: &PageContext, counted_since: Option<i64>, days: ReportDays) -> Option<Sentence> {
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

fn words_of(page: &PageContext, times: Option<Times>) -> Option<(String, String)> {
    times.map(|times| (page.duration(&times.median), page.duration(&times.most)))
}

/// A source's name; deleted ones are marked.
fn name_of_source(read: &ReadReport, id: uuid::Uuid) -> String {
    match read.ground.sources.get(&id) {
        None => "–".to_owned(),
        Some(source) if source.deleted_at.is_none() => source.name.clone(),
        Some(source) => read.page.words.text("source-name-deleted").with("name", source.name.as_str()).to_string(),
    }
}

/// A manager's name.
fn name_of_manager(read: &ReadReport, amojo_id: &str) -> String {
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
            mark: read.ground.sources.get(&id).map(|source| page.mark(&source.kind)).unwrap_or_default(),
            name: name_of_source(read, id),
            href: if is_live { format!("/panel/sources/{id}") } else { String::new() },
            flow,
            answers: words_of(page, report.answers_of(id)),
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
            mark: String::new(),
            name: name_of_manager(read, &share.amojo_id),
            href: String::new(),
            flow: Flow { went: share.messages, ..Flow::default() },
            answers: words_of(&read.page, share.answers),
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
fn customer(page: &PageContext, chat: Option<&conversation::Model>) -> String {
    let person: Person = chat.and_then(|row| serde_json::from_str(&row.contact).ok()).unwrap_or_default();
    reasons::customer(&person, page.words)
}

/// `GET /panel/reports.csv?table=sources|managers|hours|unanswered` with the page's filters.
async fn download(app: AppData, member: Member, request: HttpRequest) -> Answer {
    member.require(Right::Retry)?;
    let query: ReportQuery = choice::filters(&request);
    let table = TABLES.into_iter().find(|table| *table == query.table).ok_or(Error::NotFound)?;
    let read = ReadReport::of(&app, &member, &query).await?;
    let text = match table {
        "sources" => sources_csv(&read),
        "managers" => managers_csv(&read),
        "hours" => hours_csv(&read),
        _ => unanswered_csv(&app, &member, &read).await?,
    };
    member.audit(&app, app.store.write(), "report.exported", table, json!({})).await?;
    Ok(csv::file(&format!("report-{table}.csv")).body(text))
}

fn times_csv(times: Option<Times>) -> [String; 3] {
    let figure = |of: fn(&Times) -> i64| times.as_ref().map(|times| of(times).to_string()).unwrap_or_default();
    [times.map_or(0, |times| times.messages).to_string(), figure(|times| times.median), figure(|times| times.most)]
}

fn sources_csv(read: &ReadReport) -> String {
    let mut text = csv::head(&[
        "source_id",
        "source",
        "from_customers",
        "to_customers",
        "failed",
        "first_answers",
        "median_ms",
        "p95_ms",
    ]);
    for (id, flow) in read.report.by_source() {
        let [answers, median, most] = times_csv(read.report.answers_of(id));
        let (came, went, failed) = (flow.came.to_string(), flow.went.to_string(), flow.failed.to_string());
        text.push_str(&csv::line([
            id.to_string(),
            name_of_source(read, id),
            came,
            went,
            failed,
            answers,
            median,
            most,
        ]));
    }
    text
}

fn managers_csv(read: &ReadReport) -> String {
    let mut text = csv::head(&["amojo_id", "manager", "messages", "first_answers", "median_ms", "p95_ms"]);
    for share in read.report.by_manager(&read.users) {
        let [answers, median, most] = times_csv(share.answers);
        let name = name_of_manager(read, &share.amojo_id);
        text.push_str(&csv::line([share.amojo_id, name, share.messages.to_string(), answers, median, most]));
    }
    text
}

fn hours_csv(read: &ReadReport) -> String {
    let mut text = csv::head(&["weekday", "hour", "from_customers", "to_customers", "failed"]);
    for (day, hours) in read.report.by_hour(read.page.zone).iter().enumerate() {
        for (hour, flow) in hours.iter().enumerate() {
            let (came, went, failed) = (flow.came.to_string(), flow.went.to_string(), flow.failed.to_string());
            text.push_str(&csv::line([(day + 1).to_string(), hour.to_string(), came, went, failed]));
        }
    }
    text
}

async fn unanswered_csv(app: &PanelContext, member: &Member, read: &ReadReport) -> Result<String> {
    let mut text = csv::head(&["conversation_id", "customer", "source_id", "source", "since", "waits_ms"]);
    let mut chats = read.report.unanswered();
    chats.truncate(MOST_LISTED);
    for some in chats.chunks(500) {
        let customers = read.customers(app, member.tenant_id, some).await?;
        for (chat, customer) in some.iter().zip(customers) {
            text.push_str(&csv::line([
                chat.conversation_id.to_string(),
                customer,
                chat.source_id.to_string(),
                name_of_source(read, chat.source_id),
                read.page.zone.rfc3339(chat.since),
                (app.clock.millis() - chat.since).max(0).to_string(),
            ]));
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Friday, 20 November 2026, 12:00 in Moscow.
    const NOW: i64 = 1_795_165_200_000;

    fn shown(period: &str, from: &str, to: &str) -> (String, String, bool) {
        let query = ReportQuery {
            period: period.to_owned(),
            from: from.to_owned(),
            to: to.to_owned(),
            ..ReportQuery::default()
        };
        let days = query.days(Zone::named("Europe/Moscow"), NOW);
        (days.first.to_string(), days.last.to_string(), days.is_cut)
    }

    #[test]
    fn a_period_ends_with_today() {
        let days = |first: &str, last: &str, is_cut| (first.to_owned(), last.to_owned(), is_cut);
        assert_eq!(shown("", "", ""), days("2026-11-14", "2026-11-20", false));
        assert_eq!(shown("today", "", ""), days("2026-11-20", "2026-11-20", false));
        assert_eq!(shown("30", "", ""), days("2026-10-22", "2026-11-20", false));
        assert_eq!(shown("30", "2026-11-02", "2026-11-03"), days("2026-11-02", "2026-11-03", false));
        assert_eq!(shown("", "2026-11-02", ""), days("2026-11-02", "2026-11-20", false));
        assert_eq!(shown("", "", "2026-11-03"), days("2026-10-28", "2026-11-03", false));
        assert_eq!(shown("", "2026-11-19", "2026-11-02"), days("2026-11-02", "2026-11-02", false), "the wrong order");
        assert_eq!(shown("", "2026-11-19", "2027-01-01").1, "2026-11-20", "nothing is known of tomorrow");
        assert_eq!(shown("", "2026-01-01", ""), days("2026-08-21", "2026-11-20", true));
        assert_eq!(shown("x", "x", "x"), shown("", "", ""));
    }

    #[test]
    fn the_darkest_hour_has_the_most() {
        assert_eq!([0, 1, 25, 26, 99, 100].map(|count| shade(count, 100)), [0, 1, 1, 2, 4, 4]);
        assert_eq!((shade(0, 0), shade(1, 1)), (0, 4));
    }
}
