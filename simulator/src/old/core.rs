//! Shared state behind one lock, and a signal for its changes.

use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use tokio::sync::watch;

use crate::kit::Now;

/// The state of a double, and the data that it receives from the kit.
pub(crate) trait Memory: Send + 'static {
    /// Sets the time for the following access, in milliseconds.
    fn set_now(&mut self, millis: i64);

    /// Sets the double's own address, for links in its answers; called before the first request.
    fn set_address(&mut self, _url: &str) {}
}

/// State shared by handlers, pages and the library's functions: `S` is the state of the double, `F` its faults, `O` its
/// start options.
pub(crate) struct Core<S, F, O> {
    state: Mutex<S>,
    revision: watch::Sender<u64>,
    pub(crate) faults: F,
    /// For webhooks and files by address.
    pub(crate) client: reqwest::Client,
    pub(crate) options: O,
    is_held: AtomicBool,
    now: Now,
}

impl<S: Memory, F: Default, O> Core<S, F, O> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the server's HttpClients is out of reach here: a double shares nothing with it"
    )]
    pub(crate) fn new(state: S, now: Now, options: O) -> Result<Self> {
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            // A reused connection that the other side has just closed would look like a lost delivery.
            .pool_max_idle_per_host(0)
            .build()
            .context("the client for webhooks")?;
        Ok(Self {
            state: Mutex::new(state),
            revision: watch::Sender::new(0),
            faults: F::default(),
            client,
            options,
            is_held: AtomicBool::new(false),
            now,
        })
    }
}

impl<S: Memory, F, O> Core<S, F, O> {
    /// The double's own clock.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        (self.now)()
    }

    /// The same, in milliseconds.
    pub(crate) fn millis(&self) -> i64 {
        self.now().timestamp_millis()
    }

    fn lock(&self) -> MutexGuard<'_, S> {
        // A panic while holding the lock was already reported; the state is still usable.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.set_now(self.millis());
        state
    }

    /// Reads the state; must not change it, because waiters would not be notified.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&S) -> T) -> T {
        look(&self.lock())
    }

    /// Changes the state and wakes all waiters.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut S) -> T) -> T {
        let answer = change(&mut self.lock());
        self.touch();
        answer
    }

    /// Wakes all waiters.
    pub(crate) fn touch(&self) {
        self.revision.send_modify(|revision| *revision = revision.wrapping_add(1));
    }

    /// A receiver notified of every change from now on.
    pub(crate) fn subscribe(&self) -> watch::Receiver<u64> {
        self.revision.subscribe()
    }

    /// Whether the sender is paused.
    pub(crate) fn is_held(&self) -> bool {
        self.is_held.load(Ordering::SeqCst)
    }

    /// Pauses the sender; false resumes it.
    pub(crate) fn hold(&self, hold: bool) {
        self.is_held.store(hold, Ordering::SeqCst);
        self.touch();
    }

    /// Returns the first value of `look`, which is called now and after every change. It never polls.
    async fn first<T>(&self, look: impl Fn() -> Option<T>) -> Option<T> {
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

    /// Wakes the sender and returns when `is_done`.
    pub(crate) async fn settle(&self, is_done: impl Fn() -> bool) {
        self.touch();
        self.first(|| is_done().then_some(())).await;
    }
}
