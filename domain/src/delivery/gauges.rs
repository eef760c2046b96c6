//! Publishes queue state as metrics at intervals, so that a scrape reads numbers and does not query the database.
//!
//! Every process reports the whole database, so dashboards must take the maximum over all processes, not the sum.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use base::message::Direction;
use chrono::TimeDelta;
use sea_orm::DbErr;

use crate::delivery::DeliveryContext;

/// Interval between two reads.
pub const EVERY: Duration = Duration::from_secs(15);
/// Reads take at most one part in this many of the time.
const SHARE: u32 = 50;
/// All states, so that one without letters reports 0.
const STATES: [&str; 4] = ["due", "leaving", "later", "held"];
const HINDRANCES: [&str; 4] = ["rate", "wait", "breaker", "held"];

/// A letter that could be sent and is not for this long needs attention, and for this long is an outage.
pub const WAITED: [TimeDelta; 2] = [TimeDelta::minutes(5), TimeDelta::minutes(30)];

/// What waits in the whole queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Letters that could be sent now or are delayed, without held ones.
    pub letters: i64,
    /// Letters that wait for a person or a repair.
    pub held: i64,
    /// How long the longest waiting letter that could be sent has been due, milliseconds.
    pub age: i64,
}

/// What waited when this process last read the queue.
#[derive(Debug, Default)]
pub struct LastWaiting(Mutex<Option<Waiting>>);

/// What waits, as read within the last seconds; with a very large backlog within the last minutes.
pub async fn waiting(app: &DeliveryContext) -> Result<Waiting, DbErr> {
    let last = *app.waiting.0.lock().unwrap_or_else(PoisonError::into_inner);
    match last {
        Some(waiting) => Ok(waiting),
        None => look(app).await,
    }
}

/// Publishes the gauges. After a read that took long it rests, so that reads become rare with a backlog of a million lanes.
pub async fn publish(app: Arc<DeliveryContext>) {
    let began = Instant::now();
    if let Err(error) = look(&app).await {
        tracing::debug!(%error, "the queue's statistics could not be read");
    }
    let rest = (began.elapsed() * SHARE).saturating_sub(EVERY);
    app.stop.run_until_cancelled(tokio::time::sleep(rest)).await;
}

/// Reads the state and publishes it once.
pub async fn look(app: &DeliveryContext) -> Result<Waiting, DbErr> {
    let now = app.store.now().await?;
    let standing = app.queue.standing().await?;
    for direction in [Direction::ToCrm, Direction::ToMessenger] {
        let of = |state: &str| standing.iter().find(|one| one.direction == direction.number() && one.state == state);
        for state in STATES {
            let letters = of(state).map_or(0, |one| one.letters);
            metrics::gauge!("parom_letters", "direction" => direction.word(), "state" => state).set(whole(letters));
        }
        let age = of("due").map_or(0, |one| (now - one.oldest_at).max(0));
        metrics::gauge!("parom_queue_age_seconds", "direction" => direction.word()).set(whole(age) / 1000.0);
    }
    let hindered: BTreeMap<String, i64> =
        app.queue.blocked().await?.into_iter().map(|one| (one.by, one.targets)).collect();
    for by in HINDRANCES {
        let targets = hindered.get(by).copied().unwrap_or(0);
        metrics::gauge!("parom_targets_hindered", "by" => by).set(whole(targets));
    }
    let of = |states: &[&str]| standing.iter().filter(|one| states.contains(&one.state.as_str())).collect::<Vec<_>>();
    let waiting = Waiting {
        letters: of(&["due", "leaving", "later"]).iter().map(|one| one.letters).sum(),
        held: of(&["held"]).iter().map(|one| one.letters).sum(),
        age: of(&["due"]).iter().map(|one| (now - one.oldest_at).max(0)).max().unwrap_or(0),
    };
    *app.waiting.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(waiting);
    Ok(waiting)
}

/// Converts a count to a gauge value.
#[expect(clippy::as_conversions, reason = "a gauge is a float; counts of rows fit into its 53 bits")]
fn whole(count: i64) -> f64 {
    count as f64
}
