//! Group commit: requests that arrive during one commit go into the next. There is no delay timer; under light load a
//! batch is alone in its commit, under heavy load hundreds share one.

mod accept;
mod fair_queue;
mod settle;
mod thread;
mod turnstile;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use accept::{AcceptWork, Starting};
use base::clock::Clock;
use base::error::Error;
use base::i18n::LocalizedText;
use base::message::Direction;
use base::store::is_node_away;
use base::supervisor::Supervisor;
use base::telemetry::traces::{TraceSpan, Traces};
use fair_queue::{FairQueue, MemoryBudget, PendingBatch};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use opentelemetry::KeyValue;
use opentelemetry::trace::SpanKind;
use sea_orm::{DbErr, RuntimeErr};
use settle::{SettleWork, Settlements, Weighed};
use thread::Claims;
use tokio::sync::{Notify, oneshot};
use turnstile::Turnstile;
use uuid::Uuid;

use crate::accept_batch::{AcceptBatch, ItemOutcome, Receipt};
use crate::lease::{leased_of, leaves_time_for_a_call};
use crate::{Claim, LeaseRequest, Queue, Settlement};
pub use accept::{NewLetters, Reservation, Reserving, Starter};
pub use settle::{Sums, Tally};

/// How long a refusal by the database counts as recent.
const LATELY: Duration = Duration::from_secs(10);
/// How long a request may wait for room.
const PATIENCE: Duration = Duration::from_millis(500);

/// Why a batch was not stored.
#[derive(Debug, thiserror::Error)]
pub enum AcceptError {
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

impl From<AcceptError> for Error {
    fn from(refused: AcceptError) -> Self {
        match refused {
            AcceptError::Full => {
                Self::Unavailable { detail: LocalizedText::new("said-too-much-waits"), retry_after: 1 }
            }
            AcceptError::Unavailable(ref cause) if is_node_away(cause) => Self::node_away(),
            AcceptError::Unavailable(_) => Self::not_storing(),
            AcceptError::Unstorable(cause) => Self::Internal(anyhow::anyhow!(cause)),
        }
    }
}

/// Passes batches and settlements to the writer tasks. Cheap to clone.
#[derive(Clone)]
pub struct Writer {
    shards: Arc<[WriterShard]>,
    queue: Queue,
    notices: Notices,
    starting: Starting,
    /// To the writer's thread, where it has one.
    claims: Option<Claims>,
    traces: TraceWriter,
    /// Bytes that accounts stored through it.
    pub tally: Tally,
}

/// Notified after commits, by what they may have brought.
#[derive(Clone, Default)]
struct Notices {
    /// Something that is due.
    due: Arc<Notify>,
    /// Files to fetch.
    media: Arc<Notify>,
    /// Something that is due, after accepts alone: for the task that wakes the other processes.
    accepted: Arc<Notify>,
}

/// The writing of a part of the accounts: a task stores what arrives, another one the outcomes of letters.
#[derive(Clone, Default)]
struct WriterShard {
    /// What waits for the next commit.
    arrivals: Arc<Mutex<FairQueue>>,
    /// Notified when something is added to it.
    came: Arc<Notify>,
    settlements: Settlements,
    turnstile: Turnstile,
    room: MemoryBudget,
    /// When the running commit began.
    busy: Arc<Mutex<Option<Instant>>>,
    /// When the database last failed, until it works again.
    refused: Arc<Mutex<Option<Instant>>>,
}

impl Writer {
    /// Starts the writer tasks: a pair on SQLite, on a thread of its own; two on PostgreSQL, each for a part of the accounts;
    /// eight where each commit is one account's. When one panics, the batches of its current commit are answered "not stored"
    /// and the waiting ones are still written.
    pub fn start(queue: Queue, traces: Traces, supervisor: &Supervisor) -> Self {
        let shards = match queue.store() {
            store if store.is_sqlite() => 1,
            store if store.one_account_a_commit() => 8,
            _ => 2,
        };
        let shards: Arc<[WriterShard]> = (0..shards).map(|_| WriterShard::default()).collect();
        let trace_writer = TraceWriter { traces, clock: queue.store().clock().clone() };
        let mut writer = Self {
            shards,
            queue: queue.clone(),
            notices: Notices::default(),
            starting: Starting::here(),
            claims: None,
            traces: trace_writer,
            tally: Tally::default(),
        };
        for shard in writer.shards.iter() {
            let (settling, accepting) = writer.tasks(shard, queue.clone());
            if let Some(blocking) = queue.on_this_thread() {
                let (settling, accepting) = writer.tasks(shard, blocking);
                match thread::start(settling, accepting, supervisor) {
                    Ok(claims) => {
                        writer.claims = Some(claims);
                        continue;
                    }
                    Err(error) => {
                        tracing::warn!(%error, "no thread for the queue's writer; it runs with all other tasks")
                    }
                }
            }
            supervisor.start("settlements", move || settling.clone().run());
            supervisor.start("writer", move || accepting.clone().run());
        }
        writer
    }

    fn tasks(&self, shard: &WriterShard, queue: Queue) -> (SettleWork, AcceptWork) {
        let (alive, shard, notices) = (Arc::downgrade(&self.shards), shard.clone(), self.notices.clone());
        let settling = SettleWork {
            alive: alive.clone(),
            shard: shard.clone(),
            queue: queue.clone(),
            stored: notices.due.clone(),
        };
        (settling, AcceptWork { alive, shard, queue, notices, starting: self.starting.clone() })
    }

    /// From now on the starter delivers new letters at once, as far as it has room; without one they wait for a claim.
    pub fn start_with(&self, starter: Option<Arc<dyn Starter>>) {
        self.starting.set(starter);
    }

    /// Whether new letters are delivered at once.
    pub fn starts_at_once(&self) -> bool {
        self.starting.is_set()
    }

    /// Stores a batch; returns when it is durable. Dropping the future does not cancel the write.
    pub async fn accept(&self, batch: AcceptBatch) -> Result<Receipt, AcceptError> {
        #[cfg(feature = "faults")]
        let batch = self.queue.looked_up(batch).await.map_err(AcceptError::Unavailable)?;
        let too_early = self.queue.errs("defect.answer_before_commit").then(|| new_in(&batch));
        let shard = self.shard_of(batch.tenant_id);
        let room = shard.room.take(batch.tenant_id, batch.size());
        let Ok(Some(room)) = tokio::time::timeout(PATIENCE, room).await else { return Err(AcceptError::Full) };
        let (answer, answered) = oneshot::channel();
        let followed = self.traces.followed(&batch);
        let weighed = Weighed::of(&batch);
        let waiting = PendingBatch { batch, answer, _room: room };
        {
            let mut arrivals = shard.arrivals.lock().unwrap_or_else(PoisonError::into_inner);
            arrivals.push(waiting);
        }
        shard.came.notify_one();
        if let Some(receipt) = too_early {
            return Ok(receipt);
        }
        let receipt = answered.await.unwrap_or(Err(AcceptError::Full))?;
        self.traces.stored(followed, &receipt);
        self.tally.add(weighed, &receipt);
        Ok(receipt)
    }

    /// Batches that wait for the next commit.
    pub fn waiting(&self) -> usize {
        let waiting = |shard: &WriterShard| shard.arrivals.lock().unwrap_or_else(PoisonError::into_inner).len();
        self.shards.iter().map(waiting).sum()
    }

    /// Fill level of the fullest queue, in percent. An account counts with its share at most, so that one account's
    /// flood does not cause others to be refused.
    pub fn filled(&self) -> usize {
        self.shards.iter().map(|shard| shard.room.filled()).max().unwrap_or(0)
    }

    /// Duration so far of the longest running commit.
    pub fn running_for(&self) -> Duration {
        let since = |shard: &WriterShard| *shard.busy.lock().unwrap_or_else(PoisonError::into_inner);
        self.shards.iter().filter_map(since).map(|since| since.elapsed()).max().unwrap_or_default()
    }

    /// Whether the database recently failed for a reason other than the content.
    pub fn refused_lately(&self) -> bool {
        let since = |shard: &WriterShard| *shard.refused.lock().unwrap_or_else(PoisonError::into_inner);
        self.shards.iter().filter_map(since).any(|since| since.elapsed() < LATELY)
    }

    /// Stores the outcome of a letter; false if its lease was lost meanwhile. Retries for as long as the lease lasts,
    /// because an outcome must not be lost.
    pub async fn settle(&self, settlement: Settlement) -> bool {
        self.shard_of(settlement.claim.tenant_id).settlements.push(settlement).await
    }

    /// Settlements that wait to be written.
    pub fn unsettled(&self) -> usize {
        self.shards.iter().map(|shard| shard.settlements.len()).sum()
    }

    /// Notifies when something may have become due.
    pub fn stored(&self) -> Arc<Notify> {
        self.notices.due.clone()
    }

    /// The same after accepts alone, for the task that wakes the other processes.
    pub fn came(&self) -> Arc<Notify> {
        self.notices.accepted.clone()
    }

    /// Notifies when there may be files to fetch.
    pub fn stored_media(&self) -> Arc<Notify> {
        self.notices.media.clone()
    }

    fn shard_of(&self, tenant_id: Uuid) -> &WriterShard {
        &self.shards[self.place_of(tenant_id)]
    }

    fn place_of(&self, tenant_id: Uuid) -> usize {
        usize::from(tenant_id.as_bytes()[15]) % self.shards.len()
    }
}

/// The receipt of a batch in which everything is new.
fn new_in(batch: &AcceptBatch) -> Receipt {
    batch.entries.iter().map(|entry| ItemOutcome::New { message_id: entry.id }).collect()
}

/// How long to wait before the next attempt; grows with their number.
fn pause(tries: u32) -> Duration {
    Duration::from_millis(u64::from(rand::random_range(1..=10_u32) * tries.clamp(1, 10)))
}

/// PostgreSQL's code after a process was frozen inside a transaction (`idle_in_transaction_session_timeout`).
const STOOD_STILL: &str = "25P03";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteErrorKind {
    /// Caused by a value (SQLSTATE 22, 23): repeating does not help.
    Content,
    /// Deadlock, serialisation, connection, shutdown, lock, an idle transaction that was closed: repeat the whole
    /// transaction.
    Passing,
    /// Anything else, for example a full disk, or no connection for as long as a caller waits for one.
    Lasting,
}

/// Whether repeating would help.
pub fn kind(error: &DbErr) -> WriteErrorKind {
    let (DbErr::Exec(RuntimeErr::SqlxError(inner)) | DbErr::Query(RuntimeErr::SqlxError(inner))) = error else {
        return match error {
            DbErr::Conn(_) | DbErr::Custom(_) => WriteErrorKind::Passing,
            _ => WriteErrorKind::Lasting,
        };
    };
    match inner.as_ref() {
        sea_orm::sqlx::Error::Database(database) => {
            let code = database.code().unwrap_or_default().into_owned();
            match code.get(..2).unwrap_or_default() {
                "22" | "23" => WriteErrorKind::Content,
                "40" | "53" | "57" | "08" => WriteErrorKind::Passing,
                _ if code == STOOD_STILL => WriteErrorKind::Passing,
                _ => sqlite_kind(&code),
            }
        }
        sea_orm::sqlx::Error::Encode(_) => WriteErrorKind::Content,
        sea_orm::sqlx::Error::Io(_) | sea_orm::sqlx::Error::PoolTimedOut | sea_orm::sqlx::Error::Protocol(_) => {
            WriteErrorKind::Passing
        }
        _ => WriteErrorKind::Lasting,
    }
}

/// SQLite's extended result codes: the low byte is the primary code.
fn sqlite_kind(code: &str) -> WriteErrorKind {
    match code.parse::<i32>().map(|code| code & 0xff) {
        // BUSY, LOCKED
        Ok(5 | 6) => WriteErrorKind::Passing,
        // TOOBIG, CONSTRAINT, MISMATCH
        Ok(18..=20) => WriteErrorKind::Content,
        _ => WriteErrorKind::Lasting,
    }
}

impl Writer {
    /// [`Queue::claim`](crate::Queue::claim), on SQLite on the writer's thread. `found` is called with what was leased. On PostgreSQL
    /// the accounts of each shard are claimed in a commit of their own, which passes the shard's turnstile: an accept or a
    /// settlement would wait for the turns that it has locked.
    pub async fn claim(
        &self,
        wishes: &[LeaseRequest],
        lease_millis: i64,
        mut found: impl FnMut(&[Claim]),
    ) -> Result<Vec<Claim>, DbErr> {
        if let Some(thread) = &self.claims {
            let claims = thread.claim(wishes, lease_millis).await?;
            found(&claims);
            return Ok(claims);
        }
        let store = self.queue.store();
        if store.is_sqlite() || store.one_account_a_commit() {
            let claims = self.queue.claim(wishes, lease_millis).await?;
            found(&claims);
            return Ok(claims);
        }
        let mut by_shard = vec![Vec::new(); self.shards.len()];
        for wish in wishes {
            by_shard[self.place_of(wish.tenant_id)].push(wish.clone());
        }
        let of_shards = self.shards.iter().zip(by_shard).filter(|(_, wishes)| !wishes.is_empty());
        let mut running: FuturesUnordered<_> = of_shards
            .map(async |(shard, wishes)| {
                let _pass = shard.turnstile.pass().await;
                self.queue.claim(&wishes, lease_millis).await
            })
            .collect();
        let mut leased = Vec::with_capacity(running.len());
        while let Some(claims) = running.next().await {
            if let Ok(claims) = &claims {
                found(claims);
            }
            leased.push(claims);
        }
        // The claim of one shard may have waited long for the other's, whose answer was lost.
        let now = store.clock().millis();
        let is_in_time = |claim: &Claim| leaves_time_for_a_call(claim.until, lease_millis, now);
        let (in_time, late): (Vec<_>, Vec<_>) = leased_of(leased)?.into_iter().partition(is_in_time);
        if !late.is_empty() {
            self.starting.give_back(&self.queue, late, ());
        }
        Ok(in_time)
    }
}

/// Writes to the traces.
#[derive(Clone)]
struct TraceWriter {
    pub traces: Traces,
    pub clock: Clock,
}

/// An entry whose message is followed.
struct Followed {
    place: usize,
    message_id: Uuid,
    /// None for an event about an earlier message.
    direction: Option<Direction>,
    from: i64,
}

impl TraceWriter {
    /// Which entries of a batch are followed; costs nothing while no message is followed.
    pub fn followed(&self, batch: &AcceptBatch) -> Vec<Followed> {
        let mut followed = Vec::new();
        for (place, entry) in batch.entries.iter().enumerate() {
            let about = entry.change.as_ref().map(|change| change.message_id);
            let about = about.or_else(|| entry.letters.first().map(|letter| letter.message_id));
            let id = if entry.message.is_some() { entry.id } else { about.unwrap_or_default() };
            if self.traces.follows(id) {
                let direction = entry.message.as_ref().map(|message| message.direction);
                followed.push(Followed { place, message_id: id, direction, from: entry.accepted_at });
            }
        }
        followed
    }

    /// Reports the entries after they became durable.
    pub fn stored(&self, followed: Vec<Followed>, receipt: &Receipt) {
        for one in followed {
            if !matches!(receipt.get(one.place), Some(ItemOutcome::New { .. })) {
                continue;
            }
            let part = |name, attributes| TraceSpan {
                message_id: one.message_id,
                name,
                kind: SpanKind::Server,
                from: one.from,
                to: self.clock.millis(),
                error: String::new(),
                attributes,
            };
            match one.direction {
                Some(direction) => {
                    self.traces.root(part("accept", vec![KeyValue::new("parom.direction", direction.word())]));
                }
                None => {
                    self.traces.below_root(part("told", Vec::new()));
                }
            }
        }
    }
}
