//! The figures of the overview: response times of the last hour by side (Parom, amoCRM, each messenger; a side without calls
//! has none), four figures of the last 24 hours with hourly values and a threshold, and the chart of messages.

use std::collections::{BTreeMap, HashMap, HashSet};

use base::i18n::{Sentence, Words};
use base::message::{Direction, Failure, FailureCode, LetterKind};
use base::millis::{HOUR, MINUTE};
use chrono::TimeDelta;
use domain::delivery::read::figures::{Figures, FiguresSlot, Flow, Span, Times, times};
use domain::delivery::read::{first_id_at, made_at};
use entity::{attempt, message, source};
use sea_orm::{ColumnTrait, DbErr, FromQueryResult, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::panel::chart::{self, Chart, ChartSlot, ChartWords, Series};
use crate::panel::{PageContext, PanelContext, choice};

/// Enough for a median, and few enough for one query.
const MOST: u64 = 5000;
/// Percentage of failed calls from which a side is marked, and from which it counts as broken.
const NOTABLE: f64 = 5.0;
const BAD: f64 = 25.0;
/// A side that answers, and has not failed for this long, works again: what it did before in this hour is over.
const OVER: i64 = 10 * MINUTE;

/// The figures of one side.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct SideFigures {
    pub name: String,
    pub figures: Option<CallTimes>,
    /// When a call failed last; none if none did.
    pub failed_at: Option<i64>,
    /// It has worked again for a while.
    pub is_over: bool,
    /// Messages received from it. A messenger that only receives messages has no calls, but is in use.
    pub received: usize,
}

impl SideFigures {
    /// The tone of its tile; empty if there is no problem.
    pub fn tone(&self) -> &'static str {
        self.figures.filter(|_| !self.is_over).map_or("", |figures| figures.tone())
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct CallTimes {
    /// Median, milliseconds.
    pub median: i64,
    /// 95th percentile, milliseconds.
    pub most: i64,
    /// Calls, and those of them that failed.
    pub all: u32,
    pub failed: u32,
    /// The latter, percent.
    pub errors: f64,
}

impl CallTimes {
    /// Digits of the error share; none if it is zero.
    pub fn digits(&self) -> usize {
        usize::from(self.errors > 0.0 && self.errors < 10.0)
    }

    fn tone(&self) -> &'static str {
        match self.errors {
            errors if errors >= BAD => "bad",
            errors if errors >= NOTABLE => "warn",
            _ => "",
        }
    }
}

#[derive(Debug)]
pub(super) struct Sides {
    /// Time from the acceptance of a message to its first attempt. Statuses, reactions and edits are left out, because
    /// they happen long after the message that they belong to.
    pub ours: Option<CallTimes>,
    pub crm: SideFigures,
    pub messengers: Vec<SideFigures>,
    /// How long the oldest letter has been waiting; `None` if none waits.
    pub oldest: Option<i64>,
}

#[derive(FromQueryResult)]
struct AttemptRow {
    message_id: Uuid,
    direction: i16,
    kind: i16,
    at: i64,
    ms: i32,
    verdict: String,
}

#[derive(FromQueryResult)]
struct Of {
    id: Uuid,
    source_id: Uuid,
    direction: i16,
    accepted_at: i64,
    error: String,
}

impl Of {
    /// Whether the customer is why it failed: blocked the bot, is not there, or has not written for too long. The
    /// messenger that reports it works.
    fn is_the_customers(&self) -> bool {
        let failure = serde_json::from_str::<Failure>(&self.error);
        failure.is_ok_and(|failure| {
            matches!(
                failure.code,
                FailureCode::ConversationDeleted
                    | FailureCode::RecipientBlocked
                    | FailureCode::RecipientUnreachable
                    | FailureCode::WindowClosed
            )
        })
    }
}

/// `sources`: all sources of the account, including deleted ones. `oldest`: how long the oldest letter has been
/// waiting.
pub(super) async fn sides_of(
    app: &PanelContext,
    tenant_id: Uuid,
    page: &PageContext,
    sources: impl Iterator<Item = &source::Model> + Clone,
    oldest: Option<i64>,
) -> Result<Sides, DbErr> {
    let db = app.store.read();
    let since = first_id_at(app.clock.millis() - HOUR);
    let tries = attempt::Entity::of_tenant(tenant_id)
        .filter(attempt::Column::MessageId.gte(since))
        .order_by_desc(attempt::Column::MessageId)
        .limit(MOST)
        .select_only()
        .columns([
            attempt::Column::MessageId,
            attempt::Column::Direction,
            attempt::Column::Kind,
            attempt::Column::At,
            attempt::Column::Ms,
            attempt::Column::Verdict,
        ])
        .into_model::<AttemptRow>()
        .all(db)
        .await?;
    let messages = message::Entity::of_tenant(tenant_id)
        .filter(message::Column::Id.gte(since))
        .order_by_desc(message::Column::Id)
        .limit(MOST)
        .select_only()
        .columns([
            message::Column::Id,
            message::Column::SourceId,
            message::Column::Direction,
            message::Column::AcceptedAt,
            message::Column::Error,
        ])
        .into_model::<Of>()
        .all(db)
        .await?;
    let kinds: HashMap<Uuid, &str> = sources.clone().map(|row| (row.id, row.kind.as_str())).collect();
    let customers: HashSet<Uuid> = messages.iter().filter(|row| row.is_the_customers()).map(|row| row.id).collect();
    let source_of: HashMap<Uuid, Uuid> = messages.iter().map(|row| (row.id, row.source_id)).collect();
    let mut by_kind: BTreeMap<&str, Vec<&AttemptRow>> =
        sources.filter(|row| row.deleted_at.is_none()).map(|row| (row.kind.as_str(), Vec::new())).collect();
    let to_messenger = tries.iter().filter(|row| row.direction == Direction::ToMessenger.number());
    for one in to_messenger {
        let kind = source_of.get(&one.message_id).and_then(|source_id| kinds.get(source_id));
        if let Some(kind) = kind {
            by_kind.entry(kind).or_default().push(one);
        }
    }
    let to_crm: Vec<&AttemptRow> = tries.iter().filter(|row| row.direction == Direction::ToCrm.number()).collect();
    let mut received: HashMap<&str, usize> = HashMap::new();
    for one in messages.iter().filter(|row| row.direction == Direction::ToCrm.number()) {
        if let Some(kind) = kinds.get(&one.source_id) {
            *received.entry(kind).or_default() += 1;
        }
    }
    let side = |name: String, tries: &[&AttemptRow], received: usize| {
        let (failed_at, is_over) = last_failure(tries, &customers, app.clock.millis());
        SideFigures { name, figures: figures(answers(tries, &customers)), failed_at, is_over, received }
    };
    Ok(Sides {
        ours: figures(delays(&tries, &messages)),
        crm: side(page.crm.to_owned(), &to_crm, 0),
        messengers: by_kind
            .into_iter()
            .map(|(kind, tries)| {
                let name = page.words.text_of("connector-", kind).to_string();
                side(name, &tries, received.get(kind).copied().unwrap_or(0))
            })
            .collect(),
        oldest,
    })
}

impl Sides {
    /// Sides with a notable share of failed calls, without those that another card explains.
    pub fn troubled(&self, explained: &[String]) -> Vec<&SideFigures> {
        let all = std::iter::once(&self.crm).chain(&self.messengers);
        all.filter(|side| !side.tone().is_empty() && !explained.contains(&side.name)).collect()
    }
}

/// How long each message waited for its first attempt; a later manual attempt does not count. An imported message is
/// accepted when it is its turn, after its id was made.
fn delays(tries: &[AttemptRow], messages: &[Of]) -> Vec<(i64, bool)> {
    let accepted: HashMap<Uuid, i64> = messages.iter().map(|row| (row.id, row.accepted_at)).collect();
    let accepted_at = |id: Uuid| accepted.get(&id).copied().unwrap_or_else(|| made_at(id));
    let mut first: HashMap<Uuid, i64> = HashMap::new();
    for one in tries.iter().filter(|row| row.kind == LetterKind::Message.number()) {
        first.entry(one.message_id).and_modify(|at| *at = one.at.min(*at)).or_insert(one.at);
    }
    first.into_iter().map(|(id, at)| ((at - accepted_at(id)).max(0), true)).collect()
}

/// Whether a call was answered. That the customer cannot be reached is an answer, not a failure of the other side.
fn is_answered(row: &AttemptRow, customers: &HashSet<Uuid>) -> bool {
    row.verdict == "done" || customers.contains(&row.message_id)
}

/// Duration and success of calls.
fn answers(tries: &[&AttemptRow], customers: &HashSet<Uuid>) -> Vec<(i64, bool)> {
    tries.iter().map(|row| (i64::from(row.ms), is_answered(row, customers))).collect()
}

/// When a call failed last, and whether that is over: calls have been answered since, and none has failed for a while.
fn last_failure(tries: &[&AttemptRow], customers: &HashSet<Uuid>, now: i64) -> (Option<i64>, bool) {
    let last =
        |answered: bool| tries.iter().filter(|row| is_answered(row, customers) == answered).map(|row| row.at).max();
    let (failed, answered) = (last(false), last(true));
    (failed, failed.is_some_and(|failed| now - failed >= OVER && answered > Some(failed)))
}

/// CallTimes of calls given as duration and success.
fn figures(calls: Vec<(i64, bool)>) -> Option<CallTimes> {
    let Times { median, most, .. } = times(calls.iter().map(|(ms, _)| *ms).collect())?;
    let failed = calls.iter().filter(|(_, done)| !done).count();
    let (failed, all) = (u32::try_from(failed).unwrap_or(u32::MAX), u32::try_from(calls.len()).unwrap_or(u32::MAX));
    Some(CallTimes { median, most, all, failed, errors: f64::from(failed) * 100.0 / f64::from(all) })
}

/// Share of delivered messages, in tenths of a percent, below which the figure is marked, and below which it is bad.
const DELIVERED: [i64; 2] = [990, 950];
/// The same for the time in which 95 of 100 messages are delivered, in milliseconds.
const TIME: [i64; 2] = [10_000, 60_000];
/// A message that waits longer than this needs attention.
const WAITED: TimeDelta = TimeDelta::minutes(15);
/// The lower end of the chart of shares, in tenths of a percent.
const SHARES_FROM: i64 = 800;

/// One figure.
pub struct Tile {
    pub label: Sentence,
    pub value: String,
    /// Its threshold, or the value to compare it with.
    pub note: Sentence,
    /// `warn`, `bad`; empty if there is no problem.
    pub tone: &'static str,
    pub spark: String,
    /// Link to its messages; empty if there is no such page.
    pub href: String,
}

/// The four figures of an account, or of the source with this id.
pub fn tiles(page: &PageContext, figures: &Figures, source: &str) -> Vec<Tile> {
    let slots = figures.slots(Span::Hours);
    vec![
        messages(page, figures, &slots, source),
        delivered(page, &slots),
        time(page, figures),
        failed(page, figures, &slots, source),
    ]
}

fn number(page: &PageContext, value: i64) -> String {
    page.words.text("common-number").with("number", value).to_string()
}

/// The content of a small chart as text, for people who cannot see it.
fn sentence(page: &PageContext, label: &Sentence, values: &[Option<i64>], shown: impl Fn(i64) -> String) -> String {
    let known: Vec<i64> = values.iter().flatten().copied().collect();
    let (least, most) = (known.iter().min().copied().unwrap_or(0), known.iter().max().copied().unwrap_or(0));
    let words = page.words.text("figure-spark").with("figure", label.to_string());
    words.with("least", shown(least)).with("most", shown(most)).to_string()
}

fn messages(page: &PageContext, figures: &Figures, slots: &[FiguresSlot], source: &str) -> Tile {
    let label = page.words.text("figure-messages");
    let values: Vec<Option<i64>> = slots.iter().map(|slot| Some(slot.flow.all())).collect();
    // The seven days before today, because today is not over.
    let mut week = figures.slots(Span::Days(8));
    week.pop();
    let usual = week.iter().map(|slot| slot.flow.all()).sum::<i64>() / 7;
    let note = match usual {
        0 => page.words.text("figure-messages-first"),
        usual => page.words.text("figure-messages-usual").with("count", usual),
    };
    Tile {
        value: number(page, slots.iter().map(|slot| slot.flow.all()).sum()),
        note,
        tone: "",
        spark: chart::spark(
            &values,
            0,
            Some(usual / 24).filter(|hourly| *hourly > 0),
            &sentence(page, &label, &values, |value| number(page, value)),
        ),
        href: choice::address("/panel/messages", &[("source", source)]),
        label,
    }
}

fn delivered(page: &PageContext, slots: &[FiguresSlot]) -> Tile {
    let label = page.words.text("figure-delivered");
    let share = |delivered: i64, failed: i64| (delivered + failed > 0).then(|| delivered * 1000 / (delivered + failed));
    let values: Vec<Option<i64>> = slots.iter().map(|slot| share(slot.delivered, slot.flow.failed)).collect();
    let all = share(slots.iter().map(|slot| slot.delivered).sum(), slots.iter().map(|slot| slot.flow.failed).sum());
    Tile {
        value: all.map_or_else(|| "–".to_owned(), |share| percent(page, share)),
        note: page.words.text("figure-delivered-goal").with("percent", DELIVERED[0] / 10),
        tone: all.map_or("", |share| tone(share < DELIVERED[0], share < DELIVERED[1])),
        spark: chart::spark(
            &values,
            SHARES_FROM,
            Some(DELIVERED[0]),
            &sentence(page, &label, &values, |share| percent(page, share)),
        ),
        href: String::new(),
        label,
    }
}

fn time(page: &PageContext, figures: &Figures) -> Tile {
    let label = page.words.text("figure-time");
    let values: Vec<Option<i64>> =
        figures.times_by_hour().into_iter().map(|times| times.map(|times| times.most)).collect();
    let all = figures.times().map(|times| times.most);
    Tile {
        value: all.map_or_else(|| "–".to_owned(), |most| page.duration(&most)),
        note: page.words.text("figure-time-goal").with("delay", page.duration(&TIME[0])),
        tone: all.map_or("", |most| tone(most > TIME[0], most > TIME[1])),
        spark: chart::spark(&values, 0, Some(TIME[0]), &sentence(page, &label, &values, |most| page.duration(&most))),
        href: String::new(),
        label,
    }
}

fn failed(page: &PageContext, figures: &Figures, slots: &[FiguresSlot], source: &str) -> Tile {
    let label = page.words.text("figure-undelivered");
    let values: Vec<Option<i64>> = slots.iter().map(|slot| Some(slot.flow.failed)).collect();
    let count: i64 = slots.iter().map(|slot| slot.flow.failed).sum();
    let oldest = figures.oldest();
    let note = match oldest {
        None => page.words.text("health-nothing-waiting"),
        Some(oldest) => {
            let waiting = page.words.text("figure-waiting").with("count", figures.waiting());
            waiting.with("delay", page.duration(&oldest))
        }
    };
    Tile {
        value: number(page, count),
        note,
        tone: tone(count > 0 || oldest.is_some_and(|oldest| oldest > WAITED.num_milliseconds()), false),
        spark: chart::spark(&values, 0, None, &sentence(page, &label, &values, |value| number(page, value))),
        href: choice::address("/panel/messages", &[("state", "failed"), ("source", source), ("period", "24h")]),
        label,
    }
}

const fn tone(is_notable: bool, is_bad: bool) -> &'static str {
    match (is_notable, is_bad) {
        (_, true) => "bad",
        (true, false) => "warn",
        (false, false) => "",
    }
}

/// From tenths of a percent, rounded down: 99.96 % is not 100 %.
fn percent(page: &PageContext, share: i64) -> String {
    let tenths = i32::try_from(share).unwrap_or(1000);
    let digits = usize::from(tenths % 10 != 0);
    let number = page.decimal(&(f64::from(tenths) / 10.0), digits);
    page.words.text("common-percent").with("percent", number).to_string()
}

/// The chart of an account's or a source's figures.
pub fn chart(page: &PageContext, figures: &Figures, span: Span) -> Chart {
    let by_hour = span == Span::Hours;
    let name = |at: i64| if by_hour { page.when(&at).clock() } else { page.when(&at).date() };
    chart_of(page.words, &figures.slots(span), by_hour, name)
}

/// The chart of slots, oldest first; `name` names the slot that begins at a time.
pub fn chart_of(words: Words, slots: &[FiguresSlot], by_hour: bool, name: impl Fn(i64) -> String) -> Chart {
    let all: Vec<(String, Flow)> = slots.iter().map(|slot| (name(slot.at), slot.flow)).collect();
    let total = all.iter().fold(Flow::default(), |sum, (_, flow)| sum.and(*flow));
    let busiest = all.iter().max_by_key(|(_, flow)| flow.all());
    let title = words
        .text(if by_hour { "chart-alt-hours" } else { "chart-alt-days" })
        .with("came", total.came)
        .with("went", total.went)
        .with("failed", total.failed)
        .with("most", busiest.map_or(0, |(_, flow)| flow.all()))
        .with("when", busiest.map(|(name, _)| name.clone()).unwrap_or_default())
        .to_string();
    let (caption, slot) = if by_hour { ("overview-hours", "overview-hour") } else { ("overview-days", "overview-day") };
    let about = ChartWords { title, caption: words.text(caption), slot: words.text(slot) };
    let slots = all.into_iter().map(|(name, flow)| flow_slot(words, name, flow)).collect();
    Chart::of(words, about, flow_series(words), slots).newest_first()
}

/// Messages of both directions, with the failed ones of both on top.
pub(in crate::panel) fn flow_series(words: Words) -> Vec<Series> {
    vec![
        Series { class: "in", label: words.text("ledger-direction-to_crm") },
        Series { class: "out", label: words.text("ledger-direction-to_messenger") },
        Series { class: "failed", label: words.text("overview-failed") },
    ]
}

/// The messages of one slot.
pub(in crate::panel) fn flow_slot(words: Words, name: String, flow: Flow) -> ChartSlot {
    let said = words
        .text("chart-values")
        .with("when", name.as_str())
        .with("came", flow.came)
        .with("went", flow.went)
        .with("failed", flow.failed)
        .to_string();
    let failed_out = flow.failed - flow.failed_in;
    ChartSlot {
        name,
        parts: vec![flow.came - flow.failed_in, flow.went - failed_out, flow.failed],
        counts: vec![flow.came, flow.went, flow.failed],
        said,
    }
}

#[cfg(test)]
mod tests;
