//! The data of the undelivered page.

use askama::Template;
use base::i18n::{Sentence, Words};
use base::message::{Direction, LetterKind};
use connectors::kinds::has_own_server;
use domain::delivery::read::dead::{DeadLetterSummary, ReasonGroup};
use domain::delivery::read::list::Ground;
use domain::delivery::read::reason::{Reason, dead_key};
use domain::delivery::replay::ReplayAction;

use super::UndeliveredFilters;
use crate::panel::choice::{self, SelectOption};
use crate::panel::reasons::{self, ReasonArguments};
use crate::panel::{PageContext, Right};

/// A reason with its number of letters.
struct Heap {
    reason: Sentence,
    count: Sentence,
    address: String,
    chosen: bool,
}

struct UndeliveredRow {
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
struct ReplayProgress {
    says: Sentence,
    stop: String,
}

#[derive(Template)]
#[template(path = "panel/undelivered/list.html")]
pub struct UndeliveredPage {
    page: PageContext,
    may: bool,
    running: Vec<ReplayProgress>,
    sources: Vec<SelectOption>,
    periods: Vec<SelectOption>,
    reason: String,
    filtered: bool,
    /// How many failed after the messenger accepted them, and where they are.
    failed_later: Option<(Sentence, String)>,
    total: Sentence,
    heaps: Vec<Heap>,
    /// Sending again may help some of them, so it is the main button.
    may_help: bool,
    rows: Vec<UndeliveredRow>,
    csv: String,
    /// The filters, for the form.
    source: String,
    period: String,
    newest: Option<String>,
    older: Option<String>,
}

/// What the filters find.
pub(super) struct Undelivered<'found> {
    pub groups: &'found [ReasonGroup],
    pub lines: &'found [DeadLetterSummary],
    pub failed_later: u64,
}

pub(super) fn list(
    page: &PageContext,
    ground: &Ground,
    query: &UndeliveredFilters,
    found: &Undelivered<'_>,
    running: &[entity::replay::Model],
    next: Option<&str>,
) -> UndeliveredPage {
    let words = page.words;
    let Undelivered { groups, lines, failed_later } = *found;
    let chosen = |group: &&ReasonGroup| query.reason.is_empty() || group.reason == query.reason;
    let total: i64 = groups.iter().filter(chosen).map(|group| group.count).sum();
    UndeliveredPage {
        may: page.may(Right::Retry),
        running: running.iter().map(|row| taken_up(page, row)).collect(),
        sources: choice::sources(page, ground, &query.source),
        periods: choice::periods(page, query.period()),
        failed_later: (failed_later > 0).then(|| {
            let filters = [("state", "failed_later"), ("source", query.source.as_str()), ("period", query.period())];
            let says = words.text("undelivered-failed-later").with("count", failed_later);
            (says, choice::address("/panel/messages", &filters))
        }),
        filtered: !(query.source.is_empty() && query.reason.is_empty() && query.period.is_empty()),
        total: words.text("undelivered-count").with("count", total),
        may_help: groups.iter().filter(chosen).any(|group| {
            [Direction::ToCrm, Direction::ToMessenger]
                .into_iter()
                .any(|direction| !reasons::needs_mending(dead_key(&group.reason, "", direction)))
        }),
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

fn taken_up(page: &PageContext, row: &entity::replay::Model) -> ReplayProgress {
    let key = match ReplayAction::named(&row.action) {
        Some(ReplayAction::Drop) => "undelivered-dropping",
        _ => "undelivered-retrying",
    };
    ReplayProgress {
        says: page.words.text(key).with("done", row.done).with("total", row.total),
        stop: format!("/panel/undelivered/stop/{}", row.id),
    }
}

fn heap(page: &PageContext, query: &UndeliveredFilters, group: &ReasonGroup) -> Heap {
    let chosen = group.reason == query.reason;
    let reason = if chosen { String::new() } else { group.reason.clone() };
    let query = UndeliveredFilters { reason, ..query.clone() };
    Heap {
        reason: page.words.text_of("reason-short-", short(&group.reason)).with("crm", page.crm),
        count: page.words.text("common-total").with("count", group.count),
        address: query.address("/panel/undelivered", ""),
        chosen,
    }
}

/// A short text for a stored reason, for group headings and the CSV.
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

/// The kind of a letter as text; empty for a kind of a later version.
pub fn letter_kind(words: Words, kind: Option<LetterKind>) -> Sentence {
    let word = kind.and_then(|kind| serde_json::to_value(kind).ok());
    words.text_of("letter-kind-", word.as_ref().and_then(|word| word.as_str()).unwrap_or_default())
}

fn row(page: &PageContext, ground: &Ground, line: &DeadLetterSummary) -> UndeliveredRow {
    let words = page.words;
    let by_own_server = ground.sources.get(&line.dead.source_id).is_some_and(|source| has_own_server(&source.kind));
    let reason = Reason::of_dead(&line.dead.reason, &line.dead.detail, line.direction);
    let reason = reason.answered(line.status, by_own_server);
    let name = if line.dead.reason == "dropped_by_person" { line.dead.detail.as_str() } else { "" };
    let age = page.duration(&(page.now - line.dead.first_at)).to_string();
    let said = reasons::explain(&reason, &ReasonArguments { words, crm: page.crm, kind: "text", name, age: &age });
    let (arrow, direction) = match line.direction {
        Direction::ToCrm => ("←", "messages-direction-to-crm"),
        Direction::ToMessenger => ("→", "messages-direction-to-messenger"),
    };
    UndeliveredRow {
        id: line.dead.id.to_string(),
        message_id: line.dead.message_id.to_string(),
        time: page.exact(&line.dead.last_at),
        arrow,
        direction: words.text(direction),
        customer: reasons::customer(&line.contact, words),
        source: ground.sources.get(&line.dead.source_id).map_or_else(|| "–".to_owned(), |source| source.name.clone()),
        kind: letter_kind(words, Some(line.kind)),
        reason: said.what,
    }
}
