//! The writer task: collects what has arrived, writes it in one commit and answers.

use std::sync::{Arc, PoisonError, Weak};
use std::time::{Duration, Instant};

use base::store::is_node_away;
use sea_orm::DbErr;
use tokio::sync::Notify;
use uuid::Uuid;

use super::fair_queue::PendingBatch;
use super::kind::{WriteErrorKind, kind};
use super::start::{Reservation, Starting, Stored};
use super::{AcceptError, WriterShard, pause};
use crate::Queue;
use crate::accept_batch::AcceptBatch;

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
    /// Notified when letters, or files, may have become due, and after a commit.
    pub stored: [Arc<Notify>; 3],
    pub starting: Starting,
}

impl AcceptWork {
    /// Ends when the last [`super::Writer`] is gone and nothing waits.
    pub async fn run(self) {
        let Self { alive, shard, queue, stored, starting } = self;
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
            let [letters, media, came] = &stored;
            let has_media = batch.iter().any(|waiting| waiting.batch.has_media());
            busy(Some(Instant::now()));
            let written = write_batch(&queue, batch, &starting).await;
            drop(pass);
            *shard.refused.lock().unwrap_or_else(PoisonError::into_inner) = written.refused.then(Instant::now);
            busy(None);
            if written.may_be_due {
                letters.notify_one();
                came.notify_one();
            }
            if has_media {
                media.notify_one();
            }
        }
    }
}

/// `alone`: batches of one account only.
fn take_batch(shard: &WriterShard, alone: bool) -> Vec<PendingBatch> {
    let mut line = shard.line.lock().unwrap_or_else(PoisonError::into_inner);
    let mut batch = Vec::new();
    let mut bytes = 0;
    while batch.len() < BATCHES && bytes < BYTES {
        let first: Option<Uuid> = batch.first().map(|waiting: &PendingBatch| waiting.batch.tenant_id);
        let next = if alone { line.pop_of(first) } else { line.pop() };
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
