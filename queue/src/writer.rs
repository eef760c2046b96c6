//! Group commit: what arrives during one commit goes into the next. There is no delay timer; under light load a
//! parcel is alone in its commit, under heavy load hundreds share one.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use base::error::Error;
use base::supervisor::Supervisor;
use base::telemetry::traces::Traces;
use base::words::Said;
use sea_orm::DbErr;
use tokio::sync::{Notify, oneshot};
use uuid::Uuid;

use super::parcel::{Outcome, Parcel, Receipt};
use super::{Queue, Settlement};

mod accept;
mod kind;
mod line;
mod room;
mod settle;
mod tally;
mod told;

use line::{Line, Waiting};
use room::Room;
use settle::Settlements;
use tally::Weighed;
use told::Told;

pub use tally::{Sums, Tally};

/// How long a refusal by the database counts as recent.
const LATELY: Duration = Duration::from_secs(10);
/// How long a request may wait for room.
const PATIENCE: Duration = Duration::from_millis(500);

/// Why a parcel was not stored.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// No room: the caller should retry later.
    #[error("the queue is full")]
    Full,
    /// The database did not accept it: the caller should retry later.
    #[error("the database does not store: {0}")]
    Unavailable(DbErr),
    /// The database will never accept it.
    #[error("the database refuses this: {0}")]
    Unstorable(DbErr),
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Full => Self::Unavailable { detail: Said::new("said-too-much-waits"), retry_after: 1 },
            Refused::Unavailable(_) => Self::not_storing(),
            Refused::Unstorable(cause) => Self::Internal(anyhow::anyhow!(cause)),
        }
    }
}

/// Passes parcels and settlements to the writer tasks. Cheap to clone.
#[derive(Clone)]
pub struct Writer {
    doors: Arc<[Door]>,
    settlements: Settlements,
    queue: Queue,
    /// Notified after every commit that may have made something due.
    stored: Arc<Notify>,
    /// The same for files to fetch.
    stored_media: Arc<Notify>,
    came: Arc<Notify>,
    told: Told,
    /// Bytes that accounts stored through it.
    pub tally: Tally,
}

#[derive(Clone, Default)]
struct Door {
    line: Arc<Mutex<Line>>,
    came: Arc<Notify>,
    room: Room,
    /// When the running commit began.
    busy: Arc<Mutex<Option<Instant>>>,
    /// When the database last failed, until it works again.
    refused: Arc<Mutex<Option<Instant>>>,
}

impl Writer {
    /// Starts the writer tasks: two on PostgreSQL, each for a part of the accounts, one on SQLite, and one for
    /// settlements. When one panics, the parcels of its current batch are answered "not stored" and the waiting ones
    /// are still written.
    pub fn start(queue: Queue, traces: Traces, supervisor: &Supervisor) -> Self {
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
            tally: Tally::default(),
        };
        for door in writer.doors.iter() {
            let (alive, door) = (Arc::downgrade(&writer.doors), door.clone());
            let stored = [writer.stored.clone(), writer.stored_media.clone(), writer.came.clone()];
            let queue = queue.clone();
            supervisor.start("writer", move || accept::run(alive.clone(), door.clone(), queue.clone(), stored.clone()));
        }
        let (alive, line) = (Arc::downgrade(&writer.doors), writer.settlements.clone());
        let stored = writer.stored.clone();
        supervisor
            .start("settlements", move || settle::run(alive.clone(), line.clone(), queue.clone(), stored.clone()));
        writer
    }

    /// Stores a parcel; returns when it is durable. Dropping the future does not cancel the write.
    pub async fn accept(&self, parcel: Parcel) -> Result<Receipt, Refused> {
        #[cfg(feature = "faults")]
        let parcel = self.queue.looked_up(parcel).await.map_err(Refused::Unavailable)?;
        let too_early = self.queue.errs("defect.answer_before_commit").then(|| new_in(&parcel));
        let door = self.door_of(parcel.tenant_id);
        let room = door.room.take(parcel.tenant_id, parcel.size());
        let Ok(Some(room)) = tokio::time::timeout(PATIENCE, room).await else { return Err(Refused::Full) };
        let (answer, answered) = oneshot::channel();
        let followed = self.told.followed(&parcel);
        let weighed = Weighed::of(&parcel);
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
        self.tally.add(weighed, &receipt);
        Ok(receipt)
    }

    /// Parcels that wait for the next commit.
    pub fn waiting(&self) -> usize {
        let waiting = |door: &Door| door.line.lock().unwrap_or_else(PoisonError::into_inner).len();
        self.doors.iter().map(waiting).sum()
    }

    /// Fill level of the fullest queue, in percent. An account counts with its share at most, so that one account's
    /// flood does not cause others to be refused.
    pub fn filled(&self) -> usize {
        self.doors.iter().map(|door| door.room.filled()).max().unwrap_or(0)
    }

    /// Duration so far of the longest running commit.
    pub fn running_for(&self) -> Duration {
        let since = |door: &Door| *door.busy.lock().unwrap_or_else(PoisonError::into_inner);
        self.doors.iter().filter_map(since).map(|since| since.elapsed()).max().unwrap_or_default()
    }

    /// Whether the database recently failed for a reason other than the content.
    pub fn refused_lately(&self) -> bool {
        let since = |door: &Door| *door.refused.lock().unwrap_or_else(PoisonError::into_inner);
        self.doors.iter().filter_map(since).any(|since| since.elapsed() < LATELY)
    }

    /// Stores the outcome of a letter; false if its lease was lost meanwhile. Retries for as long as the lease lasts,
    /// because an outcome must not be lost.
    pub async fn settle(&self, settlement: Settlement) -> bool {
        self.settlements.push(settlement).await
    }

    /// Settlements that wait to be written.
    pub fn unsettled(&self) -> usize {
        self.settlements.len()
    }

    /// Notifies when something may have become due.
    pub fn stored(&self) -> Arc<Notify> {
        self.stored.clone()
    }

    /// Notifies after every commit of parcels by this process.
    pub fn came(&self) -> Arc<Notify> {
        self.came.clone()
    }

    /// Notifies when there may be files to fetch.
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

/// How long to wait before the next attempt; grows with their number.
fn pause(tries: u32) -> Duration {
    Duration::from_millis(u64::from(rand::random_range(1..=10_u32) * tries.clamp(1, 10)))
}
