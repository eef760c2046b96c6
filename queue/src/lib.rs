//! The queue: all SQL that accepts, leases and settles letters is here. The domain only notes in a leased letter how far
//! it is (`delivery/attempt.rs`), parks statuses (`intake/messenger/early.rs`), and drops or empties what ended or is
//! erased.
//!
//! ```text
//! accept ─▶ dedupe · raw · message · letter · lane · turn · ledger        one commit
//! claim  ─▶ turn (rate, fairness) · lane (owner, epoch, until) → letter   one commit, then the network
//! settle ─▶ attempt · letter · lane · message · ledger · follow-ups       one commit, only with its own epoch
//! ```
//!
//! A lane has at most one lease, and it stays blocked by its head *during the head's back-off*, so two letters of one
//! conversation and direction never overtake each other. A lease that expired unsettled leaves an unknown outcome:
//! the next holder checks before it sends.

mod accept;
pub mod accept_batch;
mod clamp;
mod conversation;
#[cfg(feature = "faults")]
mod defect;
pub mod histogram;
mod inserts;
pub mod lane;
mod lease;
mod locked;
mod manual;
mod retention;
mod rows;
mod scan;
mod seen;
mod settle;
mod stats;
mod turn;
pub mod writer;

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use base::fault::Faults;
use base::store::{BlockingConnection, Store};
use sea_orm::DbErr;
use uuid::Uuid;

pub use accept::Accepted;
pub use inserts::ERASED;
pub use lease::{Claim, Expired, LeaseCall, LeaseRequest, Letter, StoredContext, StoredContexts};
pub use manual::FailureLimit;
pub use retention::{ALL_PERHAPS_DELIVERED, KnownKey, RepeatId};
pub use rows::{Rows, columns_of};
pub use scan::{After, DueTurn};
pub use seen::SeenMessage;
pub use settle::{Attempt, Learned, LoggedWebhook, Settled, SettledBatch, Settlement, TurnEffect};
pub use stats::{Backlog, BacklogTarget, DeadCount, LedgerGap, PoolHealth, QueueStats};
pub use turn::{HELD, RATE, TargetRate};

/// A message's status is worth reporting to amoCRM for this long.
pub const STATUS_MILLIS: i64 = 72 * 3_600_000;

/// The queue's statements and their dependencies.
#[derive(Clone)]
pub struct Queue {
    store: Store,
    /// This process, in the ledger's rows and as the owner of leases.
    instance: Uuid,
    faults: Faults,
    /// Claims of this process so far, where each has a number.
    claims: Arc<AtomicI64>,
    /// For the thread that may block; see [`Queue::on_this_thread`].
    blocking: Option<BlockingConnection>,
}

impl Queue {
    pub fn new(store: Store, instance: Uuid, faults: Faults) -> Self {
        Self { store, instance, faults, claims: Arc::default(), blocking: None }
    }

    /// A queue whose accepts, claims and settlements block the calling thread, for a thread of its own; none on PostgreSQL.
    fn on_this_thread(&self) -> Option<Self> {
        let blocking = self.store.blocking()?;
        Some(Self { blocking: Some(blocking), ..self.clone() })
    }

    /// The same queue for tasks, which may not block.
    fn for_tasks(&self) -> Self {
        Self { blocking: None, ..self.clone() }
    }

    /// This process.
    pub fn instance(&self) -> Uuid {
        self.instance
    }

    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Whether to make a defect of `fault::DEFECTS` here.
    fn errs(&self, name: &'static str) -> bool {
        self.faults.errs(name)
    }

    fn fault(&self, name: &'static str) -> Result<(), DbErr> {
        self.faults.hit(name).map_err(|injected| DbErr::Custom(injected.to_string()))
    }
}
