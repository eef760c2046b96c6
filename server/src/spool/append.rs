//! The thread that writes: what came while the last write was on its way to the disk goes there together.

use std::fs::File;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

use tokio::sync::oneshot;

use super::NotKept;
use super::folder::Folder;
use crate::fault::Faults;

/// Hooks that may wait for the disk at once; a megabyte each at most.
const LINE: usize = 256;
/// A file is no longer, but for its last record.
const FILE_BYTES: u64 = 8 * 1024 * 1024;

type Told = oneshot::Sender<Result<(), NotKept>>;

pub enum Command {
    /// A record to be written, and who waits for it.
    Append(Vec<u8>, Told),
    /// What comes later goes into a new file.
    Close(oneshot::Sender<()>),
}

#[derive(Clone)]
pub struct Appender(SyncSender<Command>);

impl Appender {
    /// `limit`: bytes that all files together may have.
    pub fn start(folder: Folder, limit: u64, faults: Faults) -> io::Result<Self> {
        let next = folder.files()?.last().map_or(1, |last| last + 1);
        let (line, commands) = sync_channel(LINE);
        let writing = Writing { folder, limit, faults, next, open: None };
        std::thread::Builder::new().name("spool".to_owned()).spawn(move || writing.run(&commands))?;
        Ok(Self(line))
    }

    pub fn send(&self, command: Command) -> Result<(), NotKept> {
        self.0.try_send(command).map_err(|error| match error {
            TrySendError::Full(_) | TrySendError::Disconnected(_) => NotKept::Full,
        })
    }
}

struct Writing {
    folder: Folder,
    limit: u64,
    faults: Faults,
    next: u64,
    /// The file that is written, and its length.
    open: Option<(File, u64)>,
}

impl Writing {
    fn run(mut self, commands: &Receiver<Command>) {
        while let Ok(first) = commands.recv() {
            let (mut records, mut told, mut closed) = (Vec::new(), Vec::new(), None);
            let mut command = Some(first);
            while let Some(one) = command.take() {
                match one {
                    Command::Append(mut record, who) => {
                        records.append(&mut record);
                        told.push(who);
                    }
                    Command::Close(who) => {
                        closed = Some(who);
                        break;
                    }
                }
                command = commands.try_recv().ok();
            }
            self.answer(&records, told);
            if let Some(closed) = closed {
                self.open = None;
                let _ = closed.send(());
            }
        }
    }

    fn answer(&mut self, records: &[u8], told: Vec<Told>) {
        if told.is_empty() {
            return;
        }
        let written = self.write(records);
        for who in told {
            let _ = who.send(match &written {
                Ok(true) => Ok(()),
                Ok(false) => Err(NotKept::Limit),
                Err(error) => Err(NotKept::Disk(error.clone())),
            });
        }
    }

    /// Writes all of it durably, or nothing; false: there is no room for it.
    fn write(&mut self, records: &[u8]) -> Result<bool, Arc<io::Error>> {
        let more = u64::try_from(records.len()).unwrap_or(u64::MAX);
        if self.folder.size().map_err(Arc::new)?.saturating_add(more) > self.limit {
            return Ok(false);
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
                self.open = Some((file, length + more));
                Ok(true)
            }
            Err(error) => {
                // Half a record must not stand before the next one, and after a failed sync nobody knows what stands there.
                if let Err(error) = file.set_len(length).and_then(|()| file.sync_all()) {
                    tracing::error!(error = %error, "the end of a spool file could not be taken back");
                }
                Err(Arc::new(error))
            }
        }
    }
}
