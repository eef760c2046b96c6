//! Messages of the account: search for a message or a customer.

use std::collections::BTreeMap;

use actix_web::HttpRequest;
use askama::Template;
use base::error::Result;
use base::i18n::{Sentence, Zone};
use base::message::{Direction, FailureCode, Role};
use bytes::Bytes;
use domain::delivery::read::MessageStatus;
use domain::delivery::read::list::{self, Ground, MessageFilter, MessageSummary};
use domain::delivery::read::reason::Reason;
use domain::source::refresh_users;
use futures_util::{StreamExt, stream};
use queue::accept_batch::HistoryMessage;
use serde_json::json;
use uuid::Uuid;

use super::choice::{self, SelectOption};
use super::message_query::{BY_DURATION, MessagesQuery, REASONS, SLOWER};
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

/// A filter that is set.
pub struct Chip {
    label: Sentence,
    value: String,
    /// The list without it.
    href: String,
}

/// A filter's label, its value if it is set, and what unsets it.
type Filter = (&'static str, Option<String>, fn(&mut MessagesQuery));

/// The filters that are set, each as a text with the address of the list without it.
fn chips(query: &MessagesQuery, page: &MessagesPage) -> Vec<Chip> {
    let chosen = |options: &[SelectOption]| {
        options.iter().find(|one| one.chosen && !one.value.is_empty()).map(|one| one.label.clone())
    };
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let without = |change: fn(&mut MessagesQuery)| {
        let mut query = MessagesQuery { cursor: None, ..query.clone() };
        change(&mut query);
        query.address("/panel/messages", "")
    };
    let all: [Filter; 8] = [
        ("palette-open", given(&query.q), |query| query.q.clear()),
        ("messages-filter-direction", chosen(&page.directions), |query| query.direction.clear()),
        ("messages-filter-state", chosen(&page.states), |query| query.state.clear()),
        ("sources-col-name", chosen(&page.sources), |query| query.source.clear()),
        ("messages-from", given(&query.from), |query| query.from.clear()),
        ("messages-to", given(&query.to), |query| query.to.clear()),
        ("messages-col-took", chosen(&page.slower), |query| query.slower.clear()),
        ("messages-reason", chosen(&page.reasons), |query| query.reason.clear()),
    ];
    let chip = |(key, value, change): Filter| {
        Some(Chip { label: page.page.words.text(key), value: value?, href: without(change) })
    };
    all.into_iter().filter_map(chip).collect()
}

/// One row.
#[derive(Clone, Debug)]
pub struct MessageRow {
    pub id: String,
    /// What is sent if it is selected: its id, or that of its letter.
    pub chosen_as: String,
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
    /// It can be sent again.
    pub is_undelivered: bool,
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

/// A table of messages with the addresses of its neighbours.
#[derive(Debug, Default)]
pub struct MessageTable {
    pub rows: Vec<MessageRow>,
    pub by_time: SortHead,
    pub by_duration: SortHead,
    /// Rows can be selected.
    pub choose: bool,
    /// None was delivered, so none took any time.
    pub is_undelivered: bool,
    /// Tells it from another table of the page.
    pub ending: &'static str,
    pub newest: Option<String>,
    pub older: Option<String>,
}

impl MessageTable {
    /// The messages of a chat or a customer, the newest first, on the page at `path`.
    pub async fn of(
        app: &PanelContext,
        page: &PageContext,
        ground: &Ground,
        (tenant_id, wanted): (Uuid, &MessageFilter),
        (path, cursor): (&str, Option<&str>),
    ) -> Result<Self> {
        let (db, rows) = (app.store.read(), choice::page_of(cursor, &[path])?);
        let lines = list::page(db, tenant_id, wanted, ground, rows.after, rows.rows()).await?;
        let (lines, next) = rows.cut(lines, |line| line.message.id);
        let took = list::took(db, tenant_id, &lines).await?;
        Ok(Self {
            rows: lines.iter().map(|line| row(page, ground, line, took.get(&line.message.id).copied())).collect(),
            newest: cursor.map(|_| path.to_owned()),
            older: next.as_deref().map(|next| choice::address(path, &[("cursor", next)])),
            ..Self::default()
        })
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
    table: MessageTable,
    orders: Vec<SelectOption>,
    /// The address of the list as a file, for people who may export it.
    csv: Option<String>,
    chips: Vec<Chip>,
    views: Vec<View>,
    /// The filters, as a saved view would keep them and as the form of selected rows sends them.
    saved: String,
    filter: String,
    /// The filters are not saved yet.
    may_save: bool,
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
        table: MessageTable {
            rows: lines.iter().map(|line| row(page, ground, line, took.get(&line.message.id).copied())).collect(),
            by_time: SortHead::new(!query.is_by_duration(), query.sorted("/panel/messages", "", "")),
            by_duration: SortHead::new(query.is_by_duration(), query.sorted("/panel/messages", BY_DURATION, "")),
            choose: page.may(Right::Retry),
            newest: query.cursor.as_ref().map(|_| query.address("/panel/messages", "")),
            older: asked.next.map(|next| query.address("/panel/messages", next)),
            ..MessageTable::default()
        },
        orders: ["", BY_DURATION]
            .map(|order| {
                let key = if order.is_empty() { "messages-sort-newest" } else { "messages-sort-took" };
                SelectOption::new(order, words.text(key), &query.sort)
            })
            .to_vec(),
        csv: (page.may(Right::Retry) && !lines.is_empty()).then(|| query.sorted("/panel/messages.csv", "", "")),
        page: page.clone(),
    };
    list.chips = chips(query, &list);
    list
}

/// The manager who wrote it; empty if a customer did or the name is unknown.
fn manager(line: &MessageSummary) -> String {
    let sender = &line.body.sender;
    sender.name.clone().filter(|_| sender.role == Role::Manager).unwrap_or_default()
}

/// The arrow and the words of a message's way. What amoCRM gets may have been written by the account's side: it was imported, or a
/// bot answered.
pub fn way(direction: Direction, sender: Role) -> (&'static str, &'static str) {
    match (direction, sender) {
        (Direction::ToMessenger, _) => ("→", "messages-direction-to-messenger"),
        (Direction::ToCrm, Role::Client) => ("←", "messages-direction-to-crm"),
        (Direction::ToCrm, Role::Manager) => ("↑", "messages-direction-from-manager"),
        (Direction::ToCrm, Role::Bot) => ("↑", "messages-direction-from-bot"),
    }
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
    let state = match line.is_kept_back() {
        true if line.of_held_chat => "held-chat",
        true => "blocked",
        false => line.status.as_str(),
    };
    let (arrow, direction) = way(line.direction, line.body.sender.role);
    MessageRow {
        // What the messenger had accepted has a place in its chat.
        is_undelivered: line.status == MessageStatus::Failed && line.message.position == 0,
        id: line.message.id.to_string(),
        chosen_as: line.message.id.to_string(),
        conversation: line.message.conversation_id.to_string(),
        time: page.exact(&line.message.accepted_at),
        arrow,
        direction: words.text(direction),
        customer: reasons::customer(&line.contact, words),
        manager: manager(line),
        took: took.map(|millis| page.duration(&millis)).unwrap_or_default(),
        source: page.source(ground.sources.get(&line.message.source_id)),
        kind: words.text_of("messages-kind-", kind),
        badge: page.badge(reasons::tone(line.status), words.text_of("message-state-", state)),
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
    let first = Some(CsvReading { app, tenant_id, wanted, ground, after: None, zone: member.here.zone });
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
