//! Writes the outcomes of letters, retrying for as long as their leases last.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use base::message::day_of;
use base::store::is_node_away;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use sea_orm::DbErr;
use tokio::sync::{Notify, oneshot};
use uuid::Uuid;

use super::turnstile::Pass;
use super::{WriteErrorKind, WriterShard, kind, pause};
use crate::accept_batch::{AcceptBatch, ItemOutcome};
use crate::{Queue, SettledBatch, Settlement};

/// Size of one commit.
const BATCH: usize = 256;

/// A settlement, and the caller that waits to know whether its lease was valid.
type Settling = (Settlement, oneshot::Sender<bool>);

/// Settlements that wait to be written. Clones share one queue.
#[derive(Clone, Default)]
pub(super) struct Settlements {
    waiting: Arc<Mutex<VecDeque<Settling>>>,
    came: Arc<Notify>,
}

impl Settlements {
    pub async fn push(&self, settlement: Settlement) -> bool {
        let (answer, answered) = oneshot::channel();
        self.waiting().push_back((settlement, answer));
        self.came.notify_one();
        answered.await.unwrap_or(false)
    }

    pub fn len(&self) -> usize {
        self.waiting().len()
    }

    fn waiting(&self) -> MutexGuard<'_, VecDeque<Settling>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Vec<Settling> {
        let mut waiting = self.waiting();
        let count = waiting.len().min(BATCH);
        waiting.drain(..count).collect()
    }
}

/// Writes the settlements of a shard.
#[derive(Clone)]
pub(super) struct SettleWork {
    pub alive: Weak<[WriterShard]>,
    pub shard: WriterShard,
    pub queue: Queue,
    /// Notified when a letter may have become due.
    pub stored: Arc<Notify>,
}

impl SettleWork {
    /// Ends when the last [`super::Writer`] is gone and nothing waits.
    pub async fn run(self) {
        let Self { alive, shard, queue, stored } = self;
        let settlements = &shard.settlements;
        if queue.store().one_account_a_commit() {
            return run_by_account(alive, settlements, queue, stored).await;
        }
        loop {
            let pass = shard.turnstile.pass().await;
            let batch = settlements.take();
            if batch.is_empty() {
                drop(pass);
                if alive.strong_count() == 0 {
                    return;
                }
                let _ = tokio::time::timeout(Duration::from_secs(1), settlements.came.notified()).await;
                continue;
            }
            let (settlements, answers): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
            let done = settle_all(&queue, &settlements, false, pass).await;
            for (answer, good) in answers.into_iter().zip(done.valid) {
                let _ = answer.send(good);
            }
            if done.may_be_due {
                stored.notify_one();
            }
        }
    }
}

/// One commit per account, those of several accounts at once: where a node does not answer, the settlements of its
/// accounts are retried for as long as their leases last, and no others wait for them.
async fn run_by_account(alive: Weak<[WriterShard]>, settlements: &Settlements, queue: Queue, stored: Arc<Notify>) {
    let mut running = FuturesUnordered::new();
    loop {
        let mut accounts: BTreeMap<Uuid, Vec<Settling>> = BTreeMap::new();
        for one in settlements.take() {
            accounts.entry(one.0.claim.tenant_id).or_default().push(one);
        }
        running.extend(accounts.into_values().map(|some| settle_and_answer(&queue, some, &stored)));
        if running.is_empty() && settlements.len() == 0 && alive.strong_count() == 0 {
            return;
        }
        tokio::select! {
            Some(()) = running.next(), if !running.is_empty() => {}
            () = settlements.came.notified() => {}
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
        }
    }
}

async fn settle_and_answer(queue: &Queue, batch: Vec<Settling>, stored: &Notify) {
    let (settlements, answers): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
    let done = settle_all(queue, &settlements, false, None).await;
    for (answer, good) in answers.into_iter().zip(done.valid) {
        let _ = answer.send(good);
    }
    if done.may_be_due {
        stored.notify_one();
    }
}

/// Retries until the database stores them, each alone was refused for its content, or the last of their leases has
/// ended: from then on another process may hold the lane and resolves the outcome itself. `again`: an earlier attempt
/// may have committed. `pass`: of the shard, for the first attempt.
async fn settle_all(
    queue: &Queue,
    settlements: &[Settlement],
    mut again: bool,
    mut pass: Option<Pass>,
) -> SettledBatch {
    let mut tries: u32 = 0;
    loop {
        let error = match queue.settle_batch(settlements, again).await {
            Ok(done) => return done,
            Err(error) => error,
        };
        drop(pass.take());
        again = true;
        if kind(&error) == WriteErrorKind::Content {
            tracing::error!(%error, settlements = settlements.len(), "the database rejected a settlement");
            if settlements.len() == 1 {
                return lost(1);
            }
            let (left, right) = settlements.split_at(settlements.len() / 2);
            let mut done = Box::pin(settle_all(queue, left, again, None)).await;
            let right = Box::pin(settle_all(queue, right, again, None)).await;
            done.valid.extend(right.valid);
            done.may_be_due |= right.may_be_due;
            return done;
        }
        let now = queue.store().clock().millis();
        if settlements.iter().all(|one| one.claim.until <= now) {
            tracing::error!(%error, settlements = settlements.len(), "results of calls could not be stored before their leases expired; the next lease holders will resolve them");
            return lost(settlements.len());
        }
        tries += 1;
        if tries.is_power_of_two() {
            tracing::warn!(%error, tries, "settlements are being retried");
        }
        tokio::time::sleep(pause_after(&error, tries)).await;
    }
}

/// The outcomes of settlements that could not be stored.
fn lost(count: usize) -> SettledBatch {
    SettledBatch { valid: vec![false; count], may_be_due: true }
}

/// A node that is away is asked less often: each attempt occupies a connection, which other accounts need.
fn pause_after(error: &DbErr, tries: u32) -> Duration {
    if is_node_away(error) { Duration::from_millis(500) * tries.clamp(1, 6) } else { pause(tries) }
}

// Counts the bytes each account stored through this writer, until they are written to the database.

/// Bytes by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    pub messages: i64,
    /// Raw hooks and calls.
    pub hooks: i64,
}

/// The bytes that a batch adds once it is stored.
pub(super) struct Weighed {
    tenant_id: Uuid,
    day: i32,
    messages: Vec<i64>,
    hook: i64,
}

impl Weighed {
    pub fn of(batch: &AcceptBatch) -> Self {
        let length = |bytes: usize| i64::try_from(bytes).unwrap_or(i64::MAX);
        let came = batch.entries.first().map(|entry| entry.accepted_at);
        let at = came.or(batch.raw.as_ref().map(|raw| raw.received_at)).unwrap_or(0);
        Self {
            tenant_id: batch.tenant_id,
            day: day_of(at),
            messages: batch.entries.iter().map(|entry| length(entry.text_bytes())).collect(),
            hook: batch.raw.as_ref().map_or(0, |raw| length(raw.body.len() + raw.headers.len())),
        }
    }
}

/// Sums by account and day. Clones share the counts.
#[derive(Clone, Debug, Default)]
pub struct Tally(Arc<Mutex<HashMap<(Uuid, i32), Sums>>>);

impl Tally {
    /// Counts the new parts of a stored batch.
    pub(super) fn add(&self, weighed: Weighed, receipt: &[ItemOutcome]) {
        let new = |outcome: &ItemOutcome| matches!(outcome, ItemOutcome::New { .. });
        let messages =
            weighed.messages.iter().zip(receipt).filter(|(_, outcome)| new(outcome)).map(|(bytes, _)| bytes).sum();
        let kept = receipt.is_empty() || receipt.iter().any(new);
        let hooks = if kept { weighed.hook } else { 0 };
        if messages > 0 || hooks > 0 {
            self.put((weighed.tenant_id, weighed.day), Sums { messages, hooks });
        }
    }

    /// Adds to the counts.
    pub fn put(&self, key: (Uuid, i32), sums: Sums) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let sum = all.entry(key).or_default();
        sum.messages += sums.messages;
        sum.hooks += sums.hooks;
    }

    /// Removes and returns all counts.
    pub fn take(&self) -> Vec<((Uuid, i32), Sums)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).drain().collect()
    }
}
