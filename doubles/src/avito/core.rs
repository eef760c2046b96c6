//! Shared state behind one lock, and a signal for its changes.

use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use tokio::sync::watch;

use super::{faults::Faults, options::Options, state::State};

/// State shared by handlers, pages and the library's functions.
pub(crate) struct Core {
    state: Mutex<State>,
    revision: watch::Sender<u64>,
    pub(crate) faults: Faults,
    pub(crate) client: reqwest::Client,
    pub(crate) options: Options,
    /// The sender of webhooks is paused.
    pub(crate) held: AtomicBool,
}

impl Core {
    pub(crate) fn new(options: Options, client: reqwest::Client) -> Self {
        Self {
            state: Mutex::default(),
            revision: watch::Sender::new(0),
            faults: Faults::default(),
            client,
            options,
            held: AtomicBool::new(false),
        }
    }

    /// Avito's own clock, in milliseconds.
    pub(crate) fn now(&self) -> i64 {
        (self.options.now)().timestamp_millis()
    }

    fn locked(&self) -> MutexGuard<'_, State> {
        // A panic while holding the lock was reported where it happened; the state is still usable.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the state; must not change it, because waiters would not be notified.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.locked())
    }

    /// Changes the state and wakes all waiters.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let answer = {
            let mut state = self.locked();
            state.now = self.now();
            change(&mut state)
        };
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

    pub(crate) fn is_held(&self) -> bool {
        self.held.load(Ordering::SeqCst)
    }
}
