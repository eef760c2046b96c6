//! The figures of the overview: what each side did in this hour and the one before (Parom, amoCRM, each messenger; a side without calls
//! has none), four figures of the last 24 hours with hourly values and a threshold, and the chart of messages.

use std::collections::BTreeMap;

use base::i18n::{Sentence, Words};
use base::millis::{DAY, MINUTE};
use chrono::TimeDelta;
use domain::delivery::read::figures::{Figures, FiguresSlot, Flow, OVERDUE, Span};
use domain::delivery::read::sides::{self, SideCalls, Sides};
use domain::source::{SourceState, StateReason};
use entity::source;

use crate::panel::chart::{self, Chart, ChartSlot, ChartWords, Series};
use crate::panel::message_query::BY_DURATION;
use crate::panel::{PageContext, choice};

/// Fewer calls prove nothing.
const FEWEST: i64 = 10;
/// Percentage of failed calls from which a side is marked. Messages flow nevertheless: a side that does not answer at all
/// has a card of its own.
const NOTABLE: i64 = 5;
/// A side that answers, and has not failed for this long, works again: what it did before in this hour is over.
const OVER: i64 = 10 * MINUTE;
/// After this long it is said in grey: there is nothing to do about it.
const QUIET: i64 = MINUTE;

/// The figures of one side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SideFigures {
    /// A messenger's icon.
    pub mark: String,
    pub name: String,
    pub calls: Option<SideCalls>,
    /// Percentage of failed calls.
    pub errors: String,
    /// Messages received from it. A messenger that only receives messages has no calls, but is in use.
    pub received: i64,
    /// Some of its calls failed.
    pub is_troubled: bool,
    /// It works again: nothing has failed for a while.
    pub is_past: bool,
    /// It does not answer.
    pub is_away: bool,
}

impl SideFigures {
    fn of(page: &PageContext, name: String, calls: Option<SideCalls>) -> Self {
        let is_troubled = calls.as_ref().is_some_and(|calls| is_notable(calls) && !is_over(calls, page.now, OVER));
        let is_past = calls.as_ref().is_some_and(|calls| is_over(calls, page.now, QUIET));
        let tenths = calls.as_ref().map_or(0, |calls| calls.failed * 1000 / calls.count().max(1));
        let errors = f64::from(i32::try_from(tenths).unwrap_or(1000)) / 10.0;
        let errors = page.decimal(&errors, usize::from(tenths > 0 && tenths < 100));
        Self { mark: String::new(), name, calls, errors, received: 0, is_troubled, is_past, is_away: false }
    }

    /// The tone of its tile; empty if there is no problem.
    pub fn tone(&self) -> &'static str {
        tone(self.is_troubled, self.is_away)
    }
}

fn is_notable(calls: &SideCalls) -> bool {
    calls.count() >= FEWEST && calls.failed * 100 >= calls.count() * NOTABLE
}

/// Calls have been answered since the last failure, and none has failed for a while.
fn is_over(calls: &SideCalls, now: i64, quiet: i64) -> bool {
    calls.failed_at.is_some_and(|failed| now - failed >= quiet && calls.answered_at > Some(failed))
}

/// All sides, as the page shows them.
pub(super) struct SideList {
    /// From when on, milliseconds since 1970.
    pub since: i64,
    /// From the acceptance of a message to its first call.
    pub delay: Option<i64>,
    pub crm: SideFigures,
    pub messengers: Vec<SideFigures>,
    /// How long the oldest letter has been waiting; `None` if none waits.
    pub oldest: Option<i64>,
}

/// `states`: those of the account's sources.
pub(super) fn sides(
    page: &PageContext,
    read: Sides,
    sources: &[source::Model],
    states: &[SourceState],
    figures: &Figures,
    is_crm_away: bool,
) -> SideList {
    let since = sides::begin(page.now);
    let mut kinds: BTreeMap<&str, (bool, i64)> =
        read.messengers.keys().map(|kind| (kind.as_str(), (false, 0))).collect();
    for (source, state) in sources.iter().zip(states) {
        let (is_away, received) = kinds.entry(&source.kind).or_default();
        *is_away |= state.reason == Some(StateReason::MessengerUnreachable);
        *received += figures.came_since(source.id, since);
    }
    let messengers = kinds.iter().map(|(kind, (is_away, received))| {
        let name = page.words.text_of("connector-", kind).to_string();
        let side = SideFigures::of(page, name, read.messengers.get(*kind).cloned());
        SideFigures { mark: page.mark(kind), received: *received, is_away: *is_away, ..side }
    });
    let messengers = messengers.collect();
    let crm = SideFigures::of(page, page.crm.to_owned(), read.crm);
    SideList {
        since,
        delay: read.delay.percentile(95),
        crm: SideFigures { is_away: is_crm_away, ..crm },
        messengers,
        oldest: figures.oldest(),
    }
}

impl SideList {
    /// Those that had something to do, or do not answer.
    pub fn used(&self) -> impl Iterator<Item = &SideFigures> {
        self.all().filter(|side| side.calls.is_some() || side.received > 0 || side.is_away)
    }

    /// amoCRM first.
    fn all(&self) -> impl Iterator<Item = &SideFigures> {
        std::iter::once(&self.crm).chain(&self.messengers)
    }

    /// How many of [`SideList::troubled`] still are.
    pub fn failing(&self, explained: &[String]) -> usize {
        self.troubled(explained).iter().filter(|side| !side.is_past).count()
    }

    /// Sides with a notable share of failed calls, without those that another card explains.
    pub fn troubled(&self, explained: &[String]) -> Vec<&SideFigures> {
        self.all().filter(|side| side.is_troubled && !side.is_away && !explained.contains(&side.name)).collect()
    }
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
    /// `warn`, `bad`; `note` if the note alone tells of a problem; empty if there is none.
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
        time(page, figures, source),
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
            |_| false,
        ),
        href: choice::address("/panel/messages", &[("source", source)]),
        label,
    }
}

fn delivered(page: &PageContext, slots: &[FiguresSlot]) -> Tile {
    let label = page.words.text("figure-delivered");
    // A message that waits for long is not delivered, whatever becomes of it.
    let share = |delivered: i64, not: i64| (delivered + not > 0).then(|| delivered * 1000 / (delivered + not));
    let not = |slot: &FiguresSlot| slot.flow.failed + slot.overdue;
    let values: Vec<Option<i64>> = slots.iter().map(|slot| share(slot.delivered, not(slot))).collect();
    let all = share(slots.iter().map(|slot| slot.delivered).sum(), slots.iter().map(not).sum());
    let note = match slots.iter().map(|slot| slot.overdue).sum::<i64>() {
        0 => page.words.text("figure-delivered-goal").with("percent", DELIVERED[0] / 10),
        overdue => {
            let note = page.words.text("figure-delivered-overdue").with("count", overdue);
            note.with("delay", page.duration(&OVERDUE))
        }
    };
    Tile {
        value: all.map_or_else(|| "–".to_owned(), |share| percent(page, share)),
        note,
        tone: all.map_or("", |share| tone(share < DELIVERED[0], share < DELIVERED[1])),
        spark: chart::spark(
            &values,
            SHARES_FROM,
            Some(DELIVERED[0]),
            &sentence(page, &label, &values, |share| percent(page, share)),
            |share| share < DELIVERED[0],
        ),
        href: String::new(),
        label,
    }
}

fn time(page: &PageContext, figures: &Figures, source: &str) -> Tile {
    let label = page.words.text("figure-time");
    let values: Vec<Option<i64>> =
        figures.times_by_hour().into_iter().map(|times| times.map(|times| times.most)).collect();
    let all = figures.times().map(|times| times.most);
    Tile {
        value: all.map_or_else(|| "–".to_owned(), |most| page.duration(&most)),
        note: page.words.text("figure-time-goal").with("delay", page.duration(&TIME[0])),
        tone: all.map_or("", |most| tone(most > TIME[0], most > TIME[1])),
        spark: chart::spark(
            &values,
            0,
            Some(TIME[0]),
            &sentence(page, &label, &values, |most| page.duration(&most)),
            |most| most > TIME[0],
        ),
        href: choice::address("/panel/messages", &[("source", source), ("period", "24h"), ("sort", BY_DURATION)]),
        label,
    }
}

fn failed(page: &PageContext, figures: &Figures, slots: &[FiguresSlot], source: &str) -> Tile {
    let label = page.words.text("figure-undelivered");
    let values: Vec<Option<i64>> = slots.iter().map(|slot| Some(slot.flow.failed)).collect();
    let count = figures.undelivered();
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
        spark: chart::spark(
            &values,
            0,
            None,
            &sentence(page, &label, &values, |value| number(page, value)),
            |failed| failed > 0,
        ),
        href: choice::address("/panel/undelivered", &[("source", source)]),
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
    // Noon, so that the date is the same in every time zone.
    let name = |at: i64| if by_hour { page.when(&at).clock() } else { page.when(&(at + DAY / 2)).date() };
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
