//! How an endpoint does, as a chart and in figures: the last 24 hours by hour, or seven days by day.

use base::error::Result;
use base::i18n::{Sentence, Words};
use base::millis::HOUR;
use chrono::{Days, NaiveDate};
use entity::source;

use super::WebhookState;
use crate::delivery::read::endpoint::{self, EndpointFigures, EndpointRange, NextAttempt, QuarterAttempts};
use crate::panel::chart::{ChartSlot, ChartWords, Series};
use crate::panel::{Chart, PageContext, PanelContext};

/// The value of the query parameter for seven days; anything else is 24 hours.
pub(super) const WEEK: &str = "7";
const DAYS: u64 = 7;
const HOURS: i64 = 24;

/// What the page shows of it.
pub(super) struct EndpointView {
    pub chart: Chart,
    /// Seven days are shown.
    pub is_week: bool,
    pub delivered: Sentence,
    pub attempts: Sentence,
    pub failed: Sentence,
    /// Some attempts failed.
    pub is_failing: bool,
    /// Median and 95th percentile of its answers.
    pub answers: Option<(String, String)>,
    /// `<time>` or words.
    pub last_success: String,
    /// When the next attempt is, or that nothing waits, with markup.
    pub next: String,
    /// Only the newest attempts are counted: since when.
    pub cut: Option<Sentence>,
}

/// Attempts of one hour or one day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct SlotAttempts {
    accepted: i64,
    failed: i64,
}

impl SlotAttempts {
    fn of<'read>(quarters: impl Iterator<Item = &'read QuarterAttempts>) -> Self {
        quarters.fold(Self::default(), |sum, quarter| Self {
            accepted: sum.accepted + quarter.accepted,
            failed: sum.failed + quarter.attempts - quarter.accepted,
        })
    }

    const fn all(self) -> i64 {
        self.accepted + self.failed
    }
}

pub(super) async fn of(
    app: &PanelContext,
    page: &PageContext,
    source: &source::Model,
    state: WebhookState,
    is_week: bool,
) -> Result<EndpointView> {
    let now = app.clock.millis();
    let days = days(page.zone.date_of(now));
    let first_hour = now / HOUR - HOURS + 1;
    let week_from = days.first().map_or(now, |day| page.day_begins(*day));
    let range = EndpointRange {
        tenant_id: source.tenant_id,
        source_id: source.id,
        counted_from: week_from,
        timed_from: if is_week { week_from } else { first_hour * HOUR },
    };
    let figures = endpoint::read(&app.delivery, range).await?;
    let within =
        |is_in: &dyn Fn(i64) -> bool| SlotAttempts::of(figures.quarters.iter().filter(|quarter| is_in(quarter.at())));
    let slots: Vec<(String, SlotAttempts)> = if is_week {
        let of_day =
            |day: &NaiveDate| (page.when(&page.day_begins(*day)).date(), within(&|at| page.zone.date_of(at) == *day));
        days.iter().map(of_day).collect()
    } else {
        let of_hour = |hour: i64| (page.when(&(hour * HOUR)).clock(), within(&|at| at / HOUR == hour));
        (first_hour..first_hour + HOURS).map(of_hour).collect()
    };
    Ok(view(page, &figures, state, is_week, slots))
}

/// Seven days that end with this one.
fn days(today: NaiveDate) -> Vec<NaiveDate> {
    (0..DAYS).rev().filter_map(|back| today.checked_sub_days(Days::new(back))).collect()
}

fn view(
    page: &PageContext,
    figures: &EndpointFigures,
    state: WebhookState,
    is_week: bool,
    slots: Vec<(String, SlotAttempts)>,
) -> EndpointView {
    let words = page.words;
    let total = slots.iter().fold(SlotAttempts::default(), |sum, (_, slot)| SlotAttempts {
        accepted: sum.accepted + slot.accepted,
        failed: sum.failed + slot.failed,
    });
    let counted = words.text(if is_week { "webhooks-chart-days" } else { "webhooks-chart-hours" });
    let about = ChartWords {
        title: counted.with("accepted", total.accepted).with("failed", total.failed).to_string(),
        caption: words.text("webhooks-chart"),
        slot: words.text(if is_week { "overview-day" } else { "overview-hour" }),
    };
    let series = vec![
        Series { class: "out", label: words.text("webhooks-accepted") },
        Series { class: "failed", label: words.text("webhooks-failed") },
    ];
    let slots = slots.into_iter().map(|(name, attempts)| slot(words, name, attempts)).collect();
    EndpointView {
        chart: Chart::of(words, about, series, slots).newest_first(),
        is_week,
        delivered: words.text("common-number").with("number", total.accepted),
        attempts: words.text("attempts-title").with("count", total.all()),
        failed: words.text("common-number").with("number", total.failed),
        is_failing: total.failed > 0,
        answers: figures.answers.map(|times| (page.duration(&times.median), page.duration(&times.most))),
        last_success: match figures.last_success() {
            Some(at) => page.time(&at),
            None => words.text("webhooks-last-none").to_string(),
        },
        next: match figures.next {
            _ if state == WebhookState::Suspended => words.text("webhooks-next-held").to_string(),
            NextAttempt::Held => words.text("webhooks-next-held").to_string(),
            NextAttempt::None => words.text("health-nothing-waiting").to_string(),
            NextAttempt::At(at) => format!("{}: {}", words.text("webhooks-next"), page.due(&at)),
        },
        cut: figures.counted_since().map(|since| {
            words.text("webhooks-cut").with("count", endpoint::MOST).with("stamp", page.when(&since).stamp())
        }),
    }
}

fn slot(words: Words, name: String, attempts: SlotAttempts) -> ChartSlot {
    let said = words.text("webhooks-chart-values").with("when", name.as_str());
    let said = said.with("accepted", attempts.accepted).with("failed", attempts.failed).to_string();
    let counts = vec![attempts.accepted, attempts.failed];
    ChartSlot { name, parts: counts.clone(), counts, said }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_ends_with_today() {
        let today = NaiveDate::from_ymd_opt(2026, 3, 2).unwrap();
        let days = days(today);
        assert_eq!((days.len(), days[0].to_string(), days[6]), (7, "2026-02-24".to_owned(), today));
    }
}
