//! Delivers what is due: scans the turns, leases lanes where there is room, and delivers their heads in parallel.
//!
//! While there is plenty of room, [`DirectStarts`] begins deliveries with the commit that stores their letters: the writer's
//! commit leases the lanes, so that no scan and no claim come between a message and its first byte.
//!
//! Letters expire also while their target is held and not served, by a task of its own ([`watch_expired`]) that delays no
//! other letter.

pub(super) mod deliver;
mod offers;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use queue::writer::{NewLetters, Reservation, Reserving, Starter};
use queue::{Claim, Expired, LeaseRequest, StoredContexts};
use sea_orm::sqlx::postgres::PgListener;
use sea_orm::{ConnectionTrait, DbErr};
use secrecy::ExposeSecret;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;
use uuid::Uuid;

use super::DeliveryContext;
use super::slots::{Slot, SlotOffer};
use deliver::{Reading, RunningDelivery, read, reading, run_attempt, write_down};
use offers::{Scan, Wish, known_limits};

/// Longer than any call may take, so that a lease never ends during a call.
pub const LEASE: TimeDelta = TimeDelta::minutes(1);
/// Nothing more is started while this many settlements wait to be written.
const UNSETTLED: usize = 512;
/// Maximum time between two scans.
const POLL: Duration = Duration::from_secs(1);

/// Runs deliveries.
pub struct Worker {
    app: Arc<DeliveryContext>,
    scan: Scan,
    running: JoinSet<()>,
    at_once: Arc<DirectStarts>,
}

impl Worker {
    pub fn new(app: Arc<DeliveryContext>) -> Self {
        let scan = Scan::new(&app);
        let at_once = Arc::new(DirectStarts::new(app.clone()));
        Self { app, scan, running: JoinSet::new(), at_once }
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
                () = room(&mut self.running, &self.app) => {}
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
            let started = self.round().await? + end_expired(&self.app).await?;
            carried += started;
            if started == 0 && self.running.join_next().await.is_none() {
                crate::source::observations::write_proofs(&self.app.sources).await;
                return Ok(carried);
            }
        }
    }

    /// One scan and one claim; returns how many letters were started.
    pub async fn round(&mut self) -> Result<usize, DbErr> {
        self.app.slots.set_awaited(true);
        if self.app.writer.unsettled() >= UNSETTLED {
            return Ok(0);
        }
        let served = self.scan.wishes(&self.app).await?;
        if self.scan.idle {
            self.app.slots.set_awaited(false);
        }
        let wishes: Vec<LeaseRequest> = served.iter().map(|wish| wish.request.clone()).collect();
        let (app, running) = (&self.app, &mut self.running);
        // A lane that was leased too late is given back.
        let mut contexts: HashMap<(Uuid, Uuid), Reading> = HashMap::new();
        let claims = app
            .writer
            .claim(&wishes, LEASE.num_milliseconds(), |found| {
                contexts.extend(found.iter().map(key).zip(read(app, running, found)))
            })
            .await?;
        let mut reserved = reserved(served);
        let started = claims.len();
        for claim in claims {
            let Some(context) = contexts.remove(&key(&claim)) else { continue };
            let (pool, slot) = slot_of(&mut reserved, &self.app, &claim);
            let app = self.app.clone();
            self.running.spawn(async move { RunningDelivery { pool, claim, slot, context }.go(&app).await });
        }
        Ok(started)
    }

    /// Time until something may become due in the pools that have room; a call that ends wakes the worker earlier.
    async fn pause(&self) -> Duration {
        let now = self.app.clock.millis();
        let opens = self.app.slots.closed(now).into_iter().map(|(_, until)| until - now).min();
        let with_room: Vec<&String> = self.scan.with_room(&self.app, now).collect();
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
async fn room(running: &mut JoinSet<()>, app: &DeliveryContext) {
    while running.join_next().await.is_some() {
        if app.slots.are_awaited() {
            return;
        }
    }
    std::future::pending().await
}

fn key(claim: &Claim) -> (Uuid, Uuid) {
    (claim.tenant_id, claim.lane_id)
}

/// The slots reserved for each target (account, target), and their pool.
type Reserved = HashMap<(Uuid, Uuid), (String, Vec<Slot>)>;

fn reserved(wishes: Vec<Wish>) -> Reserved {
    let slots = |wish: Wish| ((wish.request.tenant_id, wish.request.target), (wish.pool, wish.slots));
    wishes.into_iter().map(slots).collect()
}

/// The slot of a leased letter: one that was reserved for its target.
fn slot_of(reserved: &mut Reserved, app: &DeliveryContext, claim: &Claim) -> (String, Slot) {
    let of_target = reserved.get_mut(&(claim.tenant_id, claim.target));
    let (pool, slot) = of_target.map(|(pool, slots)| (pool.clone(), slots.pop())).unwrap_or_default();
    let slot = slot.unwrap_or_else(|| app.slots.take(&pool, claim.tenant_id, claim.target));
    (pool, slot)
}

/// Delivers new letters right after the commit that stored and leased them.
struct DirectStarts {
    app: Arc<DeliveryContext>,
    /// Reservations and deliveries.
    running: TaskTracker,
}

impl DirectStarts {
    pub fn new(app: Arc<DeliveryContext>) -> Self {
        Self { app, running: TaskTracker::new() }
    }

    /// Waits for deliveries that began, and for commits that may begin more. Call it when no more are reserved.
    pub async fn ended(&self) {
        self.running.close();
        self.running.wait().await;
    }
}

impl Starter for DirectStarts {
    fn reserve(&self, letters: Vec<NewLetters>) -> Reserving {
        let (app, running, token) = (self.app.clone(), self.running.clone(), self.running.token());
        Box::pin(reserve(app, running, token, letters))
    }
}

/// `token`: held until the deliveries have begun.
async fn reserve(
    app: Arc<DeliveryContext>,
    running: TaskTracker,
    token: TaskTrackerToken,
    letters: Vec<NewLetters>,
) -> Option<Reservation> {
    app.faults.hit("slots.reserve").ok()?;
    if app.writer.unsettled() >= UNSETTLED {
        return None;
    }
    let (mut offers, mut rates, mut counts) = (Vec::new(), Vec::new(), Vec::new());
    for NewLetters { tenant_id, target, pool, count } in letters {
        let Some((rate, at_once)) = known_limits(&app, &pool, target).await else { continue };
        // Nothing is shared: room is plenty.
        offers.push(SlotOffer { pool, tenant_id, target, at_once, weight: 1 });
        rates.push(rate);
        counts.push(count);
    }
    let slots = app.slots.reserve_idle(&offers, &counts, app.clock.millis());
    let wishes = offers.into_iter().zip(rates).zip(slots).filter(|(_, slots)| !slots.is_empty());
    let wishes: Vec<Wish> = wishes.map(|((offer, rate), slots)| Wish::new(offer, rate, slots)).collect();
    let requests = wishes.iter().map(|wish| wish.request.clone()).collect();
    let reserved = reserved(wishes);
    let start = Box::new(move |claims, contexts| {
        start(&app, &running, reserved, claims, contexts);
        drop(token);
    });
    Some(Reservation { wishes: requests, lease_millis: LEASE.num_milliseconds(), start })
}

fn start(
    app: &Arc<DeliveryContext>,
    running: &TaskTracker,
    mut reserved: Reserved,
    claims: Vec<Claim>,
    mut contexts: StoredContexts,
) {
    let to_read: Vec<Claim> = claims.iter().filter(|claim| !contexts.contains_key(&claim.letter.id)).cloned().collect();
    let (readings, work) = reading(app, &to_read);
    if !to_read.is_empty() {
        running.spawn(work);
    }
    let mut readings = readings.into_iter();
    for claim in claims {
        let stored = contexts.remove(&claim.letter.id).map(|stored| Reading::Stored(Box::new(stored)));
        let Some(context) = stored.or_else(|| readings.next()) else { continue };
        let (pool, slot) = slot_of(&mut reserved, app, &claim);
        let app = app.clone();
        running.spawn(async move {
            RunningDelivery { pool, claim, slot, context }.go(&app).await;
            if app.slots.are_awaited() {
                app.writer.stored().notify_one();
            }
        });
    }
}

/// Letters buried in one transaction.
const AT_ONCE: u32 = 256;

/// One round; an error is left to the next.
pub async fn watch_expired(app: Arc<DeliveryContext>) {
    if let Err(error) = end_expired(&app).await {
        tracing::error!(%error, "expired letters could not be read; it will be retried");
    }
}

/// Buries expired letters of held targets and corrects due times that lie too far ahead. Returns the number of buried
/// letters.
///
/// One statement covers all targets; a transaction buries [`AT_ONCE`] letters of any accounts.
async fn end_expired(app: &Arc<DeliveryContext>) -> Result<usize, DbErr> {
    let clamped = app.queue.clamp().await?;
    if clamped > 0 {
        tracing::warn!(rows = clamped, "due times lay more than two hours ahead: did a clock jump?");
    }
    let mut ended = 0;
    loop {
        let found = app.queue.expired(AT_ONCE).await?;
        let full = found.len() >= usize::try_from(AT_ONCE).unwrap_or(usize::MAX);
        let begun = end_leased(app, &found).await?;
        ended += begun;
        // Letters leased by another process are skipped.
        if !full || begun == 0 {
            return Ok(ended);
        }
    }
}

/// No call is made, so no slot is needed.
async fn end_leased(app: &Arc<DeliveryContext>, found: &[Expired]) -> Result<usize, DbErr> {
    if found.is_empty() {
        return Ok(0);
    }
    let claims = app.queue.claim_expired(found, LEASE.num_milliseconds()).await?;
    let begun = claims.len();
    let mut running = JoinSet::new();
    let contexts = read(app, &mut running, &claims);
    for (claim, context) in claims.into_iter().zip(contexts) {
        let of_lane = |one: &&Expired| (one.tenant_id, one.lane_id) == (claim.tenant_id, claim.lane_id);
        let pool = found.iter().find(of_lane).map(|one| one.pool.clone()).unwrap_or_default();
        let (app, started) = (app.clone(), app.clock.millis());
        running.spawn(async move {
            if let Some(settlement) = run_attempt(&app, claim, context).await {
                write_down(&app, &pool, settlement, started).await;
            }
        });
    }
    while running.join_next().await.is_some() {}
    Ok(begun)
}

/// Channel name; notifications stay within one database.
const CHANNEL: &str = "parom";
/// Events within this time are sent as one notification.
const TOGETHER: Duration = Duration::from_millis(50);
/// Delay before reconnecting.
const AGAIN: Duration = Duration::from_secs(1);

/// Sends and receives notifications until the stop. On SQLite there are no other processes.
pub async fn wake_others(app: Arc<DeliveryContext>, stop: CancellationToken) {
    if app.store.is_sqlite() {
        stop.cancelled().await;
        return;
    }
    tokio::select! {
        () = stop.cancelled() => {}
        () = notify_others(&app) => {}
        () = listen_to_others(&app) => {}
    }
}

async fn notify_others(app: &DeliveryContext) {
    let came = app.writer.came();
    loop {
        came.notified().await;
        if let Err(error) = app.store.read().execute_unprepared(&format!("NOTIFY {CHANNEL}")).await {
            tracing::debug!(%error, "other processes could not be notified; they will notice by polling");
        }
        tokio::time::sleep(TOGETHER).await;
    }
}

async fn listen_to_others(app: &DeliveryContext) {
    loop {
        if let Err(error) = listen(app).await {
            tracing::debug!(%error, "notifications from other processes are unavailable; polling instead");
        }
        tokio::time::sleep(AGAIN).await;
    }
}

async fn listen(app: &DeliveryContext) -> Result<(), sea_orm::sqlx::Error> {
    let mut listener = PgListener::connect(app.config.database.url.expose_secret()).await?;
    listener.listen(CHANNEL).await?;
    loop {
        // Check at once too: earlier notifications were missed.
        app.writer.stored().notify_one();
        if listener.try_recv().await?.is_none() {
            return Ok(());
        }
    }
}
