//! The last resort for amoCRM's hooks: durable files on disk while the database does not accept them.
//!
//! amoCRM sends every hook once and waits five seconds. A hook that the database does not store in time is appended
//! here, in order of arrival, and answered only when it is on the disk. As long as anything waits here, later hooks go
//! through here too, behind those that are still with the database, so that none overtakes another; a task stores them in
//! the database in that order as soon as it accepts them again. The processes of a machine have neighbouring folders and
//! keep the order of what is in them. A hook may reach the database twice – after a crash between its commit and the
//! removal of its file, or from a neighbouring process – and is recognised by its ids.

mod append;
mod arrivals;
mod drain;
mod folder;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use append::{AppendCommand, Appender};
use arrivals::{Arrivals, SpoolCount};
use bytes::Bytes;
use drain::{Siblings, Taker};
use folder::{Folder, FolderClaim};
use tokio::sync::oneshot;
use uuid::Uuid;

use crate::config::SpoolConfig as Config;
use crate::fault::Faults;
use crate::supervisor::Supervisor;
pub use arrivals::Arrival;
pub use drain::{Drained, drain_folder};
pub use folder::{Lock, look};

/// One hook as received, with a valid signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    /// Id of its raw bytes in the database, so that a repeat is the same row.
    pub id: Uuid,
    /// Milliseconds since 1970.
    pub received_at: i64,
    pub scope_id: String,
    pub body: Bytes,
}

/// Why a hook is not on the disk.
#[derive(Debug, thiserror::Error)]
pub enum HookNotKept {
    #[error("there is no spool")]
    None,
    #[error("the disk does not take it in time")]
    Late,
    #[error("the writer of the spool has ended")]
    Ended,
    #[error("the spool holds as much as it may")]
    Limit,
    #[error("the disk does not take it: {0}")]
    Disk(#[from] Arc<std::io::Error>),
}

/// The folder of this process, once it has claimed one. Cheap to clone.
#[derive(Clone, Default)]
pub struct Spool {
    open: Arc<OnceLock<OpenSpool>>,
    arrivals: Arrivals,
    supervisor: Supervisor,
}

struct OpenSpool {
    folder: Folder,
    appender: Appender,
    siblings: Siblings,
    waiting: SpoolCount,
    held: Mutex<HeldHooks>,
}

/// Hooks that wait for a part of the database only, since the last drain.
#[derive(Default)]
struct HeldHooks {
    hooks: usize,
    scopes: BTreeSet<String>,
}

impl Spool {
    /// A spool whose threads this supervisor keeps running.
    pub fn new(supervisor: Supervisor) -> Self {
        Self { supervisor, ..Self::default() }
    }

    /// Claims a free folder below the configured one; hooks left there by an earlier process wait to be drained.
    /// Without a folder – none is configured, or none can be written – there is no last resort, which is logged. The
    /// folder belongs to this process as long as the lock is held.
    pub fn claim(&self, config: &Config, faults: &Faults) -> Option<Lock> {
        if config.dir.as_os_str().is_empty() {
            return None;
        }
        match Self::opened(config, faults, &self.supervisor) {
            Ok((open, lock)) => {
                let _ = self.open.set(open);
                Some(lock)
            }
            Err(error) => {
                tracing::error!(error = format!("{error:#}"), dir = %config.dir.display(), "there is no spool: hooks from amoCRM are lost while the database is unavailable; set spool.dir to a folder on a persistent disk");
                None
            }
        }
    }

    fn opened(config: &Config, faults: &Faults, supervisor: &Supervisor) -> anyhow::Result<(OpenSpool, Lock)> {
        let FolderClaim { folder, lock } = FolderClaim::first(&config.dir)?;
        let left = folder.count()?;
        let limit = u64::from(config.most_mb) * 1024 * 1024;
        let appender = Appender::start(folder.clone(), limit, faults.clone(), supervisor)?;
        let beside = Siblings::start(folder.clone(), supervisor)?;
        if left > 0 {
            tracing::warn!(hooks = left, dir = %folder.path().display(), "hooks of amoCRM wait in the spool");
        }
        let waiting = SpoolCount::default();
        waiting.add(left);
        Ok((OpenSpool { folder, appender, siblings: beside, waiting, held: Mutex::default() }, lock))
    }

    /// Whether the disk takes a hook now, tried with some bytes: the one that is full may be the database's own.
    pub async fn takes(&self) -> bool {
        let Some(open) = self.open.get() else { return false };
        let folder = open.folder.clone();
        let tried = tokio::task::spawn_blocking(move || folder.try_to_write()).await;
        match tried.map_err(std::io::Error::other).flatten() {
            Ok(()) => true,
            Err(error) => {
                tracing::warn!(%error, "the spool's disk takes no hooks");
                false
            }
        }
    }

    /// Number of hooks waiting here.
    pub fn waiting(&self) -> usize {
        self.open.get().map_or(0, |open| open.waiting.hooks())
    }

    /// The same without those that wait because the part of the database that their accounts need does not answer.
    pub fn moving(&self) -> usize {
        self.open.get().map_or(0, |open| open.waiting.hooks().saturating_sub(open.held().hooks))
    }

    /// Whether a hook of this scope that arrives now must queue behind others: some wait here, or in the folder of
    /// another process of this machine.
    pub async fn is_before(&self, scope_id: &str) -> bool {
        let Some(open) = self.open.get() else { return false };
        self.moving() > 0 || open.held().scopes.contains(scope_id) || open.siblings.waits().await
    }

    /// The place of a hook that arrives now, which may go to the database first.
    pub fn arrive(&self) -> Arrival {
        self.arrivals.arrive()
    }

    /// Appends a hook behind those that arrived before it; waits while others are written. On return it is on the disk.
    /// If the caller gives up earlier, it may or may not be stored.
    pub async fn keep(&self, hook: &Hook, arrival: Arrival) -> Result<(), HookNotKept> {
        let Some(open) = self.open.get() else { return Err(HookNotKept::None) };
        // Counted while it waits, so that later ones do not go to the database.
        let counted = open.waiting.one_more();
        arrival.until_first().await;
        let (reply, answer) = oneshot::channel();
        let append = AppendCommand::Append(folder::encode(hook), counted, reply);
        let is_sent = open.appender.send(append).await;
        drop(arrival);
        if !is_sent {
            return Err(HookNotKept::Ended);
        }
        answer.await.unwrap_or(Err(HookNotKept::Ended))
    }

    /// Waits until a hook is here.
    pub async fn came(&self) {
        match self.open.get() {
            Some(open) => open.waiting.came().await,
            None => std::future::pending().await,
        }
    }

    /// Passes every waiting hook to `store` and removes the stored ones: first those left by dead processes, then
    /// those of this one. Hooks with the same `line` are stored one after the other, oldest first, those of different
    /// ones concurrently: hooks that arrive during a drain are spooled too, and one by one it would never end under
    /// load. Earlier hooks of a line that other processes still have go first, because those processes may be
    /// stalled. Stops at the first error; the hooks of that file are passed again the next time.
    pub async fn drain<E, Stored>(
        &self,
        line: impl Fn(&Hook) -> String,
        store: impl Fn(Hook) -> Stored,
    ) -> Result<Drained, DrainError<E>>
    where
        Stored: Future<Output = Result<(), E>>,
    {
        self.drain_around(line, store, |_| false).await
    }

    /// [`Spool::drain`] that goes on past errors that concern the account of a hook alone: this hook stays, with those
    /// of the same line behind it.
    pub async fn drain_around<E, Stored>(
        &self,
        line: impl Fn(&Hook) -> String,
        store: impl Fn(Hook) -> Stored,
        concerns: impl Fn(&E) -> bool,
    ) -> Result<Drained, DrainError<E>>
    where
        Stored: Future<Output = Result<(), E>>,
    {
        let Some(open) = self.open.get() else { return Ok(Drained::default()) };
        let taker = Taker { line, store, concerns, held: Mutex::default() };
        let mut drained = Drained::default();
        for orphan in open.folder.orphans().map_err(DrainError::Disk)? {
            drained += taker.drain(&orphan.folder, None, |_| {}).await?;
        }
        let own = taker.drain(&open.folder, Some(&open.appender), |hooks| open.waiting.gone(hooks)).await?;
        let scopes = taker.held.into_inner().unwrap_or_else(PoisonError::into_inner);
        *open.held() = HeldHooks { hooks: own.held, scopes };
        drained += own;
        Ok(drained)
    }
}

impl OpenSpool {
    fn held(&self) -> MutexGuard<'_, HeldHooks> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why draining stopped.
#[derive(Debug, thiserror::Error)]
pub enum DrainError<E> {
    /// The database does not accept them yet.
    #[error("{0}")]
    NotTaken(E),
    #[error("the spool cannot be read: {0}")]
    Disk(std::io::Error),
}
