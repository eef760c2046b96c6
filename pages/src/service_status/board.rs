//! The state of all parts, read at most once in some seconds however often it is asked for.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;

use super::StatusContext;
use super::judge::{Kind, Part, PartName, PartState, Seen, judge};

/// For how long a state is kept, in milliseconds.
const KEPT: i64 = 5_000;
/// A database that does not answer within this time does not work.
const ANSWERS_WITHIN: Duration = Duration::from_secs(2);

/// The parts at a moment.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Milliseconds since 1970.
    pub at: i64,
    pub parts: Arc<[Part]>,
}

impl Snapshot {
    /// The worst state of a part.
    pub fn worst(&self) -> PartState {
        self.parts.iter().map(|part| part.state).max().unwrap_or(PartState::Works)
    }
}

/// The last state, and since when parts do not work as this process has seen it.
#[derive(Default)]
pub struct Board(Mutex<Remembered>);

#[derive(Default)]
struct Remembered {
    last: Option<Snapshot>,
    since: BTreeMap<PartName, i64>,
}

impl Board {
    /// The state, at most some seconds old. Concurrent callers wait for one read.
    pub(super) async fn look(&self, app: &StatusContext) -> Snapshot {
        let mut remembered = self.0.lock().await;
        let now = app.clock.millis();
        if let Some(last) = remembered.last.as_ref().filter(|last| (last.at..last.at + KEPT).contains(&now)) {
            return last.clone();
        }
        let mut parts = judge(&seen(app).await, &kinds(app), now);
        for part in &mut parts {
            if part.state == PartState::Works {
                remembered.since.remove(&part.name);
                part.since = None;
            } else {
                let first = part.since.unwrap_or(now);
                part.since = Some(*remembered.since.entry(part.name.clone()).or_insert(first));
            }
        }
        let snapshot = Snapshot { at: now, parts: parts.into() };
        remembered.last = Some(snapshot.clone());
        snapshot
    }
}

/// What this process sees now, with one statement.
async fn seen(app: &StatusContext) -> Seen {
    let pools = if app.store.is_open() {
        match tokio::time::timeout(ANSWERS_WITHIN, app.queue.pool_health()).await {
            Ok(Ok(pools)) => Some(pools),
            Ok(Err(error)) => {
                tracing::warn!(%error, "the state of the service cannot be read");
                None
            }
            Err(_) => None,
        }
    } else {
        None
    };
    Seen { pools, read_only: app.is_read_only(), spools: app.spool.is_there() }
}

/// The kinds that a channel has, with their pools.
fn kinds(app: &StatusContext) -> Vec<Kind> {
    let all = app.integrations.all();
    let has =
        |kind: &str| all.iter().flat_map(|one| &one.channels).any(|one| one.connectors.iter().any(|it| it == kind));
    let kinds = app.connectors.kinds().filter(|kind| has(kind)).filter_map(|kind| app.connectors.get(kind));
    let own = connectors::webchat::KIND.name;
    kinds.map(|one| Kind { name: one.kind(), pool: one.pool(), is_ours: one.kind() == own }).collect()
}
