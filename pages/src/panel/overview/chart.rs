//! The chart of messages in a period – hours or days.

use base::i18n::Words;
use domain::delivery::read::figures::{Figures, FiguresSlot, Flow, Span};

use crate::panel::PageContext;
use crate::panel::chart::{Chart, ChartSlot, ChartWords, Series};

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
mod tests {
    use base::i18n::Language;

    use super::*;

    #[test]
    fn failed_messages_are_drawn_once_and_counted_in_their_direction_too() {
        let flow = Flow { came: 3, went: 5, failed: 2, failed_in: 1 };
        let slot = flow_slot(Words::new(Language::En), "14:00".to_owned(), flow);
        assert_eq!((slot.parts, slot.counts), (vec![2, 4, 2], vec![3, 5, 2]));
        let said = slot.said.replace('\u{a0}', " ");
        assert_eq!(said, "14:00: 3 from customers, 5 to customers, 2 undelivered");
    }
}
