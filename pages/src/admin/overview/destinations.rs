//! Where messages go: amoCRM by each integration, and each kind of messenger, with what waits, what fails and how long calls
//! take.

use domain::delivery::slots::{CallFigures, CallReport};
use domain::tenant::AMOJO;
use std::collections::BTreeMap;

use base::error::Result;
use base::i18n::{Words, duration};
use queue::PoolHealth;

use super::super::states::StateBadge;
use super::number;
use crate::panel::{PanelContext, Tone};
use crate::service_status::{PartState, of_pool};

/// One row.
pub(super) struct DestinationRow {
    pub name: String,
    pub state: StateBadge,
    /// Since when the oldest letter that could be sent has waited.
    pub due_since: Option<i64>,
    /// Accounts' channels or sources that were called lately and fail, of all that were called.
    pub failing: String,
    /// Calls of all processes that failed, of all.
    pub errors: String,
    /// How long 95 of 100 of them took in the slowest process.
    pub within: String,
}

/// All destinations that have a source or a channel.
pub(super) async fn all(app: &PanelContext, words: Words, report: &CallReport) -> Result<Vec<DestinationRow>> {
    let now = app.clock.millis();
    let recent = &report.calls;
    let mut rows: BTreeMap<String, PoolHealth> = BTreeMap::new();
    for pool in recent.keys() {
        rows.insert(pool.clone(), PoolHealth { pool: pool.clone(), ..PoolHealth::default() });
    }
    rows.extend(app.queue.pool_health().await?.into_iter().map(|one| (one.pool.clone(), one)));
    Ok(rows.values().map(|one| row(app, words, one, recent.get(&one.pool), now)).collect())
}

fn row(app: &PanelContext, words: Words, one: &PoolHealth, calls: Option<&CallFigures>, now: i64) -> DestinationRow {
    let (state, _) = of_pool(one, now);
    let tone = match state {
        PartState::Works => Tone::Ok,
        PartState::Degraded => Tone::Warn,
        PartState::Down => Tone::Bad,
    };
    let of = |part: i64, whole: i64| {
        words
            .text("admin-destination-of")
            .with("part", number(words, part))
            .with("whole", number(words, whole))
            .to_string()
    };
    let none = || "–".to_owned();
    DestinationRow {
        name: name(app, words, &one.pool),
        state: StateBadge { tone, text: words.text_of("status-is-", state.as_str()) },
        due_since: one.due_since,
        failing: if one.called > 0 { of(one.broken, one.called) } else { none() },
        errors: calls.map_or_else(none, |calls| of(calls.failed, calls.calls)),
        within: calls.map_or_else(none, |calls| within(words, calls.within)),
    }
}

/// Milliseconds below a second.
fn within(words: Words, millis: i64) -> String {
    if millis < 1_000 {
        return words.text("admin-milliseconds").with("number", millis).to_string();
    }
    duration(millis, words)
}

/// amoCRM with the name of the integration, or the kind of messenger.
fn name(app: &PanelContext, words: Words, pool: &str) -> String {
    if let Some(integration) = pool.strip_prefix(AMOJO) {
        let crm = app.integrations.named(integration).map_or("amoCRM", |one| one.platform.brand());
        return format!("{crm} · {integration}");
    }
    let mut kinds = app.connectors.kinds();
    let kind = kinds.find(|kind| app.connectors.get(kind).is_some_and(|one| one.pool() == pool));
    kind.map_or_else(|| pool.to_owned(), |kind| words.text_of("connector-", kind).to_string())
}
