//! Delivers what is due: scans the turns, leases lanes where there is room, and delivers their heads in parallel.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use sea_orm::DbErr;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::expire;
use super::slots::{Slot, Slots};
use crate::delivery::DeliveryContext;
use deliver::{Reading, RunningDelivery, read};
use offers::{Scan, Wish};
use queue::{Claim, LeaseRequest};
use start::DirectStarts;

pub(super) mod deliver;
mod offers;
mod start;

/// Longer than any call may take, so that a lease never ends during a call.
pub const LEASE: TimeDelta = TimeDelta::minutes(1);
/// Nothing more is started while this many settlements wait to be written.
const UNSETTLED: usize = 512;
/// Maximum time between two scans.
const POLL: Duration = Duration::from_secs(1);

/// Runs deliveries.
pub struct Worker {
    app: Arc<DeliveryContext>,
    slots: Slots,
    scan: Scan,
    running: JoinSet<()>,
    at_once: Arc<DirectStarts>,
}

impl Worker {
    pub fn new(app: Arc<DeliveryContext>) -> Self {
        let (slots, scan) = (app.slots.clone(), Scan::new(&app));
        let at_once = Arc::new(DirectStarts::new(app.clone()));
        Self { app, slots, scan, running: JoinSet::new(), at_once }
    }

    /// Runs until cancelled, then waits for running deliveries.
    pub async fn run(mut self, stop: CancellationToken) {
        let stored = self.app.writer.stored();
        self.starts_at_once();
        while !stop.is_cancelled() {
            let started = match self.round().await {
                Ok(started) => started,
                Err(error) => {
                    tracing::error!(%error, "the queue could not be read; it will be retried");
                    tokio::select! { () = stop.cancelled() => {}, () = tokio::time::sleep(POLL) => {} }
                    continue;
                }
            };
            while self.running.try_join_next().is_some() {}
            if started > 0 {
                // Lets what was started run before looking for more.
                tokio::task::yield_now().await;
                continue;
            }
            let pause = self.pause().await;
            tokio::select! {
                () = stop.cancelled() => {}
                () = stored.notified() => {}
                () = tokio::time::sleep(pause) => {}
                () = room(&mut self.running, &self.slots) => {}
            }
        }
        self.app.writer.start_with(None);
        while self.running.join_next().await.is_some() {}
        self.ends_what_it_started().await;
    }

    /// From now on new letters are delivered at once, as far as there is plenty of room.
    pub fn starts_at_once(&self) {
        self.app.writer.start_with(Some(self.at_once.clone()));
    }

    /// No more; waits for those deliveries.
    pub async fn ends_what_it_started(&self) {
        self.app.writer.start_with(None);
        self.at_once.ended().await;
    }

    /// Delivers everything that is due, and what becomes due by that, until nothing is. Also does the chores whose
    /// own loops may not run: expired letters of held targets, and proofs of sources.
    pub async fn deliver_all(&mut self) -> anyhow::Result<usize> {
        let mut carried = 0;
        loop {
            self.scan.forget();
            let started = self.round().await? + expire::round(&self.app).await?;
            carried += started;
            if started == 0 && self.running.join_next().await.is_none() {
                crate::source::proofs::write(&self.app.sources).await;
                return Ok(carried);
            }
        }
    }

    /// One scan and one claim; returns how many letters were started.
    pub async fn round(&mut self) -> Result<usize, DbErr> {
        self.slots.set_awaited(true);
        if self.app.writer.unsettled() >= UNSETTLED {
            return Ok(0);
        }
        let served = self.scan.wishes(&self.app, &self.slots).await?;
        if self.scan.idle {
            self.slots.set_awaited(false);
        }
        let wishes: Vec<LeaseRequest> = served.iter().map(|wish| wish.request.clone()).collect();
        let (app, running) = (&self.app, &mut self.running);
        // A lane that was leased too late is given back.
        let mut parts: HashMap<(Uuid, Uuid), Reading> = HashMap::new();
        let claims = app
            .writer
            .claim(&wishes, LEASE.num_milliseconds(), |found| {
                parts.extend(found.iter().map(key).zip(read(app, running, found)))
            })
            .await?;
        let mut reserved = reserved(served);
        let started = claims.len();
        for claim in claims {
            let Some(parts) = parts.remove(&key(&claim)) else { continue };
            let (pool, slot) = slot_of(&mut reserved, &self.slots, &claim);
            let (app, slots) = (self.app.clone(), self.slots.clone());
            self.running.spawn(async move { RunningDelivery { pool, claim, slot, parts }.go(&app, slots).await });
        }
        Ok(started)
    }

    /// Time until something may become due in the pools that have room; a call that ends wakes the worker earlier.
    async fn pause(&self) -> Duration {
        let now = self.app.clock.millis();
        let opens = self.slots.closed(now).into_iter().map(|(_, until)| until - now).min();
        let with_room: Vec<&String> = self.scan.with_room(&self.slots, now).collect();
        let next = self.app.queue.next_ready_of(with_room).await.ok().flatten();
        let next = next.into_iter().chain(opens).min();
        let wait = next.map_or(POLL, |ahead| Duration::from_millis(u64::try_from(ahead).unwrap_or(0)));
        // Due turns without room wait for a call to end, not in a busy loop.
        wait.clamp(Duration::from_millis(20), POLL)
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.app.writer.start_with(None);
        // After a panic the scan is restarted; letters already started are delivered and settle by themselves.
        if std::thread::panicking() {
            self.running.detach_all();
        }
    }
}

/// Returns when a delivery has ended, if something may wait for its slot.
async fn room(running: &mut JoinSet<()>, slots: &Slots) {
    while running.join_next().await.is_some() {
        if slots.are_awaited() {
            return;
        }
    }
    std::future::pending().await
}

fn key(claim: &Claim) -> (Uuid, Uuid) {
    (claim.tenant_id, claim.lane_id)
}

/// Slots by target, each with its pool.
type Reserved = HashMap<(Uuid, Uuid), (String, Vec<Slot>)>;

fn reserved(wishes: Vec<Wish>) -> Reserved {
    let slots = |wish: Wish| ((wish.request.tenant_id, wish.request.target), (wish.pool, wish.slots));
    wishes.into_iter().map(slots).collect()
}

/// The slot of a leased letter: one that was reserved for its target.
fn slot_of(reserved: &mut Reserved, slots: &Slots, claim: &Claim) -> (String, Slot) {
    let of_target = reserved.get_mut(&(claim.tenant_id, claim.target));
    let (pool, slot) = of_target.map(|(pool, slots)| (pool.clone(), slots.pop())).unwrap_or_default();
    let slot = slot.unwrap_or_else(|| slots.take(&pool, claim.tenant_id, claim.target));
    (pool, slot)
}
