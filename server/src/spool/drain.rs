//! From the disk into the database.

use std::path::Path;

use tokio::sync::oneshot;

use super::append::{Appender, Command};
use super::folder::{Claim, Folder};
use super::record::Found;
use super::{DrainError, Hook};

/// What came of a drain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drained {
    /// Hooks that are in the database now.
    pub hooks: usize,
    /// Bytes that could not be read; their files stay, with the ending `damaged`.
    pub damaged: usize,
}

impl std::ops::AddAssign for Drained {
    fn add_assign(&mut self, more: Self) {
        self.hooks += more.hooks;
        self.damaged += more.damaged;
    }
}

/// Drains a folder until nothing is left in it. `appender`: who writes to it meanwhile; `finished`: is told how many hooks
/// a file had that is done with.
pub(super) async fn drain<E, Stored>(
    folder: &Folder,
    appender: Option<&Appender>,
    store: &mut impl FnMut(Hook) -> Stored,
    finished: impl Fn(usize),
) -> Result<Drained, DrainError<E>>
where
    Stored: Future<Output = Result<(), E>>,
{
    let mut drained = Drained::default();
    loop {
        if let Some(appender) = appender
            && !close(appender).await
        {
            return Ok(drained);
        }
        let files = folder.files().map_err(DrainError::Disk)?;
        if files.is_empty() {
            return Ok(drained);
        }
        for number in files {
            let (mut hooks, mut damaged) = (0, 0);
            for found in folder.read(number).map_err(DrainError::Disk)? {
                match found {
                    Found::Hook(hook) => {
                        store(hook).await.map_err(DrainError::NotTaken)?;
                        hooks += 1;
                    }
                    Found::Damaged { bytes } => damaged += bytes,
                }
            }
            if damaged > 0 {
                tracing::error!(bytes = damaged, dir = %folder.path().display(), "a spool file holds bytes that are no whole hook; it is kept aside");
                drained.damaged += damaged;
            }
            folder.finish(number, damaged > 0).map_err(DrainError::Disk)?;
            drained.hooks += hooks;
            finished(hooks);
        }
    }
}

/// Everything that is in the folder now stands in files that nobody writes to any more. False: the writer has too much to
/// do; a file that it may still write to must not be read.
async fn close(appender: &Appender) -> bool {
    let (told, closed) = oneshot::channel();
    appender.send(Command::Close(told)).is_ok() && closed.await.is_ok()
}

/// Drains what a process left that is no more: a folder of hooks, or one with such folders below it.
///
/// Errors: the folder is used by a living process, or cannot be read; what `store` says.
pub async fn drain_folder<E, Stored>(path: &Path, mut store: impl FnMut(Hook) -> Stored) -> anyhow::Result<Drained>
where
    E: std::error::Error + Send + Sync + 'static,
    Stored: Future<Output = Result<(), E>>,
{
    anyhow::ensure!(path.is_dir(), "there is no folder {}", path.display());
    let mut whole = Drained::default();
    let mut below: Vec<_> =
        std::fs::read_dir(path)?.collect::<Result<Vec<_>, _>>()?.into_iter().map(|one| one.path()).collect();
    below.retain(|one| one.is_dir());
    below.sort();
    below.push(path.to_owned());
    for path in below {
        let Some(claim) = Claim::of(&path)? else {
            anyhow::bail!("{} is used by a running process, which drains it by itself", path.display())
        };
        whole += drain(&claim.folder, None, &mut store, |_| {}).await.map_err(|error| match error {
            DrainError::NotTaken(error) => anyhow::Error::new(error),
            DrainError::Disk(error) => anyhow::Error::new(error),
        })?;
    }
    Ok(whole)
}
