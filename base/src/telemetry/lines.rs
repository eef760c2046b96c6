//! Non-blocking log output: a thread writes the lines, so that logging never waits for a slow reader. Lines that do not
//! fit into the queue are dropped and counted: a log is worth less than a message.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::time::{Duration, Instant};

use tracing_subscriber::fmt::MakeWriter;

/// Capacity of the queue, in lines.
const LINES: usize = 4_096;
/// How long a stopping process waits for its last lines to be written.
const LAST: Duration = Duration::from_secs(1);

enum Out {
    Line(Vec<u8>),
    /// A flush request: confirmed once everything before it is written.
    Flush(SyncSender<()>),
}

/// The queue of lines; clones share it.
#[derive(Clone)]
pub struct LogQueue {
    way: SyncSender<Out>,
    dropped: Arc<AtomicU64>,
}

/// Flushes the log when dropped, unless its reader hangs.
#[must_use]
pub struct LogFlusher(Option<LogQueue>);

impl LogQueue {
    /// Writes to stderr without its lock: other code writes there too, and would wait for it.
    pub fn to_stderr() -> io::Result<Self> {
        Self::to(File::from(io::stderr().as_fd().try_clone_to_owned()?))
    }

    fn to(place: impl Write + Send + 'static) -> io::Result<Self> {
        let (way, lines) = sync_channel(LINES);
        let dropped = Arc::new(AtomicU64::new(0));
        let counted = dropped.clone();
        std::thread::Builder::new().name("log".to_owned()).spawn(move || write_all(&lines, place, &counted))?;
        Ok(Self { way, dropped })
    }

    pub fn written_at_the_end(self) -> LogFlusher {
        LogFlusher(Some(self))
    }
}

impl LogFlusher {
    /// A handle with nothing to flush.
    pub const fn already() -> Self {
        Self(None)
    }
}

impl Drop for LogFlusher {
    fn drop(&mut self) {
        let Some(lines) = self.0.take() else { return };
        let (reply, done) = sync_channel(1);
        let end = Instant::now() + LAST;
        let mut last = Some(Out::Flush(reply));
        while let Some(Err(TrySendError::Full(full))) = last.take().map(|last| lines.way.try_send(last)) {
            if Instant::now() > end {
                return;
            }
            last = Some(full);
            std::thread::park_timeout(LAST / 100);
        }
        let _ = done.recv_timeout(LAST);
    }
}

impl MakeWriter<'_> for LogQueue {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

impl Write for LogQueue {
    /// Queues a whole line: `tracing` writes each line in one call.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.way.try_send(Out::Line(line.to_vec())).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
            metrics::counter!("parom_log_lines_dropped_total").increment(1);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn write_all(lines: &Receiver<Out>, mut place: impl Write, dropped: &AtomicU64) {
    while let Ok(out) = lines.recv() {
        match out {
            // A failed log cannot be reported anywhere.
            Out::Line(line) => drop(place.write_all(&line)),
            Out::Flush(reply) => drop(reply.send(())),
        }
        let lines = dropped.swap(0, Ordering::Relaxed);
        if lines > 0 {
            tracing::warn!(lines, "log lines were dropped: the reader was too slow");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Sender, channel};

    use super::*;

    /// Reads a line when allowed to.
    struct LineReader {
        let_go: Receiver<()>,
        read: Sender<Vec<u8>>,
    }

    impl Write for LineReader {
        fn write(&mut self, line: &[u8]) -> io::Result<usize> {
            let _ = self.let_go.recv();
            let _ = self.read.send(line.to_vec());
            Ok(line.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn writing_a_log_line_never_blocks() {
        let ((read, came), (reads, let_go)) = (channel(), channel());
        let mut lines = LogQueue::to(LineReader { let_go, read }).unwrap();
        let all = LINES + 100;
        for number in 0..all {
            lines.write_all(format!("{number}\n").as_bytes()).unwrap();
        }
        let dropped = lines.dropped.load(Ordering::Relaxed);
        // One may have been handed to the reader already.
        assert!([99, 100].contains(&dropped), "{dropped}");
        drop(reads);
        drop(lines.written_at_the_end());
        let written: Vec<Vec<u8>> = came.try_iter().collect();
        assert_eq!(written[0], b"0\n");
        assert_eq!(
            u64::try_from(written.len()).unwrap() + dropped,
            u64::try_from(all).unwrap(),
            "the first ones, in order"
        );
    }
}
