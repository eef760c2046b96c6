//! Shared state behind one lock, and a signal for its changes.

use std::sync::{
    Mutex, MutexGuard, OnceLock, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use chrono::{DateTime, Utc};
use tokio::sync::watch;

use super::{faults::Faults, options::Now, state::State};

/// State shared by handlers, pages and the library's functions.
pub(crate) struct Core {
    state: Mutex<State>,
    revision: watch::Sender<u64>,
    pub(crate) faults: Faults,
    pub(crate) client: reqwest::Client,
    /// The sender of events is paused.
    pub(crate) held: AtomicBool,
    /// Own address, for links to files and upload servers.
    url: OnceLock<String>,
    now: Now,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic while holding the lock was reported where it happened; the state is still usable.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Core {
    pub(crate) fn new(now: Now, client: reqwest::Client, rates: bool) -> Self {
        let mut state = State::default();
        state.rates.on = rates;
        Self {
            state: Mutex::new(state),
            revision: watch::Sender::new(0),
            faults: Faults::default(),
            client,
            held: AtomicBool::new(false),
            url: OnceLock::new(),
            now,
        }
    }

    /// Tells the address once it is known.
    pub(crate) fn is_at(&self, url: &str) {
        let url = self.url.get_or_init(|| url.to_owned());
        self.change(|state| state.files.base.clone_from(url));
    }

    /// VK's own clock.
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

    pub(crate) fn is_held(&self) -> bool {
        self.held.load(Ordering::SeqCst)
    }
}
