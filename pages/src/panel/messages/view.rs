//! The data of message lists.

use domain::delivery::read::MessageStatus;
use domain::delivery::read::list::{Ground, MessageSummary};
use domain::delivery::read::reason::Reason;
use std::collections::BTreeMap;

use askama::Template;
use base::i18n::Sentence;
use base::message::{Direction, FailureCode, Role};
use queue::accept_batch::HistoryMessage;
use uuid::Uuid;

use super::query::{BY_DURATION, MessagesQuery, REASONS, SLOWER};
use crate::panel::choice::{self, SelectOption};
use crate::panel::reasons::{self, ReasonArguments};
use crate::panel::{PageContext, Right};

/// One row.
#[derive(Clone, Debug)]
pub struct MessageRow {
    pub id: String,
    /// `<time>`.
    pub time: String,
    pub arrow: &'static str,
    pub direction: Sentence,
    pub customer: String,
    /// The manager who wrote it; empty if a customer did.
    pub manager: String,
    /// Time until the other side accepted it; empty while it is not accepted.
    pub took: String,
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
}

pub fn list(
    page: &PageContext,
    ground: &Ground,
    lines: &[MessageSummary],
    took: &BTreeMap<Uuid, i64>,
    asked: &MessageSearch<'_>,
) -> MessagesPage {
    let words = page.words;
    let MessageSearch { query, .. } = asked;
    let any = |chosen: &str| SelectOption::new("", words.text("filter-any"), chosen);
    let mut directions = vec![any(&query.direction)];
    directions.extend(
        [("to_crm", "messages-direction-to-crm"), ("to_messenger", "messages-direction-to-messenger")]
            .map(|(value, key)| SelectOption::new(value, words.text(key), &query.direction)),
    );
    let mut states = vec![any(&query.state)];
    states.extend(MessageStatus::ALL.map(|status| {
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
    MessagesPage {
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
    }
}

/// The manager who wrote it; empty if a customer did or the name is unknown.
pub(super) fn manager(line: &MessageSummary) -> String {
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
        time: page.exact(&line.message.accepted_at),
        arrow,
        direction: words.text(direction),
        customer: reasons::customer(&line.contact, words),
        manager: manager(line),
        took: took.map(|millis| page.duration(&millis)).unwrap_or_default(),
        source: ground
            .sources
            .get(&line.message.source_id)
            .map_or_else(|| "–".to_owned(), |source| source.name.clone()),
        kind: words.text_of("messages-kind-", kind),
        badge: page.badge(reasons::tone(line.status), words.text_of("message-state-", line.status.as_str())),
        second: reason.map(|reason| reasons::explain(&reason, &about).what.to_string()).or(found).unwrap_or_default(),
    }
}
