//! Moves spooled hooks from the disk into the database.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::{TryStreamExt, stream};
use tokio::sync::mpsc::{Sender, channel};
use tokio::sync::oneshot;

use super::append::{AppendCommand, Appender};
use super::folder::{self, Folder, FolderClaim, RecordItem};
use super::{DrainError, Hook};
use crate::supervisor::Supervisor;

/// Ordering keys whose hooks are stored concurrently.
const AT_ONCE: usize = 64;

/// The result of a drain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drained {
    /// Hooks stored in the database.
    pub hooks: usize,
    /// Bytes that could not be read; their files stay, with the extension `damaged`.
    pub damaged: usize,
    /// Hooks that stay, because the part of the database that their accounts need does not answer.
    pub held: usize,
}

impl std::ops::AddAssign for Drained {
    fn add_assign(&mut self, more: Self) {
        self.hooks += more.hooks;
        self.damaged += more.damaged;
        self.held += more.held;
    }
}

/// The destination of hooks.
pub(super) struct Taker<Line, Store, Concerns> {
    pub line: Line,
    pub store: Store,
    /// Whether an error concerns the hook's account alone: the hook stays, with those behind it, and others go on.
    pub concerns: Concerns,
    /// The scopes of hooks that stay.
    pub held: Mutex<BTreeSet<String>>,
}

/// What became of a file.
struct Taken {
    hooks: usize,
    damaged: usize,
    /// In the order of the file.
    left: Vec<Hook>,
}

impl<Line, Store, Stored, Concerns, E> Taker<Line, Store, Concerns>
where
    Concerns: Fn(&E) -> bool,
    Line: Fn(&Hook) -> String,
    Store: Fn(Hook) -> Stored,
    Stored: Future<Output = Result<(), E>>,
{
    /// Drains a folder until it is empty. `appender`: the writer that may use it meanwhile; `finished`: is called
    /// with the number of hooks of each completed file.
    pub async fn drain(
        &self,
        folder: &Folder,
        appender: Option<&Appender>,
        finished: impl Fn(usize),
    ) -> Result<Drained, DrainError<E>> {
        let mut drained = Drained::default();
        loop {
            // In this order: a file created after the close was requested would be read and removed while it is
            // written.
            let files = folder.files().map_err(DrainError::Disk)?;
            if files.is_empty() {
                return Ok(drained);
            }
            if let Some(appender) = appender
                && !close(appender).await
            {
                return Ok(drained);
            }
            let mut lines = BTreeSet::new();
            for number in files {
                let found = folder.read(number).map_err(DrainError::Disk)?;
                let Taken { hooks, damaged, left } = self.take(found, folder, &mut lines).await?;
                if !left.is_empty() {
                    drained.held += left.len();
                    // A file with unreadable bytes stays as it is; what it has is recognised as stored.
                    if damaged == 0 && left.len() < hooks {
                        let records: Vec<u8> = left.iter().flat_map(folder::encode).collect();
                        folder.replace(number, &records).map_err(DrainError::Disk)?;
                        drained.hooks += hooks - left.len();
                        finished(hooks - left.len());
                    }
                    continue;
                }
                if damaged > 0 {
                    tracing::error!(bytes = damaged, dir = %folder.path().display(), "a spool file contains an incomplete hook; it was set aside");
                    drained.damaged += damaged;
                }
                folder.finish(number, damaged > 0).map_err(DrainError::Disk)?;
                drained.hooks += hooks;
                finished(hooks);
            }
            if drained.held > 0 {
                return Ok(drained);
            }
        }
    }

    /// Stores a file's contents. `held`: lines of which a hook stays, so that later ones stay too.
    async fn take(
        &self,
        found: Vec<RecordItem>,
        folder: &Folder,
        held: &mut BTreeSet<String>,
    ) -> Result<Taken, DrainError<E>> {
        let (mut own, mut damaged) = (Vec::new(), 0);
        let mut lines = BTreeMap::<String, Vec<Hook>>::new();
        for one in found {
            match one {
                RecordItem::Hook(hook) => {
                    own.push(hook.clone());
                    lines.entry((self.line)(&hook)).or_default().push(hook);
                }
                RecordItem::Damaged { bytes } => damaged += bytes,
            }
        }
        for beside in folder.beside().map_err(DrainError::Disk)? {
            self.put_before(&mut lines, &beside).map_err(DrainError::Disk)?;
        }
        let left = Mutex::new((held, BTreeSet::new()));
        let stays = |name: &str, hooks: &[Hook]| {
            let mut left = left.lock().unwrap_or_else(PoisonError::into_inner);
            left.0.insert(name.to_owned());
            left.1.extend(hooks.iter().map(|hook| hook.id));
            let mut scopes = self.held.lock().unwrap_or_else(PoisonError::into_inner);
            scopes.extend(hooks.iter().map(|hook| hook.scope_id.clone()));
        };
        let is_held = |name: &str| left.lock().unwrap_or_else(PoisonError::into_inner).0.contains(name);
        let stored = stream::iter(lines.into_iter().map(Ok)).try_for_each_concurrent(AT_ONCE, async |(name, line)| {
            if is_held(&name) || line.first().is_some_and(|hook| self.is_held(&hook.scope_id)) {
                stays(&name, &line);
                return Ok(());
            }
            for (place, hook) in line.iter().enumerate() {
                match (self.store)(hook.clone()).await {
                    Ok(()) => {}
                    Err(error) if (self.concerns)(&error) => {
                        stays(&name, &line[place..]);
                        return Ok(());
                    }
                    Err(error) => return Err(error),
                }
            }
            Ok(())
        });
        stored.await.map_err(DrainError::NotTaken)?;
        let ids = left.into_inner().unwrap_or_else(PoisonError::into_inner).1;
        let hooks = own.len();
        own.retain(|hook| ids.contains(&hook.id));
        Ok(Taken { hooks, damaged, left: own })
    }

    /// Whether a hook of this scope stays already: others of its account would be refused as well.
    fn is_held(&self, scope_id: &str) -> bool {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).contains(scope_id)
    }

    /// Puts earlier hooks of the same keys from another process's folder first. They stay in its files and are
    /// recognised as stored there.
    fn put_before(&self, lines: &mut BTreeMap<String, Vec<Hook>>, beside: &Folder) -> io::Result<()> {
        let last = |line: &Vec<Hook>| line.iter().map(|hook| hook.received_at).max();
        let ends: BTreeMap<_, _> = lines.iter().map(|(name, line)| (name.clone(), last(line))).collect();
        let end = ends.values().max().copied().flatten();
        let mut before = BTreeMap::<String, Vec<Hook>>::new();
        for file in beside.hooks()? {
            let file = file?;
            if file.first().is_some_and(|first| Some(first.received_at) >= end) {
                break;
            }
            for hook in file {
                let name = (self.line)(&hook);
                if ends.get(&name).is_some_and(|end| Some(hook.received_at) < *end) {
                    before.entry(name).or_default().push(hook);
                }
            }
        }
        for (name, earlier) in before {
            let line = lines.entry(name).or_default();
            line.extend(earlier);
            line.sort_by_key(|hook| hook.received_at);
        }
        Ok(())
    }
}

/// Closes the current file, so that no existing file is written any more. False: the writer has ended, so the last
/// file's state is unknown.
async fn close(appender: &Appender) -> bool {
    let (reply, closed) = oneshot::channel();
    appender.send(AppendCommand::Close(reply)).await && closed.await.is_ok()
}

/// Drains what a dead process left: a folder of hooks, or one that contains such folders. `line` and `store` as in
/// [`super::Spool::drain`].
///
/// Errors: the folder is in use by a living process, or cannot be read; errors of `store`.
pub async fn drain_folder<E, Stored>(
    path: &Path,
    line: impl Fn(&Hook) -> String,
    store: impl Fn(Hook) -> Stored,
) -> anyhow::Result<Drained>
where
    E: std::error::Error + Send + Sync + 'static,
    Stored: Future<Output = Result<(), E>>,
{
    anyhow::ensure!(path.is_dir(), "there is no folder {}", path.display());
    let taker = Taker { line, store, concerns: |_: &E| false, held: Mutex::default() };
    let mut whole = Drained::default();
    let mut below: Vec<_> =
        std::fs::read_dir(path)?.collect::<Result<Vec<_>, _>>()?.into_iter().map(|one| one.path()).collect();
    below.retain(|one| one.is_dir());
    below.sort();
    below.push(path.to_owned());
    for path in below {
        let Some(claim) = FolderClaim::of(&path)? else {
            anyhow::bail!("{} is used by a running process, which drains it", path.display())
        };
        whole += taker.drain(&claim.folder, None, |_| {}).await.map_err(|error| match error {
            DrainError::NotTaken(error) => anyhow::Error::new(error),
            DrainError::Disk(error) => anyhow::Error::new(error),
        })?;
    }
    Ok(whole)
}

// Checks whether hooks wait in the neighbouring folders. A thread does it, once for all concurrent callers: a
// hanging disk must not block those who deliver messages.

/// Maximum requests answered by one directory scan.
const TOGETHER: usize = 1_024;
/// Time limit of a directory scan.
const LOOK: Duration = Duration::from_millis(100);

/// Handle to the scanning thread.
pub struct Siblings(Sender<oneshot::Sender<bool>>);

impl Siblings {
    /// `folder`: this process's own.
    pub fn start(folder: Folder, supervisor: &Supervisor) -> io::Result<Self> {
        let (asks, mut asked) = channel::<oneshot::Sender<bool>>(TOGETHER);
        let work = move || {
            let mut together = Vec::with_capacity(TOGETHER);
            while asked.blocking_recv_many(&mut together, TOGETHER) > 0 {
                // Disk errors are logged by the drain, which scans there too.
                let waits = folder.beside().is_ok_and(|folders| !folders.is_empty());
                for reply in together.drain(..) {
                    let _ = reply.send(waits);
                }
            }
        };
        supervisor.start_thread("spool_beside", work)?;
        Ok(Self(asks))
    }

    /// Scans after the call, never before. False also if the disk does not answer in time: nothing is lost by that;
    /// at worst one hook overtakes another.
    pub async fn waits(&self) -> bool {
        let (reply, answer) = oneshot::channel();
        let asking = async { self.0.send(reply).await.is_ok() && answer.await.unwrap_or(false) };
        tokio::time::timeout(LOOK, asking).await.unwrap_or(false)
    }
}
