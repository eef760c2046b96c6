//! The data of the undelivered page.

use askama::Template;
use base::message::Direction;
use base::words::Sentence;

use super::Query;
use crate::delivery::read::dead::{Group, Line};
use crate::delivery::read::list::Ground;
use crate::delivery::read::reason::Reason;
use crate::delivery::replay::Action;
use crate::panel::choice::{self, Choice};
use crate::panel::reasons::{self, About};
use crate::panel::{PageContext, Right};

/// A reason with its number of letters.
struct Heap {
    reason: Sentence,
    count: Sentence,
    address: String,
    chosen: bool,
}

struct Row {
    id: String,
    message_id: String,
    /// `<time>`.
    time: String,
    arrow: &'static str,
    direction: Sentence,
    customer: String,
    source: String,
    kind: Sentence,
    reason: Sentence,
}

/// A replay in progress.
struct Running {
    says: Sentence,
    stop: String,
}

#[derive(Template)]
#[template(path = "panel/undelivered/list.html")]
pub struct List {
    page: PageContext,
    may: bool,
    running: Vec<Running>,
    sources: Vec<Choice>,
    periods: Vec<Choice>,
    reason: String,
    filtered: bool,
    total: Sentence,
    heaps: Vec<Heap>,
    rows: Vec<Row>,
    csv: String,
    /// The filters, for the form.
    source: String,
    period: String,
    newest: Option<String>,
    older: Option<String>,
}

pub(super) fn list(
    page: &PageContext,
    ground: &Ground,
    query: &Query,
    groups: &[Group],
    lines: &[Line],
    running: &[entity::replay::Model],
    next: Option<&str>,
) -> List {
    let words = page.words;
    let chosen = |group: &&Group| query.reason.is_empty() || group.reason == query.reason;
    let total: i64 = groups.iter().filter(chosen).map(|group| group.count).sum();
    List {
        may: page.may(Right::Retry),
        running: running.iter().map(|row| taken_up(page, row)).collect(),
        sources: choice::sources(page, ground, &query.source),
        periods: choice::periods(page, query.period()),
        filtered: !(query.source.is_empty() && query.reason.is_empty() && query.period.is_empty()),
        total: words.say("undelivered-count").with("count", total),
        heaps: groups.iter().map(|group| heap(page, query, group)).collect(),
        rows: lines.iter().map(|line| row(page, ground, line)).collect(),
        csv: query.address("/panel/undelivered.csv", ""),
        reason: query.reason.clone(),
        source: query.source.clone(),
        period: query.period.clone(),
        newest: query.cursor.as_ref().map(|_| query.address("/panel/undelivered", "")),
        older: next.map(|next| query.address("/panel/undelivered", next)),
        page: page.clone(),
    }
}

fn taken_up(page: &PageContext, row: &entity::replay::Model) -> Running {
    let key = match Action::named(&row.action) {
        Some(Action::Drop) => "undelivered-dropping",
        _ => "undelivered-retrying",
    };
    Running {
        says: page.words.say(key).with("done", row.done).with("total", row.total),
        stop: format!("/panel/undelivered/stop/{}", row.id),
    }
}

fn heap(page: &PageContext, query: &Query, group: &Group) -> Heap {
    let chosen = group.reason == query.reason;
    let reason = if chosen { String::new() } else { group.reason.clone() };
    let query = Query { reason, ..query.clone() };
    Heap {
        reason: page.words.say_of("reason-short-", short(&group.reason)).with("crm", page.crm),
        count: page.words.say("common-total").with("count", group.count),
        address: query.address("/panel/undelivered", ""),
        chosen,
    }
}

/// A short text of a stored reason, for group headings and the CSV.
pub fn short(reason: &str) -> &'static str {
    const KNOWN: [&str; 12] = [
        "too_old",
        "dropped_by_person",
        "source_disconnected",
        "recipient_blocked",
        "recipient_unreachable",
        "unsupported",
        "window_closed",
        "internal",
        "rejected",
        "conversation_deleted",
        "no_bot",
        "found_in_history",
    ];
    match KNOWN.into_iter().find(|known| *known == reason) {
        Some(known) => known,
        None if reason == "poison" => "internal",
        None => "other",
    }
}

fn row(page: &PageContext, ground: &Ground, line: &Line) -> Row {
    let words = page.words;
    let by_own_server = ground.sources.get(&line.dead.source_id).is_some_and(|source| source.kind == "custom");
    let reason = Reason::of_dead(&line.dead.reason, &line.dead.detail, line.direction);
    let reason = reason.answered(line.status, by_own_server);
    let name = if line.dead.reason == "dropped_by_person" { line.dead.detail.as_str() } else { "" };
    let age = page.duration(&(page.now - line.dead.first_at)).to_string();
    let said = reasons::said(&reason, &About { words, crm: page.crm, kind: "text", name, age: &age });
    let (arrow, direction) = match line.direction {
        Direction::ToCrm => ("←", "messages-direction-to-crm"),
        Direction::ToMessenger => ("→", "messages-direction-to-messenger"),
    };
    let kind = serde_json::to_value(line.kind).ok().and_then(|word| word.as_str().map(str::to_owned));
    Row {
        id: line.dead.id.to_string(),
        message_id: line.dead.message_id.to_string(),
        time: page.time(&line.dead.last_at),
        arrow,
        direction: words.say(direction),
        customer: reasons::customer(&line.contact, words),
        source: ground.sources.get(&line.dead.source_id).map_or_else(|| "–".to_owned(), |source| source.name.clone()),
        kind: words.say_of("letter-kind-", kind.unwrap_or_default()),
        reason: said.what,
    }
}
