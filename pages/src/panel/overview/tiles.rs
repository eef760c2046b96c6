//! Four figures of the last 24 hours, each with hourly values and a threshold.

use base::i18n::Sentence;
use chrono::TimeDelta;
use domain::delivery::read::figures::{Figures, FiguresSlot, Span};

use crate::panel::{PageContext, choice, plot};

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
fn said(page: &PageContext, label: &Sentence, values: &[Option<i64>], shown: impl Fn(i64) -> String) -> String {
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
        spark: plot::spark(
            &values,
            0,
            Some(usual / 24).filter(|hourly| *hourly > 0),
            &said(page, &label, &values, |value| number(page, value)),
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
        spark: plot::spark(
            &values,
            SHARES_FROM,
            Some(DELIVERED[0]),
            &said(page, &label, &values, |share| percent(page, share)),
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
        spark: plot::spark(&values, 0, Some(TIME[0]), &said(page, &label, &values, |most| page.duration(&most))),
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
        spark: plot::spark(&values, 0, None, &said(page, &label, &values, |value| number(page, value))),
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
