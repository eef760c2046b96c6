//! Whether anything waits in the folders beside ours. A thread looks, once for all who ask meanwhile: a disk that hangs must
//! not hold those who carry messages.

use std::io;
use std::time::Duration;

use tokio::sync::mpsc::{Sender, channel};
use tokio::sync::oneshot;

use super::folder::Folder;
use crate::supervisor::Supervisor;

/// Who is answered by one look at most.
const TOGETHER: usize = 1_024;
/// Time limit of a directory scan.
const LOOK: Duration = Duration::from_millis(100);

/// Asks the disk.
pub struct Beside(Sender<oneshot::Sender<bool>>);

impl Beside {
    /// `folder`: ours.
    pub fn start(folder: Folder, supervisor: &Supervisor) -> io::Result<Self> {
        let (asks, mut asked) = channel::<oneshot::Sender<bool>>(TOGETHER);
        let work = move || {
            let mut together = Vec::with_capacity(TOGETHER);
            while asked.blocking_recv_many(&mut together, TOGETHER) > 0 {
                // What the disk has against it is logged by the drain, which looks there too.
                let waits = folder.beside().is_ok_and(|folders| !folders.is_empty());
                for told in together.drain(..) {
                    let _ = told.send(waits);
                }
            }
        };
        supervisor.start_thread("spool_beside", work)?;
        Ok(Self(asks))
    }

    /// Looks after it was asked, not before. False as well when the disk does not say it in time: nothing is lost by that, at
    /// worst a hook overtakes another.
    pub async fn waits(&self) -> bool {
        let (told, answer) = oneshot::channel();
        let asking = async { self.0.send(told).await.is_ok() && answer.await.unwrap_or(false) };
        tokio::time::timeout(LOOK, asking).await.unwrap_or(false)
    }
}
