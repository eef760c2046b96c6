//! Group commit: what arrives while one commit runs goes into the next. No timer lingers; under light load a parcel
//! is alone in its commit, under heavy load hundreds share one.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sea_orm::DbErr;
use tokio::sync::{Notify, Semaphore, oneshot};
use uuid::Uuid;

use super::parcel::{Outcome, Parcel, Receipt};
use super::{Queue, Settlement};
use crate::telemetry::traces::Traces;

mod kind;
mod line;
mod told;

use kind::{Kind, kind};
use line::{Line, Waiting};
use told::Told;

/// What the database did not take counts for so long: nobody may try again soon.
const LATELY: Duration = Duration::from_secs(10);
/// Bodies in memory that wait to be written.
const WAITING_BYTES: usize = 64 * 1024 * 1024;
/// One commit's worth.
const BATCH_BYTES: usize = 4 * 1024 * 1024;
const BATCH_PARCELS: usize = 512;
const BATCH_SETTLEMENTS: usize = 256;
/// How long a request may wait for room.
const ROOM: Duration = Duration::from_millis(500);
/// Whole repeats after a deadlock, a serialisation failure or a lost connection.
const REPEATS: u32 = 5;

/// Why a parcel was not stored.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// More is waiting than there is room for: ask again later.
    #[error("the queue is full")]
    Full,
    /// The database did not take it: ask again later.
    #[error("the database does not store: {0}")]
    Unavailable(DbErr),
    /// The database will never take it.
    #[error("the database refuses this: {0}")]
    Unstorable(DbErr),
}

/// Hands parcels and settlements to the writer tasks. Cheap to clone.
#[derive(Clone)]
pub struct Writer {
    doors: Arc<[Door]>,
    settlements: Settlements,
    queue: Queue,
    /// Called after every commit that may have made something due.
    stored: Arc<Notify>,
    /// The same of files to be fetched.
    stored_media: Arc<Notify>,
    came: Arc<Notify>,
    told: Told,
}

#[derive(Clone)]
struct Door {
    line: Arc<Mutex<Line>>,
    came: Arc<Notify>,
    room: Arc<Semaphore>,
    /// When the commit that runs began.
    busy: Arc<Mutex<Option<Instant>>>,
    /// When the database last took nothing, until it takes something again.
    refused: Arc<Mutex<Option<Instant>>>,
}

impl Default for Door {
    fn default() -> Self {
        let room = Arc::new(Semaphore::new(WAITING_BYTES));
        Self { line: Arc::default(), came: Arc::default(), room, busy: Arc::default(), refused: Arc::default() }
    }
}

/// A settlement, and who wants to know whether its lease was good.
type Settling = (Settlement, oneshot::Sender<bool>);

#[derive(Clone, Default)]
struct Settlements {
    line: Arc<Mutex<VecDeque<Settling>>>,
    came: Arc<Notify>,
}

impl Writer {
    /// Starts the writer tasks: two by tenant on PostgreSQL, one on SQLite, and one for settlements.
    pub fn start(queue: Queue, traces: Traces) -> Self {
        let doors = if queue.store().is_sqlite() { 1 } else { 2 };
        let doors: Arc<[Door]> = (0..doors).map(|_| Door::default()).collect();
        let told = Told { traces, clock: queue.store().clock().clone() };
        let writer = Self {
            doors,
            settlements: Settlements::default(),
            queue: queue.clone(),
            stored: Arc::default(),
            stored_media: Arc::default(),
            came: Arc::default(),
            told,
        };
        for door in writer.doors.iter() {
            let (alive, door) = (Arc::downgrade(&writer.doors), door.clone());
            let stored = [writer.stored.clone(), writer.stored_media.clone(), writer.came.clone()];
            let queue = queue.clone();
            keep_running(move || run_door(alive.clone(), door.clone(), queue.clone(), stored.clone()));
        }
        let (alive, line) = (Arc::downgrade(&writer.doors), writer.settlements.clone());
        let stored = writer.stored.clone();
        keep_running(move || run_settlements(alive.clone(), line.clone(), queue.clone(), stored.clone()));
        writer
    }

    /// Stores a parcel; returns when it is durable. Dropping the future does not take the parcel back.
    pub async fn accept(&self, parcel: Parcel) -> Result<Receipt, Refused> {
        #[cfg(feature = "faults")]
        let parcel = self.queue.looked_up(parcel).await.map_err(Refused::Unavailable)?;
        let too_early = self.queue.errs("defect.answer_before_commit").then(|| new_in(&parcel));
        let door = self.door_of(parcel.tenant_id);
        let size = u32::try_from(parcel.size().min(WAITING_BYTES)).unwrap_or(u32::MAX);
        let room = tokio::time::timeout(ROOM, door.room.clone().acquire_many_owned(size)).await;
        let Ok(Ok(room)) = room else { return Err(Refused::Full) };
        let (answer, answered) = oneshot::channel();
        let followed = self.told.followed(&parcel);
        let waiting = Waiting { parcel, answer, _room: room };
        {
            let mut line = door.line.lock().unwrap_or_else(PoisonError::into_inner);
            line.push(waiting);
        }
        door.came.notify_one();
        if let Some(receipt) = too_early {
            return Ok(receipt);
        }
        let receipt = answered.await.unwrap_or(Err(Refused::Full))?;
        self.told.stored(followed, &receipt);
        Ok(receipt)
    }

    /// How full the fullest line is, in hundredths.
    pub fn filled(&self) -> usize {
        let least = self.doors.iter().map(|door| door.room.available_permits()).min().unwrap_or(WAITING_BYTES);
        100 - least.min(WAITING_BYTES) * 100 / WAITING_BYTES
    }

    /// For how long the commit has run that runs longest.
    pub fn running_for(&self) -> Duration {
        let since = |door: &Door| *door.busy.lock().unwrap_or_else(PoisonError::into_inner);
        self.doors.iter().filter_map(since).map(|since| since.elapsed()).max().unwrap_or_default()
    }

    /// Whether the database has just taken nothing, for whatever reason but the content.
    pub fn refused_lately(&self) -> bool {
        let since = |door: &Door| *door.refused.lock().unwrap_or_else(PoisonError::into_inner);
        self.doors.iter().filter_map(since).any(|since| since.elapsed() < LATELY)
    }

    /// Stores what became of a letter; false when its lease was lost meanwhile. Waits as long as the database needs:
    /// what was sent must be written down.
    pub async fn settle(&self, settlement: Settlement) -> bool {
        let (answer, answered) = oneshot::channel();
        self.settlements.line.lock().unwrap_or_else(PoisonError::into_inner).push_back((settlement, answer));
        self.settlements.came.notify_one();
        answered.await.unwrap_or(false)
    }

    /// Settlements that wait to be written.
    pub fn unsettled(&self) -> usize {
        self.settlements.line.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Wakes when something may have become due.
    pub fn stored(&self) -> Arc<Notify> {
        self.stored.clone()
    }

    /// Wakes when something came in here.
    pub fn came(&self) -> Arc<Notify> {
        self.came.clone()
    }

    /// Wakes when there may be files to be fetched.
    pub fn stored_media(&self) -> Arc<Notify> {
        self.stored_media.clone()
    }

    fn door_of(&self, tenant_id: Uuid) -> &Door {
        let hash = usize::from(tenant_id.as_bytes()[15]);
        &self.doors[hash % self.doors.len()]
    }
}

/// The receipt of a parcel in which everything is new.
fn new_in(parcel: &Parcel) -> Receipt {
    parcel.entries.iter().map(|entry| Outcome::New { message_id: entry.id }).collect()
}

/// Starts a writer task again when it panics: what it held is answered "not stored", what waits is written.
fn keep_running<F: Future<Output = ()> + Send + 'static>(make: impl Fn() -> F + Send + 'static) {
    tokio::spawn(async move {
        while let Err(panicked) = tokio::spawn(make()).await {
            tracing::error!(error = %panicked, "a writer broke off and is started again");
        }
    });
}

/// Ends when the last [`Writer`] is gone and nothing waits.
async fn run_door(alive: std::sync::Weak<[Door]>, door: Door, queue: Queue, stored: [Arc<Notify>; 3]) {
    let busy = |since| *door.busy.lock().unwrap_or_else(PoisonError::into_inner) = since;
    // Of one that broke off.
    busy(None);
    loop {
        let batch = take_batch(&door, queue.store().one_account_a_commit());
        if batch.is_empty() {
            if alive.strong_count() == 0 {
                return;
            }
            let _ = tokio::time::timeout(Duration::from_secs(1), door.came.notified()).await;
            continue;
        }
        let [letters, media, came] = &stored;
        let has_media = batch.iter().any(|waiting| waiting.parcel.has_media());
        busy(Some(Instant::now()));
        let refused = write_batch(&queue, batch).await;
        *door.refused.lock().unwrap_or_else(PoisonError::into_inner) = refused.then(Instant::now);
        busy(None);
        letters.notify_one();
        came.notify_one();
        if has_media {
            media.notify_one();
        }
    }
}

/// `alone`: parcels of one account.
fn take_batch(door: &Door, alone: bool) -> Vec<Waiting> {
    let mut line = door.line.lock().unwrap_or_else(PoisonError::into_inner);
    let mut batch = Vec::new();
    let mut bytes = 0;
    while batch.len() < BATCH_PARCELS && bytes < BATCH_BYTES {
        let first: Option<Uuid> = batch.first().map(|waiting: &Waiting| waiting.parcel.tenant_id);
        let next = if alone { line.pop_of(first) } else { line.pop() };
        let Some(waiting) = next else { break };
        bytes += waiting.parcel.size();
        batch.push(waiting);
    }
    batch
}

/// Writes a batch; one that the database refuses for what is in it is halved until the culprit stands alone. True: it took
/// something not, and not for what is in it.
async fn write_batch(queue: &Queue, batch: Vec<Waiting>) -> bool {
    let mut refused_any = false;
    let mut parts = vec![batch];
    while let Some(part) = parts.pop() {
        let parcels: Vec<&Parcel> = part.iter().map(|waiting| &waiting.parcel).collect();
        match repeated(queue, &parcels).await {
            Ok(receipts) => {
                for (waiting, receipt) in part.into_iter().zip(receipts) {
                    let _ = waiting.answer.send(Ok(receipt));
                }
            }
            Err(error) if kind(&error) == Kind::Content && part.len() > 1 => {
                let mut part = part;
                let rest = part.split_off(part.len() / 2);
                parts.push(rest);
                parts.push(part);
            }
            Err(error) => {
                let content = kind(&error) == Kind::Content;
                refused_any |= !content;
                tracing::error!(%error, parcels = part.len(), content, "the database did not store what came in");
                for waiting in part {
                    let refused =
                        if content { Refused::Unstorable(error.clone()) } else { Refused::Unavailable(error.clone()) };
                    let _ = waiting.answer.send(Err(refused));
                }
            }
        }
    }
    refused_any
}

async fn repeated(queue: &Queue, parcels: &[&Parcel]) -> Result<Vec<Receipt>, DbErr> {
    let mut tries = 0;
    let started = std::time::Instant::now();
    loop {
        match queue.accept(parcels, tries > 0).await {
            Err(error) if kind(&error) == Kind::Passing && tries < REPEATS => {
                tries += 1;
                tracing::warn!(%error, tries, "a batch is written again");
                tokio::time::sleep(pause(tries)).await;
            }
            done => {
                metrics::histogram!("parom_commit_seconds", "what" => "accept").record(started.elapsed());
                return done;
            }
        }
    }
}

fn pause(tries: u32) -> Duration {
    Duration::from_millis(u64::from(rand::random_range(1..=10_u32) * tries))
}

async fn run_settlements(alive: std::sync::Weak<[Door]>, line: Settlements, queue: Queue, stored: Arc<Notify>) {
    loop {
        let batch: Vec<_> = {
            let mut line = line.line.lock().unwrap_or_else(PoisonError::into_inner);
            let count = line.len().min(BATCH_SETTLEMENTS);
            line.drain(..count).collect()
        };
        if batch.is_empty() {
            if alive.strong_count() == 0 {
                return;
            }
            let _ = tokio::time::timeout(Duration::from_secs(1), line.came.notified()).await;
            continue;
        }
        let (settlements, answers): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
        let done = if queue.store().one_account_a_commit() {
            settle_by_account(&queue, &settlements).await
        } else {
            settle_all(&queue, &settlements).await
        };
        for (answer, good) in answers.into_iter().zip(done) {
            let _ = answer.send(good);
        }
        stored.notify_one();
    }
}

/// Each account's in commits of their own.
async fn settle_by_account(queue: &Queue, settlements: &[Settlement]) -> Vec<bool> {
    let mut accounts: BTreeMap<Uuid, Vec<usize>> = BTreeMap::new();
    for (place, settlement) in settlements.iter().enumerate() {
        accounts.entry(settlement.claim.tenant_id).or_default().push(place);
    }
    let mut good = vec![false; settlements.len()];
    for places in accounts.into_values() {
        let some: Vec<Settlement> = places.iter().map(|place| settlements[*place].clone()).collect();
        for (place, done) in places.into_iter().zip(settle_all(queue, &some).await) {
            good[place] = done;
        }
    }
    good
}

/// Until the database takes them, or each alone was refused for its content. A lease that runs out meanwhile makes
/// the settlement void, which is safe.
async fn settle_all(queue: &Queue, settlements: &[Settlement]) -> Vec<bool> {
    let mut tries = 0;
    loop {
        match queue.settle(settlements).await {
            Ok(good) => return good,
            Err(error) if kind(&error) == Kind::Content => {
                tracing::error!(%error, settlements = settlements.len(), "a settlement was refused by the database");
                if settlements.len() == 1 {
                    return vec![false];
                }
                let (left, right) = settlements.split_at(settlements.len() / 2);
                let mut done = Box::pin(settle_all(queue, left)).await;
                done.extend(Box::pin(settle_all(queue, right)).await);
                return done;
            }
            Err(error) => {
                tries += 1;
                tracing::warn!(%error, tries, "settlements are written again");
                if tries > 20 {
                    return vec![false; settlements.len()];
                }
                tokio::time::sleep(pause(tries)).await;
            }
        }
    }
}
