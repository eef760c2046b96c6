//! Shared state behind one lock, and a signal for its changes.

use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use tokio::sync::watch;

use super::{faults::Faults, options::Options, state::State};
use crate::telegram::Now;

/// State shared by handlers, pages and the library's functions.
pub(crate) struct Core {
    state: Mutex<State>,
    revision: watch::Sender<u64>,
    /// Held by the one delivery that is under way.
    pub(crate) delivering: tokio::sync::Mutex<()>,
    pub(crate) faults: Faults,
    pub(crate) client: reqwest::Client,
    /// Any address is accepted for a webhook.
    pub(crate) local: bool,
    now: Now,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic while holding the lock was reported where it happened; the state is still usable.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Core {
    pub(crate) fn new(options: &Options, client: reqwest::Client, base: String) -> Self {
        let state = State { base, processing: options.processing, ..State::default() };
        Self {
            state: Mutex::new(state),
            revision: watch::Sender::new(0),
            delivering: tokio::sync::Mutex::default(),
            faults: Faults::default(),
            client,
            local: options.local,
            now: options.now.clone(),
        }
    }

    /// MAX's own clock.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        (self.now)()
    }

    /// Reads the state; must not change it, because waiters would not be notified.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&locked(&self.state))
    }

    /// Changes the state and wakes all waiters.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let answer = {
            let mut state = locked(&self.state);
            state.now = self.now().timestamp_millis();
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
}
