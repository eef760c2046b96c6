//! A delay with a precision of a tenth of a millisecond. The runtime's timer counts whole milliseconds and rounds up,
//! and so does its wait for the kernel: 50 ms would be 51.5.

use std::io;
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

/// Delays every caller by the same time. A thread serves them one after the other: callers become due in order of
/// arrival.
pub struct Late {
    delay: Duration,
    line: Sender<(Instant, oneshot::Sender<()>)>,
}

impl Late {
    pub fn start(delay: Duration) -> io::Result<Self> {
        let (line, waiting) = channel::<(Instant, oneshot::Sender<()>)>();
        let work = move || {
            for (due, done) in waiting {
                std::thread::sleep(due.saturating_duration_since(Instant::now()));
                let _ = done.send(());
            }
        };
        std::thread::Builder::new().name("late".to_owned()).spawn(work)?;
        Ok(Self { delay, line })
    }

    /// Returns after the delay.
    pub async fn wait(&self) {
        let (done, due) = oneshot::channel();
        if self.line.send((Instant::now() + self.delay, done)).is_ok() {
            let _ = due.await;
        }
    }
}
