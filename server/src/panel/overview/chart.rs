//! The chart of a period – hours or days – and the same figures as a table.

use base::i18n::Words;

use crate::delivery::read::figures::{Figures, FiguresSlot, Flow, Span};
use crate::panel::PageContext;
use crate::panel::plot::{self, Bar, Plot};

/// One hour or one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChartRow {
    /// `14:00`, `18 Nov`
    pub name: String,
    pub flow: Flow,
}

/// A chart with its axis and table.
pub struct Chart {
    pub plot: Plot,
    /// Labels below the chart, at equal distances.
    pub ticks: Vec<String>,
    /// Newest first, without empty ones.
    pub rows: Vec<ChartRow>,
    /// The chart shows hours instead of days.
    pub by_hour: bool,
}

/// The chart of an account's or a source's figures.
pub fn chart(page: &PageContext, figures: &Figures, span: Span) -> Chart {
    let by_hour = span == Span::Hours;
    let name = |at: i64| if by_hour { page.when(&at).clock() } else { page.when(&at).date() };
    chart_of(page.words, &figures.slots(span), by_hour, name)
}

/// The chart of slots, oldest first; `name` names the slot that begins at a time.
pub fn chart_of(words: Words, slots: &[FiguresSlot], by_hour: bool, name: impl Fn(i64) -> String) -> Chart {
    let all: Vec<ChartRow> = slots.iter().map(|slot| ChartRow { name: name(slot.at), flow: slot.flow }).collect();
    let bars: Vec<Bar> = all
        .iter()
        .map(|ChartRow { name, flow }| Bar {
            came: flow.came,
            went: flow.went,
            failed: flow.failed,
            failed_in: flow.failed_in,
            said: words
                .text("chart-values")
                .with("when", name.as_str())
                .with("came", flow.came)
                .with("went", flow.went)
                .with("failed", flow.failed)
                .to_string(),
        })
        .collect();
    let total = all.iter().fold(Flow::default(), |sum, row| sum.and(row.flow));
    let busiest = all.iter().max_by_key(|row| row.flow.all());
    let title = words
        .text(if by_hour { "chart-alt-hours" } else { "chart-alt-days" })
        .with("came", total.came)
        .with("went", total.went)
        .with("failed", total.failed)
        .with("most", busiest.map_or(0, |row| row.flow.all()))
        .with("when", busiest.map(|row| row.name.clone()).unwrap_or_default())
        .to_string();
    // A label every six hours or days; for a week, every day.
    let apart = if all.len() > 7 { 6 } else { 1 };
    Chart {
        plot: plot::bars(&bars, &title),
        ticks: all.iter().step_by(apart).map(|row| row.name.clone()).collect(),
        rows: all.into_iter().rev().filter(|row| row.flow.all() > 0).collect(),
        by_hour,
    }
}
