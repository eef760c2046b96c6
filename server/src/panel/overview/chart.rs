//! The chart of a period – hours or days – and the same figures as a table.

use crate::delivery::read::figures::{Figures, Flow, Slot, Span};
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

pub fn chart(page: &PageContext, figures: &Figures, span: Span) -> Chart {
    let words = page.words;
    let by_hour = span == Span::Hours;
    let slots = figures.slots(span);
    let all: Vec<ChartRow> = slots.iter().map(|slot| row(page, slot, by_hour)).collect();
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

fn row(page: &PageContext, slot: &Slot, by_hour: bool) -> ChartRow {
    let when = page.when(&slot.at);
    ChartRow { name: if by_hour { when.clock() } else { when.date() }, flow: slot.flow }
}
