//! The sources in a table: state, messages of the period, delivery time, last message.

use base::message::day_of;
use domain::delivery::read::figures::{Figures, Flow, LastMessage, Span};
use domain::source::SourceState;
use entity::source;

use crate::panel::PageContext;
use crate::panel::choice;

/// One source.
pub(super) struct SourceRow {
    pub id: String,
    pub name: String,
    pub badge: String,
    pub flow: Flow,
    /// Link to the failed messages of the period.
    pub failed_href: String,
    /// Median and 95th percentile; empty without delivered messages.
    pub times: Option<(String, String)>,
    /// `<time>`, a date, or a dash.
    pub last: String,
}

pub(super) struct SourceTable {
    pub rows: Vec<SourceRow>,
    /// Messages of the period that belong to deleted sources; `None` if there are none.
    pub deleted: Option<Flow>,
}

pub(super) fn of(
    page: &PageContext,
    figures: &Figures,
    span: Span,
    sources: &[source::Model],
    states: &[SourceState],
) -> SourceTable {
    let mut flows = figures.by_source(span);
    let period = match span {
        Span::Hours => "24h".to_owned(),
        Span::Days(count) => choice::date_of(day_of(page.now) - count + 1),
    };
    let mut rows: Vec<SourceRow> = sources
        .iter()
        .zip(states)
        .map(|(source, state)| {
            let id = source.id.to_string();
            let filters = [("state", "failed"), ("source", &*id), ("period", &period)];
            SourceRow {
                failed_href: choice::address("/panel/messages", &filters),
                id,
                name: source.name.clone(),
                badge: page.badge(
                    super::problems::tone(state.status),
                    page.words.text_of("source-state-", state.status.as_str()).with("crm", page.crm),
                ),
                flow: flows.remove(&source.id).unwrap_or_default(),
                times: figures
                    .times_of(source.id)
                    .map(|times| (page.duration(&times.median), page.duration(&times.most))),
                last: match figures.last_of(source.id) {
                    LastMessage::At(at) => page.time(&at),
                    // Noon, so that the date is the same in every time zone.
                    LastMessage::OnDay(at) => page.when(&(at + base::millis::DAY / 2)).date(),
                    LastMessage::None => "–".to_owned(),
                },
            }
        })
        .collect();
    // The busiest first, then by name.
    rows.sort_by_key(|row| (std::cmp::Reverse(row.flow.all()), row.name.to_lowercase()));
    let deleted = flows.into_values().reduce(Flow::and);
    SourceTable { rows, deleted }
}
