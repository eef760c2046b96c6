//! Checks whether hooks wait in the neighbouring folders. A thread does it, once for all concurrent callers: a
//! hanging disk must not block those who deliver messages.

use std::io;
use std::time::Duration;

use tokio::sync::mpsc::{Sender, channel};
use tokio::sync::oneshot;

use super::folder::Folder;
use crate::supervisor::Supervisor;

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
