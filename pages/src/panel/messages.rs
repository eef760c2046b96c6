//! Messages of the account: search for a message or a customer.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, web};
use askama::Template;
use base::error::Result;
use base::i18n::{Sentence, Zone};
use base::message::{Direction, FailureCode, Role};
use bytes::Bytes;
use chrono::Days;
use domain::delivery::read::list::{self, Ground, MessageFilter, MessageSummary, Reached, Slower};
use domain::delivery::read::reason::Reason;
use domain::delivery::read::{MessageStatus, find};
use domain::source::refresh_users;
use futures_util::{StreamExt, stream};
use queue::accept_batch::HistoryMessage;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::choice::{self, SelectOption, day};
use super::reasons::{self, ReasonArguments};
use super::views::View;
use super::{Answer, AppData, Member, Nav, PageContext, PanelContext, Right, csv};
use crate::panel;

/// Counting stops here.
pub const COUNTED: u64 = 10_000;

/// `GET /panel/messages`.
pub async fn list(app: AppData, member: Member, request: HttpRequest) -> Answer {
    member.require(Right::Look)?;
    let query = MessagesQuery::read(&request);
    let page = member.page("nav-messages", Nav::Messages);
    let db = app.store.read();
    let tenant_id = member.tenant_id;
    refresh_users(&app.sources, tenant_id).await?;
    let ground = Ground::of_tenant(db, tenant_id).await?;
    let wanted = query.filter(&app, &page, &ground, tenant_id).await?;
    let rows = choice::page_of(query.cursor.as_deref(), &query.filters())?;
    let asked = (rows.after, rows.rows());
    let most = COUNTED + 1;
    let (lines, count) = if query.is_by_duration() {
        list::slowest_page(db, tenant_id, &wanted, &ground, asked, most).await?
    } else {
        list::counted_page(db, tenant_id, &wanted, &ground, asked, most).await?
    };
    let (lines, next) = rows.cut(lines, |line| line.message.id);
    let took = list::took(db, tenant_id, &lines).await?;
    let asked = MessageSearch {
        kept_days: app.config.retention.messages_days,
        query: &query,
        next: next.as_deref(),
        count,
        counted: COUNTED,
        views: View::all(db, tenant_id, &query).await?,
    };
    panel::html(&page, &list_page(&page, &ground, &lines, &took, asked))
}

/// Longest search text.
const QUERY_CHARS: usize = 255;
/// Durations in seconds by which the list can be filtered.
pub const SLOWER: [i64; 4] = [2, 10, 60, 600];
/// Failure reasons by which it can be filtered.
pub const REASONS: [&str; 9] = [
    "recipient_blocked",
    "recipient_unreachable",
    "window_closed",
    "writing_first",
    "kind_not_supported",
    "source_disconnected",
    "refused",
    "crm_refused",
    "internal",
];

/// The word of the sort order "slowest first".
pub const BY_DURATION: &str = "took";

/// The filters in the query string. Invalid values do not filter.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct MessagesQuery {
    #[serde(default)]
    pub q: String,
    #[serde(default)]
    pub direction: String,
    #[serde(default)]
    pub state: String,
    #[serde(default)]
    pub source: String,
    #[serde(default)]
    pub period: String,
    /// First and last day, in the account's time zone; if either is set, the period is ignored.
    #[serde(default)]
    pub from: String,
    #[serde(default)]
    pub to: String,
    /// Seconds.
    #[serde(default)]
    pub slower: String,
    #[serde(default)]
    pub reason: String,
    /// [`BY_DURATION`], otherwise by time.
    #[serde(default)]
    pub sort: String,
    pub cursor: Option<String>,
}

impl MessagesQuery {
    pub fn read(request: &HttpRequest) -> Self {
        Self::parse(request.query_string())
    }

    /// The filters of an address of the list.
    pub fn parse(query: &str) -> Self {
        let read = web::Query::<Self>::from_query(query);
        let mut query = read.map(web::Query::into_inner).unwrap_or_default();
        query.q = query.q.trim().chars().take(QUERY_CHARS).collect();
        query
    }

    /// What a saved view keeps: all but the search, which may name a customer.
    pub fn saved(&self) -> String {
        let kept = Self { q: String::new(), cursor: None, ..self.clone() };
        kept.sorted("", kept.sort(), "").trim_start_matches('?').to_owned()
    }

    /// The filters that are set, each as a text with the address of the list without it.
    fn chips(&self, page: &MessagesPage) -> Vec<Chip> {
        let chosen = |options: &[SelectOption]| {
            options.iter().find(|one| one.chosen && !one.value.is_empty()).map(|one| one.label.clone())
        };
        let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let without = |change: fn(&mut Self)| {
            let mut query = Self { cursor: None, ..self.clone() };
            change(&mut query);
            query.address("/panel/messages", "")
        };
        let all: [(&'static str, Option<String>, fn(&mut Self)); 8] = [
            ("palette-open", given(&self.q), |query| query.q.clear()),
            ("messages-filter-direction", chosen(&page.directions), |query| query.direction.clear()),
            ("messages-filter-state", chosen(&page.states), |query| query.state.clear()),
            ("sources-col-name", chosen(&page.sources), |query| query.source.clear()),
            ("messages-from", given(&self.from), |query| query.from.clear()),
            ("messages-to", given(&self.to), |query| query.to.clear()),
            ("messages-col-took", chosen(&page.slower), |query| query.slower.clear()),
            ("messages-reason", chosen(&page.reasons), |query| query.reason.clear()),
        ];
        let chip = |(key, value, change): (&'static str, Option<String>, fn(&mut Self))| {
            Some(Chip { label: page.page.words.text(key), value: value?, href: without(change) })
        };
        all.into_iter().filter_map(chip).collect()
    }

    /// The default period: everything for a search, a week for browsing.
    pub fn period(&self) -> &str {
        choice::period(&self.period, if self.q.is_empty() { "7d" } else { "all" })
    }

    /// What a cursor depends on.
    pub fn filters(&self) -> [&str; 11] {
        [
            "panel-messages",
            &self.q,
            &self.direction,
            &self.state,
            &self.source,
            self.period(),
            &self.from,
            &self.to,
            &self.slower,
            &self.reason,
            self.sort(),
        ]
    }

    pub fn is_by_duration(&self) -> bool {
        self.sort == BY_DURATION
    }

    /// The sort order's word; empty for the usual order.
    fn sort(&self) -> &str {
        if self.is_by_duration() { BY_DURATION } else { "" }
    }

    /// The same list with another path or cursor.
    pub fn address(&self, path: &str, cursor: &str) -> String {
        self.sorted(path, self.sort(), cursor)
    }

    /// The same messages in another order.
    pub fn sorted(&self, path: &str, sort: &str, cursor: &str) -> String {
        let pairs = [
            ("q", self.q.as_str()),
            ("direction", &self.direction),
            ("state", &self.state),
            ("source", &self.source),
            ("period", self.period()),
            ("from", &self.from),
            ("to", &self.to),
            ("slower", &self.slower),
            ("reason", &self.reason),
            ("sort", sort),
            ("cursor", cursor),
        ];
        choice::address(path, &pairs)
    }

    /// Filters besides the period.
    pub fn is_filtered(&self) -> bool {
        let all =
            [&self.q, &self.direction, &self.state, &self.source, &self.from, &self.to, &self.slower, &self.reason];
        all.into_iter().any(|value| !value.is_empty())
    }

    /// Whether what few people use is set: dates, durations, reasons and the order.
    pub fn has_more(&self) -> bool {
        [&self.from, &self.to, &self.slower, &self.reason, &self.sort].into_iter().any(|value| !value.is_empty())
    }

    pub async fn filter(
        &self,
        app: &PanelContext,
        page: &PageContext,
        ground: &Ground,
        tenant_id: Uuid,
    ) -> Result<MessageFilter> {
        let now = app.clock.millis();
        let found = match self.q.as_str() {
            "" => None,
            text => Some(find::find(app.store.read(), tenant_id, text).await?),
        };
        let (from, to) = (day(&self.from), day(&self.to));
        let begin = match (from, to) {
            (Some(from), _) => Some(page.day_begins(from)),
            (None, Some(_)) => None,
            (None, None) => choice::begin(page, self.period(), now),
        };
        let codes = if REASONS.contains(&self.reason.as_str()) { Reason::codes(&self.reason) } else { Vec::new() };
        let reason_of = match self.reason.as_str() {
            "refused" => Some(Direction::ToMessenger),
            "crm_refused" => Some(Direction::ToCrm),
            _ => None,
        };
        Ok(MessageFilter {
            direction: direction(&self.direction).or(reason_of),
            reached: Reached::from_word(&self.state),
            source_id: choice::source_id(ground, &self.source),
            conversation_id: None,
            from: begin,
            to: to.and_then(|day| day.checked_add_days(Days::new(1))).map(|next| page.day_begins(next)),
            codes,
            slower: seconds(&self.slower).map(|seconds| Slower { millis: seconds * 1000, now }),
            found,
        })
    }
}

fn direction(text: &str) -> Option<Direction> {
    [Direction::ToCrm, Direction::ToMessenger].into_iter().find(|direction| direction.word() == text)
}

fn seconds(text: &str) -> Option<i64> {
    text.parse().ok().filter(|seconds| SLOWER.contains(seconds))
}

/// A filter that is set.
pub struct Chip {
    label: Sentence,
    value: String,
    /// The list without it.
    href: String,
}

/// One row.
#[derive(Clone, Debug)]
pub struct MessageRow {
    pub id: String,
    pub conversation: String,
    /// `<time>`.
    pub time: String,
    pub arrow: &'static str,
    pub direction: Sentence,
    pub customer: String,
    /// The manager who wrote it; empty if a customer did.
    pub manager: String,
    /// Time until the other side accepted it; empty while it is not accepted.
    pub took: String,
    /// Its name with the messenger's icon.
    pub source: String,
    pub kind: Sentence,
    /// The status badge.
    pub badge: String,
    /// Why it failed or waits; empty if neither.
    pub second: String,
}

/// The head of a column by which a list can be sorted; by default it cannot.
#[derive(Debug, Default)]
pub struct SortHead {
    pub is_sorted: bool,
    /// The list sorted by this column; empty if it is, or cannot be.
    pub href: String,
}

impl SortHead {
    fn new(is_sorted: bool, href: String) -> Self {
        Self { is_sorted, href: if is_sorted { String::new() } else { href } }
    }
}

/// The requested filters and the number of matches.
pub struct MessageSearch<'asked> {
    pub query: &'asked MessagesQuery,
    pub next: Option<&'asked str>,
    pub count: u64,
    pub counted: u64,
    pub kept_days: u32,
    pub views: Vec<View>,
}

#[derive(Template)]
#[template(path = "panel/messages/list.html")]
pub struct MessagesPage {
    page: PageContext,
    text: String,
    directions: Vec<SelectOption>,
    states: Vec<SelectOption>,
    sources: Vec<SelectOption>,
    periods: Vec<SelectOption>,
    slower: Vec<SelectOption>,
    reasons: Vec<SelectOption>,
    from: String,
    to: String,
    /// A filter in the collapsed part of the form is used.
    has_more: bool,
    filtered: bool,
    found: Sentence,
    /// How long messages stay in the list.
    kept: Sentence,
    /// No message was ever received.
    untouched: bool,
    rows: Vec<MessageRow>,
    by_time: SortHead,
    by_duration: SortHead,
    orders: Vec<SelectOption>,
    newest: Option<String>,
    older: Option<String>,
    /// The address of the list as a file, for people who may export it.
    csv: Option<String>,
    chips: Vec<Chip>,
    views: Vec<View>,
    /// The filters, as a saved view would keep them and as the form of selected rows sends them.
    saved: String,
    filter: String,
    /// The filters are not saved yet.
    may_save: bool,
    /// Rows can be selected.
    choose: bool,
}

pub fn list_page(
    page: &PageContext,
    ground: &Ground,
    lines: &[MessageSummary],
    took: &BTreeMap<Uuid, i64>,
    asked: MessageSearch<'_>,
) -> MessagesPage {
    let words = page.words;
    let query = asked.query;
    let any = |chosen: &str| SelectOption::new("", words.text("filter-any"), chosen);
    let mut directions = vec![any(&query.direction)];
    directions.extend(
        [("to_crm", "messages-direction-to-crm"), ("to_messenger", "messages-direction-to-messenger")]
            .map(|(value, key)| SelectOption::new(value, words.text(key), &query.direction)),
    );
    use MessageStatus::{Delivered, Failed, Held, Queued, Read, Sent, Shadow};
    let mut states = vec![any(&query.state)];
    states.extend([Queued, Held, Sent, Delivered, Read, Failed, Shadow].map(|status| {
        SelectOption::new(status.as_str(), words.text_of("message-state-", status.as_str()), &query.state)
    }));
    states.extend(["taken", "failed_later", "waiting"].map(|word| {
        let label = words.text_of("messages-state-", word);
        SelectOption::new(word, label, &query.state)
    }));
    let mut slower = vec![any(&query.slower)];
    slower.extend(SLOWER.map(|seconds| {
        let label = words.text("messages-slower-than").with("delay", page.duration(&(seconds * 1000)));
        SelectOption::new(seconds.to_string(), label, &query.slower)
    }));
    let mut reasons = vec![any(&query.reason)];
    reasons.extend(REASONS.map(|reason| {
        let label = words.text_of("messages-reason-", reason).with("crm", page.crm);
        SelectOption::new(reason, label, &query.reason)
    }));
    let many = asked.count > asked.counted;
    let found = if many && query.is_by_duration() {
        words.text("messages-slowest-of").with("count", asked.counted)
    } else if many {
        words.text("messages-found-many").with("count", asked.counted)
    } else {
        words.text("messages-found").with("count", asked.count)
    };
    let filtered = query.is_filtered();
    let mut list = MessagesPage {
        chips: Vec::new(),
        may_save: page.may(Right::Retry)
            && !asked.views.iter().any(|view| view.current)
            && MessagesQuery { q: String::new(), ..(*query).clone() }.is_filtered(),
        views: asked.views,
        saved: query.saved(),
        filter: query.address("", "").trim_start_matches('?').to_owned(),
        choose: page.may(Right::Retry),
        text: query.q.clone(),
        directions,
        states,
        sources: choice::sources(page, ground, &query.source),
        periods: choice::periods(page, query.period()),
        slower,
        reasons,
        from: query.from.clone(),
        to: query.to.clone(),
        has_more: query.has_more(),
        filtered,
        found,
        kept: words.text("messages-kept").with("days", asked.kept_days),
        untouched: lines.is_empty() && !filtered && query.period() == "all",
        rows: lines.iter().map(|line| row(page, ground, line, took.get(&line.message.id).copied())).collect(),
        by_time: SortHead::new(!query.is_by_duration(), query.sorted("/panel/messages", "", "")),
        by_duration: SortHead::new(query.is_by_duration(), query.sorted("/panel/messages", BY_DURATION, "")),
        orders: ["", BY_DURATION]
            .map(|order| {
                let key = if order.is_empty() { "messages-sort-newest" } else { "messages-sort-took" };
                SelectOption::new(order, words.text(key), &query.sort)
            })
            .to_vec(),
        newest: query.cursor.as_ref().map(|_| query.address("/panel/messages", "")),
        older: asked.next.map(|next| query.address("/panel/messages", next)),
        csv: (page.may(Right::Retry) && !lines.is_empty()).then(|| query.sorted("/panel/messages.csv", "", "")),
        page: page.clone(),
    };
    list.chips = query.chips(&list);
    list
}

/// The manager who wrote it; empty if a customer did or the name is unknown.
fn manager(line: &MessageSummary) -> String {
    let sender = &line.body.sender;
    sender.name.clone().filter(|_| sender.role == Role::Manager).unwrap_or_default()
}

/// A row of any message list. `took`: milliseconds until the other side accepted it.
pub fn row(page: &PageContext, ground: &Ground, line: &MessageSummary, took: Option<i64>) -> MessageRow {
    let words = page.words;
    let kind = line.body.content.kind();
    let reason = match (line.status, &line.held, &line.failure) {
        (MessageStatus::Held, Some(held), _) => Some(Reason::of_hold(held, line.direction)),
        (MessageStatus::Failed, _, Some(failure)) if line.found && failure.code == FailureCode::Other => {
            Some(Reason::of_dead(HistoryMessage::REASON, "", line.direction))
        }
        (MessageStatus::Failed, _, Some(failure)) => {
            Some(Reason::of_failure(failure.code, line.direction, &failure.text))
        }
        _ => None,
    };
    let age = page.duration(&(page.now - line.message.sent_at)).to_string();
    let about = ReasonArguments { words, crm: page.crm, kind, name: "", age: &age };
    let found = line.found.then(|| words.text("message-found-in-history").with("crm", page.crm).to_string());
    let (arrow, direction) = match line.direction {
        Direction::ToCrm => ("←", "messages-direction-to-crm"),
        Direction::ToMessenger => ("→", "messages-direction-to-messenger"),
    };
    MessageRow {
        id: line.message.id.to_string(),
        conversation: line.message.conversation_id.to_string(),
        time: page.exact(&line.message.accepted_at),
        arrow,
        direction: words.text(direction),
        customer: reasons::customer(&line.contact, words),
        manager: manager(line),
        took: took.map(|millis| page.duration(&millis)).unwrap_or_default(),
        source: page.source(ground.sources.get(&line.message.source_id)),
        kind: words.text_of("messages-kind-", kind),
        badge: page.badge(reasons::tone(line.status), words.text_of("message-state-", line.status.as_str())),
        second: reason.map(|reason| reasons::explain(&reason, &about).what.to_string()).or(found).unwrap_or_default(),
    }
}

/// Rows of one query.
const CHUNK: u64 = 500;
const COLUMNS: [&str; 16] = [
    "id",
    "conversation_id",
    "source_id",
    "source",
    "direction",
    "kind",
    "state",
    "reason",
    "error",
    "customer",
    "manager",
    "sent_at",
    "accepted_at",
    "took_ms",
    "messenger_id",
    "amocrm_id",
];

struct CsvReading {
    app: AppData,
    tenant_id: Uuid,
    wanted: MessageFilter,
    ground: Ground,
    after: Option<Uuid>,
    zone: Zone,
}

/// `GET /panel/messages.csv` with the list's filters.
pub async fn download(app: AppData, member: Member, request: HttpRequest) -> Answer {
    member.require(Right::Retry)?;
    let query = MessagesQuery::read(&request);
    let page = member.page("nav-messages", Nav::Messages);
    let tenant_id = member.tenant_id;
    let ground = Ground::of_tenant(app.store.read(), tenant_id).await?;
    let wanted = query.filter(&app, &page, &ground, tenant_id).await?;
    file(app, &member, wanted).await
}

/// The matches as a file, recorded in the audit log.
pub async fn file(app: AppData, member: &Member, wanted: MessageFilter) -> Answer {
    let tenant_id = member.tenant_id;
    let ground = Ground::of_tenant(app.store.read(), tenant_id).await?;
    member.audit(&app, app.store.write(), "message.exported", "", json!({})).await?;
    let first = Some(CsvReading { app, tenant_id, wanted, ground, after: None, zone: page.zone });
    let rows = stream::unfold(first, move |reading: Option<CsvReading>| async move {
        let mut reading = reading?;
        match chunk(&mut reading).await {
            Ok((text, more)) => Some((Ok(Bytes::from(text)), more.then_some(reading))),
            Err(error) => {
                tracing::error!(tenant.id = %reading.tenant_id, error = format!("{error:#}"), "the messages could not be read to their end");
                Some((Err(std::io::Error::other("reading broke off")), None))
            }
        }
    });
    let head = stream::iter([Ok(Bytes::from(csv::head(&COLUMNS)))]);
    Ok(csv::file("messages.csv").streaming(head.chain(rows)))
}

/// The next lines, and whether more may follow.
async fn chunk(reading: &mut CsvReading) -> anyhow::Result<(String, bool)> {
    let CsvReading { app, tenant_id, wanted, ground, after, zone } = reading;
    let db = app.store.read();
    let lines = list::page(db, *tenant_id, wanted, ground, *after, CHUNK).await?;
    let took = list::took(db, *tenant_id, &lines).await?;
    *after = lines.last().map(|line| line.message.id);
    let more = u64::try_from(lines.len()).is_ok_and(|count| count == CHUNK);
    Ok((lines.iter().map(|line| csv_text(line, ground, &took, *zone)).collect(), more))
}

fn csv_text(line: &MessageSummary, ground: &Ground, took: &BTreeMap<Uuid, i64>, zone: Zone) -> String {
    let message = &line.message;
    let failure = line.failure.as_ref();
    csv::line([
        message.id.to_string(),
        message.conversation_id.to_string(),
        message.source_id.to_string(),
        ground.sources.get(&message.source_id).map(|source| source.name.clone()).unwrap_or_default(),
        line.direction.word().to_owned(),
        line.body.content.kind().to_owned(),
        line.status.as_str().to_owned(),
        failure.map(|failure| failure.code.word().to_owned()).or_else(|| line.held.clone()).unwrap_or_default(),
        failure.map(|failure| failure.text.clone()).unwrap_or_default(),
        reasons::known_as(&line.contact).unwrap_or_default().to_owned(),
        manager(line),
        zone.rfc3339(message.sent_at),
        zone.rfc3339(message.accepted_at),
        took.get(&message.id).map(ToString::to_string).unwrap_or_default(),
        message.external_id.clone(),
        message.amocrm_message_id.clone(),
    ])
}
