//! The writer task: collects what has arrived, writes it in one commit and answers.

use std::collections::{BTreeMap, HashSet};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use base::store::is_node_away;
use sea_orm::DbErr;
use tokio::runtime::Handle;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::fair_queue::PendingBatch;
use super::{AcceptError, Notices, WriteErrorKind, WriterShard, kind, pause};
use crate::accept_batch::{AcceptBatch, Receipt};
use crate::lease::is_refused;
use crate::{Accepted, Claim, LeaseCall, LeaseRequest, Queue, Settled, Settlement, StoredContexts};

/// Size of one commit.
const BYTES: usize = 4 * 1024 * 1024;
const BATCHES: usize = 512;
/// Repeats of a whole batch after a deadlock, a serialisation failure or a lost connection.
const REPEATS: u32 = 5;

/// Stores what arrives in a shard.
#[derive(Clone)]
pub(super) struct AcceptWork {
    pub alive: Weak<[WriterShard]>,
    pub shard: WriterShard,
    pub queue: Queue,
    pub notices: Notices,
    pub starting: Starting,
}

impl AcceptWork {
    /// Ends when the last [`super::Writer`] is gone and nothing waits.
    pub async fn run(self) {
        let Self { alive, shard, queue, notices, starting } = self;
        let busy = |since| *shard.busy.lock().unwrap_or_else(PoisonError::into_inner) = since;
        // A task that panicked may have left it set.
        busy(None);
        let alone = queue.store().one_account_a_commit();
        loop {
            let pass = if alone { None } else { shard.turnstile.pass().await };
            let batch = take_batch(&shard, alone);
            if batch.is_empty() {
                drop(pass);
                if alive.strong_count() == 0 {
                    return;
                }
                let _ = tokio::time::timeout(Duration::from_secs(1), shard.came.notified()).await;
                continue;
            }
            let has_media = batch.iter().any(|waiting| waiting.batch.has_media());
            busy(Some(Instant::now()));
            let written = write_batch(&queue, batch, &starting).await;
            drop(pass);
            *shard.refused.lock().unwrap_or_else(PoisonError::into_inner) = written.refused.then(Instant::now);
            busy(None);
            if written.may_be_due {
                notices.due.notify_one();
                notices.accepted.notify_one();
            }
            if has_media {
                notices.media.notify_one();
            }
        }
    }
}

/// `alone`: batches of one account only.
fn take_batch(shard: &WriterShard, alone: bool) -> Vec<PendingBatch> {
    let mut arrivals = shard.arrivals.lock().unwrap_or_else(PoisonError::into_inner);
    let mut batch = Vec::new();
    let mut bytes = 0;
    while batch.len() < BATCHES && bytes < BYTES {
        let first: Option<Uuid> = batch.first().map(|waiting: &PendingBatch| waiting.batch.tenant_id);
        let next = if alone { arrivals.pop_of(first) } else { arrivals.pop() };
        let Some(waiting) = next else { break };
        bytes += waiting.batch.size();
        batch.push(waiting);
    }
    batch
}

/// What became of a commit's batches.
#[derive(Default)]
struct Written {
    /// Anything was refused for another reason than its content.
    refused: bool,
    /// A letter may have become due: not all of them were leased by the commit.
    may_be_due: bool,
}

/// Writes a commit's batches; if the database refuses the content, they are halved until the faulty one is alone.
async fn write_batch(queue: &Queue, batch: Vec<PendingBatch>, starting: &Starting) -> Written {
    let mut written = Written::default();
    let mut parts = vec![(batch, false)];
    while let Some((part, again)) = parts.pop() {
        let batches: Vec<&AcceptBatch> = part.iter().map(|waiting| &waiting.batch).collect();
        let reservation = if again { None } else { starting.reserve(queue, &batches).await };
        match repeated(queue, &batches, again, starting, reservation).await {
            Ok(Stored { receipts, all_started }) => {
                written.may_be_due |= !all_started;
                for (waiting, receipt) in part.into_iter().zip(receipts) {
                    let _ = waiting.answer.send(Ok(receipt));
                }
            }
            Err(error) if kind(&error) == WriteErrorKind::Content && part.len() > 1 => {
                let mut part = part;
                let rest = part.split_off(part.len() / 2);
                // An earlier attempt may have committed without an answer.
                parts.push((rest, true));
                parts.push((part, true));
            }
            Err(error) => {
                let content = kind(&error) == WriteErrorKind::Content;
                // A node that does not answer concerns its accounts alone.
                written.refused |= !content && !concerns_accounts(queue, &error);
                tracing::error!(%error, batches = part.len(), content, "the database did not store an incoming event");
                for waiting in part {
                    let refused = if content {
                        AcceptError::Unstorable(error.clone())
                    } else {
                        AcceptError::Unavailable(error.clone())
                    };
                    let _ = waiting.answer.send(Err(refused));
                }
            }
        }
    }
    written
}

/// `reservation`: for letters that the first attempt leases. After any error of that one the others lease nothing: what was
/// wrong may have been the lease.
async fn repeated(
    queue: &Queue,
    batches: &[&AcceptBatch],
    again: bool,
    starting: &Starting,
    reservation: Option<Reservation>,
) -> Result<Stored, DbErr> {
    let started = Instant::now();
    let mut tries = 0;
    let mut unanswered = None;
    let leased = match reservation {
        Some(reservation) => Some(starting.accept(queue, batches, reservation).await),
        None => None,
    };
    let done = match leased {
        Some(Ok(stored)) => Ok(stored),
        Some(Err(refused)) => {
            tracing::warn!(error = %refused.error, "a batch of the queue's writer is stored without being leased");
            unanswered = refused.unanswered;
            tries += 1;
            written(queue, batches, again, tries).await
        }
        None => written(queue, batches, again, tries).await,
    };
    if let Some(unanswered) = unanswered {
        starting.look_for(queue, *unanswered);
    }
    metrics::histogram!("parom_commit_seconds", "what" => "accept").record(started.elapsed());
    done
}

async fn written(queue: &Queue, batches: &[&AcceptBatch], again: bool, mut tries: u32) -> Result<Stored, DbErr> {
    loop {
        match queue.accept(batches, again || tries > 0).await {
            Err(error)
                if kind(&error) == WriteErrorKind::Passing && tries < REPEATS && !concerns_accounts(queue, &error) =>
            {
                tries += 1;
                tracing::warn!(%error, tries, "retrying a batch of the queue's writer");
                tokio::time::sleep(pause(tries)).await;
            }
            done => return done.map(|receipts| Stored { receipts, all_started: false }),
        }
    }
}

/// Whether a node of a distributed database is away: trying again soon would hold up the accounts of the others.
fn concerns_accounts(queue: &Queue, error: &DbErr) -> bool {
    queue.store().one_account_a_commit() && is_node_away(error)
}

// Deliveries that begin with the commit that stores their letters: the leases are written by that commit, and the letters
// passed on from memory.

/// Maximum letters of a commit that leases them on PostgreSQL. Under load one claim of many letters, and the settlement of
/// their answers, which come together, cost less than leases beside each commit (docs/queue.md).
const MOST_LEASED: u32 = 8;

/// New letters of a target.
#[derive(Clone, Debug)]
pub struct NewLetters {
    pub tenant_id: Uuid,
    pub target: Uuid,
    pub pool: String,
    pub count: u32,
}

/// Room for calls, held until `start` is called or dropped.
pub struct Reservation {
    pub wishes: Vec<LeaseRequest>,
    /// Length of the leases in milliseconds.
    pub lease_millis: i64,
    pub start: Start,
}

/// Delivers what was leased, with the contexts of these letters that are known. The others are to be read.
pub type Start = Box<dyn FnOnce(Vec<Claim>, StoredContexts) + Send>;

/// The future of a reservation.
pub type Reserving = Pin<Box<dyn Future<Output = Option<Reservation>> + Send>>;

/// Who delivers new letters at once.
pub trait Starter: Send + Sync {
    /// Reserves room for calls; none if there is none. Makes no call and asks no database: a commit waits for it. Not
    /// called any more once [`super::Writer::start_with`] has replaced it.
    fn reserve(&self, letters: Vec<NewLetters>) -> Reserving;
}

/// The process's starter, if it delivers, and what is done for it beside the commits. Clones share both.
#[derive(Clone)]
pub(super) struct Starting {
    starter: Arc<Mutex<Option<Arc<dyn Starter>>>>,
    beside: Arc<Mutex<JoinSet<()>>>,
    /// Where deliveries run: the writer may have a thread of its own, which blocks.
    runtime: Handle,
}

impl Starting {
    /// Deliveries run on the runtime of the caller.
    pub fn here() -> Self {
        Self { starter: Arc::default(), beside: Arc::default(), runtime: Handle::current() }
    }

    pub fn set(&self, starter: Option<Arc<dyn Starter>>) {
        *self.starter.lock().unwrap_or_else(PoisonError::into_inner) = starter;
    }

    pub fn is_set(&self) -> bool {
        self.starter.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    fn beside(&self, work: impl Future<Output = ()> + Send + 'static) {
        let mut running = self.beside.lock().unwrap_or_else(PoisonError::into_inner);
        while running.try_join_next().is_some() {}
        running.spawn_on(work, &self.runtime);
    }

    /// Room for the letters of these batches.
    pub async fn reserve(&self, queue: &Queue, batches: &[&AcceptBatch]) -> Option<Reservation> {
        if queue.store().one_account_a_commit() {
            return None;
        }
        let letters = letters_of(batches);
        let count: u32 = letters.iter().map(|of| of.count).sum();
        if count == 0 || !queue.store().is_sqlite() && count > MOST_LEASED {
            return None;
        }
        let reserving = {
            let starter = self.starter.lock().unwrap_or_else(PoisonError::into_inner);
            starter.as_ref()?.reserve(letters)
        };
        reserving.await.filter(|reservation| !reservation.wishes.is_empty())
    }
}

fn letters_of(batches: &[&AcceptBatch]) -> Vec<NewLetters> {
    let mut letters: BTreeMap<(Uuid, Uuid), NewLetters> = BTreeMap::new();
    for batch in batches {
        for letter in batch.entries.iter().flat_map(|entry| &entry.letters) {
            let new = || NewLetters {
                tenant_id: batch.tenant_id,
                target: letter.target,
                pool: letter.pool.clone(),
                count: 0,
            };
            letters.entry((batch.tenant_id, letter.target)).or_insert_with(new).count += 1;
        }
    }
    letters.into_values().collect()
}

/// A commit with leases that got no answer.
pub(super) struct Unanswered {
    call: LeaseCall,
    error: DbErr,
    start: Start,
}

/// Batches that were stored.
pub(super) struct Stored {
    pub receipts: Vec<Receipt>,
    /// All their letters, of which there are some, were leased by the same commit and started.
    pub all_started: bool,
}

/// Why a commit with leases failed.
pub(super) struct Refused {
    pub error: DbErr,
    /// If it may have been written all the same.
    pub unanswered: Option<Box<Unanswered>>,
}

impl Starting {
    /// Stores the batches and starts what was leased.
    pub async fn accept(
        &self,
        queue: &Queue,
        batches: &[&AcceptBatch],
        reservation: Reservation,
    ) -> Result<Stored, Refused> {
        let Reservation { wishes, lease_millis, start } = reservation;
        let call = queue.lease_call(&wishes, lease_millis);
        match queue.accept_leasing(batches, &call).await {
            Ok(Accepted { receipts, claims, contexts }) => {
                let leased: HashSet<Uuid> = claims.iter().map(|claim| claim.letter.id).collect();
                let mut letters = batches.iter().flat_map(|batch| &batch.entries).flat_map(|entry| &entry.letters);
                let all_leased = !leased.is_empty() && letters.all(|letter| leased.contains(&letter.id));
                let all_started = self.begin(queue, &call, start, claims, contexts) && all_leased;
                Ok(Stored { receipts, all_started })
            }
            // SQLite's COMMIT may fail after it was written.
            Err(error) if is_refused(&error) && !queue.store().is_sqlite() => Err(Refused { error, unanswered: None }),
            Err(error) => {
                let unanswered = Some(Box::new(Unanswered { call, error: error.clone(), start }));
                Err(Refused { error, unanswered })
            }
        }
    }

    /// Looks for the leases of a commit without an answer in the background and starts them, so that what was not sent does
    /// not come back as unknown.
    ///
    /// Call it after the batches were stored again: that commit, if it still ran, has ended by then, because both insert
    /// the same keys.
    pub fn look_for(&self, queue: &Queue, unanswered: Unanswered) {
        let (starting, queue) = (self.clone(), queue.for_tasks());
        self.beside(async move {
            let Unanswered { call, error, start } = unanswered;
            if let Ok(claims) = queue.leases_of(&call, error).await {
                starting.begin(&queue, &call, start, claims, StoredContexts::new());
            }
        });
    }

    /// Starts what was leased, or gives it back as if it had never been leased: a commit may have waited for other
    /// transactions for so long that a call could outlast its lease. Returns whether it started them.
    fn begin(
        &self,
        queue: &Queue,
        call: &LeaseCall,
        start: Start,
        claims: Vec<Claim>,
        contexts: StoredContexts,
    ) -> bool {
        if claims.is_empty() || call.leaves_time_for_a_call(queue.store().clock().millis()) {
            let _runtime = self.runtime.enter();
            start(claims, contexts);
            return true;
        }
        self.give_back(queue, claims, start);
        false
    }

    /// Gives leases back in the background, as if they had never been taken. `held` is kept until then.
    pub fn give_back(&self, queue: &Queue, claims: Vec<Claim>, held: impl Send + 'static) {
        let queue = queue.for_tasks();
        self.beside(async move {
            let back: Vec<Settlement> =
                claims.into_iter().map(|claim| Settlement::plain(claim, Settled::GivenBack)).collect();
            if let Err(error) = queue.settle(&back).await {
                tracing::warn!(%error, "letters that were leased too late could not be given back; their leases will run out");
            }
            drop(held);
        });
    }
}
