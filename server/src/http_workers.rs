//! Whether the threads that answer requests live, asked without a connection: strangers can hold all of those.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::runtime::Handle;

/// The HTTP workers of the public address. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct HttpWorkers(Arc<Mutex<Vec<Handle>>>);

impl HttpWorkers {
    /// Adds the worker that calls this.
    pub(crate) fn add_this(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(Handle::current());
    }

    /// Returns once each worker has done something: never while one hangs. False if none is there.
    pub async fn answer(&self) -> bool {
        let asked = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut living = 0_usize;
        for worker in asked {
            // One that has ended does nothing; another took its place.
            living += usize::from(worker.spawn(async {}).await.is_ok());
        }
        living > 0
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use tokio::runtime::Builder;
    use tokio::sync::oneshot;
    use tokio::time::timeout;

    use super::*;

    /// A worker until the sender is dropped; it hangs in the middle of a task while `blocked` has a sender.
    fn worker(workers: &HttpWorkers, blocked: Option<mpsc::Receiver<()>>) -> oneshot::Sender<()> {
        let (end, ended) = oneshot::channel::<()>();
        let (ready, is_ready) = mpsc::channel();
        let workers = workers.clone();
        std::thread::spawn(move || {
            Builder::new_current_thread().build().unwrap().block_on(async {
                workers.add_this();
                ready.send(()).unwrap();
                if let Some(blocked) = blocked {
                    let _ = blocked.recv();
                }
                let _ = ended.await;
            });
        });
        is_ready.recv().unwrap();
        end
    }

    /// The clock moves on once nothing else can happen.
    #[tokio::test(start_paused = true)]
    async fn they_answer_unless_one_hangs_or_none_is_left() {
        let workers = HttpWorkers::default();
        assert!(!workers.answer().await, "none began");
        let first = worker(&workers, None);
        assert!(workers.answer().await);
        let (unblock, blocked) = mpsc::channel();
        let second = worker(&workers, Some(blocked));
        assert!(timeout(Duration::from_millis(50), workers.answer()).await.is_err(), "one hangs");
        drop(unblock);
        assert!(workers.answer().await);
        drop(first);
        assert!(workers.answer().await, "one is left");
        drop(second);
        while workers.answer().await {
            tokio::task::yield_now().await;
        }
    }
}
