//! The writer thread: records that arrive during one write are written together in the next.

use std::fs::File;
use std::io::{self, Write};
use std::sync::Arc;

use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::{Mutex, oneshot};

use super::HookNotKept;
use super::arrivals::CountedHook;
use super::folder::Folder;
use crate::fault::Faults;
use crate::supervisor::Supervisor;

/// Maximum hooks in one write, and in the channel; further ones wait with their senders. Each has at most a megabyte.
const LINE: usize = 256;
/// Size limit of a file, which only its last record may exceed.
const FILE_BYTES: u64 = 8 * 1024 * 1024;

type ResultSender = oneshot::Sender<Result<(), HookNotKept>>;

pub enum AppendCommand {
    /// An encoded record, already counted, and where to send the result.
    Append(Vec<u8>, CountedHook, ResultSender),
    /// Makes later records go into a new file.
    Close(oneshot::Sender<()>),
}

/// A full channel may give freed capacity to any caller; the mutex preserves the order of waiting callers.
pub struct Appender(Mutex<Sender<AppendCommand>>);

impl Appender {
    /// `limit`: maximum bytes of all files together.
    pub fn start(folder: Folder, limit: u64, faults: Faults, supervisor: &Supervisor) -> io::Result<Self> {
        let next = folder.files()?.last().map_or(1, |last| last + 1);
        let (line, mut commands) = channel(LINE);
        let mut writing = Writing { folder, limit, faults, next, open: None };
        supervisor.start_thread("spool_writer", move || writing.run(&mut commands))?;
        Ok(Self(Mutex::new(line)))
    }

    /// Waits for room in the channel, in order of arrival. False if the writer has ended.
    pub async fn send(&self, command: AppendCommand) -> bool {
        self.0.lock().await.send(command).await.is_ok()
    }
}

struct Writing {
    folder: Folder,
    limit: u64,
    faults: Faults,
    next: u64,
    /// The file being written, and its length.
    open: Option<(File, u64)>,
}

impl Writing {
    fn run(&mut self, commands: &mut Receiver<AppendCommand>) {
        // After a panic the state of the file's end is unknown.
        self.open = None;
        let mut taken = Vec::with_capacity(LINE);
        while commands.blocking_recv_many(&mut taken, LINE) > 0 {
            let mut together = Vec::new();
            for command in taken.drain(..) {
                match command {
                    AppendCommand::Append(record, counted, reply) => together.push((record, counted, reply)),
                    AppendCommand::Close(reply) => {
                        self.keep(std::mem::take(&mut together));
                        self.open = None;
                        let _ = reply.send(());
                    }
                }
            }
            self.keep(together);
        }
    }

    /// Writes the records that fit, and answers all.
    fn keep(&mut self, together: Vec<(Vec<u8>, CountedHook, ResultSender)>) {
        if together.is_empty() {
            return;
        }
        let size = self.folder.size().map_err(Arc::new);
        let mut room = size.as_ref().map_or(u64::MAX, |size| self.limit.saturating_sub(*size));
        let (mut records, mut senders) = (Vec::new(), Vec::new());
        for (mut record, counted, reply) in together {
            match room.checked_sub(bytes(&record)) {
                Some(left) => {
                    room = left;
                    records.append(&mut record);
                    senders.push((counted, reply));
                }
                None => {
                    // When the sender gets the answer, the hook is no longer counted.
                    drop(counted);
                    let _ = reply.send(Err(HookNotKept::Limit));
                }
            }
        }
        let written = size.and_then(|_| self.write(&records));
        for (counted, reply) in senders {
            let kept = written.clone().map(|()| counted.stays());
            let _ = reply.send(kept.map_err(HookNotKept::Disk));
        }
    }

    /// Writes all of it durably, or nothing.
    fn write(&mut self, records: &[u8]) -> Result<(), Arc<io::Error>> {
        if records.is_empty() {
            return Ok(());
        }
        let (mut file, length) = match self.open.take().filter(|(_, length)| *length < FILE_BYTES) {
            Some(open) => open,
            None => {
                let file = self.folder.create(self.next).map_err(Arc::new)?;
                self.next += 1;
                (file, 0)
            }
        };
        let synced =
            |file: &File| self.faults.hit("spool.sync").map_err(io::Error::other).and_then(|()| file.sync_data());
        match file.write_all(records).and_then(|()| synced(&file)) {
            Ok(()) => {
                self.open = Some((file, length + bytes(records)));
                Ok(())
            }
            Err(error) => {
                // A partial record must not precede the next one, and after a failed sync the file's end is unknown.
                if let Err(error) = file.set_len(length).and_then(|()| file.sync_all()) {
                    tracing::error!(error = %error, "an incomplete record at the end of a spool file could not be truncated");
                }
                Err(Arc::new(error))
            }
        }
    }
}

fn bytes(record: &[u8]) -> u64 {
    u64::try_from(record.len()).unwrap_or(u64::MAX)
}
