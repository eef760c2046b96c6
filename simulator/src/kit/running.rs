//! What every simulator runs on: a state behind one lock, whose changes wake who waits, and a server.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use actix_web::{App, HttpServer, dev::ServerHandle, web};
use anyhow::{Context, Result};
use tokio::sync::watch;

/// Polling interval for what becomes due: the clock may be a test's, which gives no signal.
const LOOK: Duration = Duration::from_millis(200);

/// A state and a signal for its changes.
#[derive(Debug, Default)]
pub(crate) struct Shared<S> {
    state: Mutex<S>,
    revision: watch::Sender<u64>,
}

pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic while holding the lock was reported where it happened; the state is still usable.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<S> Shared<S> {
    /// The state. Who changes it calls `touch` afterwards.
    pub(crate) fn state(&self) -> MutexGuard<'_, S> {
        locked(&self.state)
    }

    /// Wakes all waiters.
    pub(crate) fn touch(&self) {
        self.revision.send_modify(|revision| *revision = revision.wrapping_add(1));
    }

    /// A receiver notified of every change from now on.
    pub(crate) fn subscribe(&self) -> watch::Receiver<u64> {
        self.revision.subscribe()
    }

    /// Returns the first value of `look`, which is called now and after every change. It never polls.
    pub(crate) async fn first<T>(&self, look: impl Fn() -> Option<T>) -> Option<T> {
        let mut changes = self.subscribe();
        loop {
            changes.borrow_and_update();
            if let Some(found) = look() {
                return Some(found);
            }
            changes.changed().await.ok()?;
        }
    }

    /// The same within a time limit.
    pub(crate) async fn wait_for<T>(&self, limit: Duration, look: impl Fn() -> Option<T>) -> Option<T> {
        tokio::time::timeout(limit, self.first(look)).await.ok().flatten()
    }
}

/// Waits for a change, or – if something waits for its time – for the next look at the clock; false once nothing can
/// change any more.
pub(crate) async fn woken(changes: &mut watch::Receiver<u64>, is_waiting: bool) -> bool {
    let limit = if is_waiting { LOOK } else { Duration::MAX };
    tokio::time::timeout(limit, changes.changed()).await.map_or(true, |changed| changed.is_ok())
}

/// A running server. It stops when dropped.
pub(crate) struct Server {
    /// `http://127.0.0.1:PORT`, without a trailing slash.
    pub(crate) url: String,
    pub(crate) handle: ServerHandle,
}

impl Drop for Server {
    fn drop(&mut self) {
        // The command is sent at once; the future only waits for completion.
        drop(self.handle.stop(false));
    }
}

impl Server {
    /// Serves from the current tokio runtime.
    pub(crate) fn start(
        name: &'static str,
        listen: &str,
        routes: impl Fn(&mut web::ServiceConfig) + Clone + Send + 'static,
    ) -> Result<Self> {
        let server = HttpServer::new(move || App::new().configure(routes.clone()))
            .workers(1)
            .disable_signals()
            .shutdown_timeout(1)
            // As patient as web servers are: on a busy machine a connection must not end under a client's next call.
            .keep_alive(Duration::from_secs(75))
            .client_request_timeout(Duration::from_secs(60))
            .bind(listen)
            .with_context(|| format!("{name} can't listen on {listen}"))?;
        let address = server.addrs().first().copied().with_context(|| format!("{name} has no address"))?;
        let server = server.run();
        let handle = server.handle();
        tokio::spawn(async move {
            if let Err(error) = server.await {
                tracing::error!(%error, name, "a simulator stopped");
            }
        });
        Ok(Self { url: format!("http://{address}"), handle })
    }
}
