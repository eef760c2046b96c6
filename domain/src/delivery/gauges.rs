//! The state of the queue at intervals: as metrics, so that a scrape reads numbers and does not query the database, and
//! whether the ledger balances.
//!
//! Every process reports the whole database, so dashboards must take the maximum over all processes, not the sum.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use base::message::{Direction, day_of};
use base::store::VENDOR;
use chrono::TimeDelta;
use entity::tenant;
use queue::{LedgerGap, QueueStats};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use serde_json::json;
use uuid::Uuid;

use super::DeliveryContext;
use crate::alert::{self, Alarm};

/// Interval between two reads.
pub const EVERY: Duration = Duration::from_secs(15);
/// Reads take at most one part in this many of the time.
const SHARE: u32 = 50;
/// All states, so that one without letters reports 0.
const STATES: [&str; 4] = ["due", "leaving", "later", HELD];
const HINDRANCES: [&str; 4] = ["rate", "wait", "breaker", HELD];
const HELD: &str = "held";

/// A letter that could be sent and is not for this long needs attention, and for this long is an outage.
pub const WAITED: [TimeDelta; 2] = [TimeDelta::minutes(5), TimeDelta::minutes(30)];

/// What waits in the whole queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Letters that could be sent now or are delayed, without held ones.
    pub letters: i64,
    /// Letters that wait for a person or a repair.
    pub held: i64,
    /// When the oldest of `letters` was accepted, milliseconds since 1970.
    pub since: Option<i64>,
}

impl Waiting {
    /// The sum of what [`Queue::standing`] found.
    pub fn of(standing: &[QueueStats]) -> Self {
        let of = |is_held: bool| standing.iter().filter(move |one| (one.state == HELD) == is_held);
        Self {
            letters: of(false).map(|one| one.letters).sum(),
            held: of(true).map(|one| one.letters).sum(),
            since: of(false).map(|one| one.accepted_at).min(),
        }
    }

    /// How long the oldest of `letters` has waited at this time, milliseconds.
    pub fn age(&self, now: i64) -> i64 {
        self.since.map_or(0, |since| Ord::max(now - since, 0))
    }
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
        app.queue.blocked().await?.into_iter().map(|one| (one.why, one.targets)).collect();
    for by in HINDRANCES {
        let targets = hindered.get(by).copied().unwrap_or(0);
        metrics::gauge!("parom_targets_hindered", "by" => by).set(whole(targets));
    }
    let waiting = Waiting::of(&standing);
    *app.waiting.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(waiting);
    Ok(waiting)
}

/// Converts a count to a gauge value.
#[expect(clippy::as_conversions, reason = "a gauge is a float; counts of rows fit into its 53 bits")]
fn whole(count: i64) -> f64 {
    count as f64
}

/// Kind of the vendor's alert, one per source and direction.
pub const BALANCE_ALARM: &str = "vendor_gap";
/// Accounts checked in one read.
const PAGE: u64 = 200;
/// Pause between two pages, so that a round puts little load on the database.
const BETWEEN_PAGES: Duration = Duration::from_millis(200);
/// Days of acceptance that are checked. No letter waits longer than a week, so older days no longer change.
const DAYS: i32 = 9;

/// A round, unless the server stops meanwhile; an error is left to the next.
pub async fn watch_balance(app: Arc<DeliveryContext>) {
    if let Some(Err(error)) = app.stop.run_until_cancelled(check_balance(&app)).await {
        tracing::warn!(%error, "the ledger could not be checked; it will be retried");
    }
}

/// Checks all accounts once and returns how many messages are missing or surplus. Afterwards every difference has an
/// open alert, and alerts of differences that are gone are resolved.
pub async fn check_balance(app: &DeliveryContext) -> anyhow::Result<i64> {
    let since = day_of(app.clock.millis()) - DAYS;
    let mut sums: BTreeMap<i16, i64> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let mut after = None;
    loop {
        let page = page(app, after).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.tenant_id);
        let ids: Vec<Uuid> = page.iter().map(|tenant| tenant.tenant_id).collect();
        for gap in app.queue.gaps(&ids, since).await? {
            *sums.entry(gap.direction).or_default() += gap.missing().abs();
            seen.insert(alert::key(BALANCE_ALARM, &object(&gap)));
            if let Some(tenant) = page.iter().find(|tenant| tenant.tenant_id == gap.tenant_id) {
                raise(app, tenant, &gap).await?;
            }
        }
        if u64::try_from(page.len()).unwrap_or(0) < PAGE {
            break;
        }
        tokio::time::sleep(BETWEEN_PAGES).await;
    }
    for open in alert::open(app.store.read(), VENDOR).await? {
        if let (Some(object), false) = (open.key.strip_prefix("vendor_gap:"), seen.contains(&open.key)) {
            alert::resolve(app, app.store.write(), VENDOR, BALANCE_ALARM, object).await?;
        }
    }
    for direction in [Direction::ToCrm, Direction::ToMessenger] {
        let missing = sums.get(&direction.number()).copied().unwrap_or(0);
        metrics::gauge!("parom_ledger_gap", "direction" => direction.word())
            .set(f64::from(i32::try_from(missing).unwrap_or(i32::MAX)));
    }
    Ok(sums.values().sum())
}

async fn page(app: &DeliveryContext, after: Option<Uuid>) -> anyhow::Result<Vec<tenant::Model>> {
    let page = tenant::Entity::find()
        .order_by_asc(tenant::Column::TenantId)
        .limit(PAGE)
        .apply_if(after, |page, after| page.filter(tenant::Column::TenantId.gt(after)));
    Ok(page.all(app.store.read()).await?)
}

fn object(gap: &LedgerGap) -> String {
    format!("{}:{}", gap.source_id, gap.direction)
}

async fn raise(app: &DeliveryContext, tenant: &tenant::Model, gap: &LedgerGap) -> anyhow::Result<()> {
    let source = app.lookup.source(gap.source_id).await?;
    let source = source.map_or_else(|| gap.source_id.to_string(), |source| source.name.clone());
    let LedgerGap { accepted, delivered, failed, waiting, .. } = *gap;
    let missing = gap.missing();
    tracing::error!(tenant.id = %gap.tenant_id, source.id = %gap.source_id, missing, accepted, delivered, failed, waiting, "the ledger does not add up");
    let detail = json!({
        "gap": missing, "source": source, "host": tenant.host, "tenant_id": gap.tenant_id.to_string(),
        "accepted": accepted, "delivered": delivered, "failed": failed, "waiting": waiting,
    });
    let alarm = Alarm { tenant_id: VENDOR, kind: BALANCE_ALARM, object: &object(gap), source_id: None, detail };
    alert::raise(app, app.store.write(), alarm).await?;
    Ok(())
}
