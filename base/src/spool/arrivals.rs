//! The order in which hooks arrived. Each goes to the database first, which may take a second and a half; meanwhile the spool
//! may begin to fill, and those that arrive then go to the disk at once. They must not reach it before those.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// Hooks that are not stored yet, nor on their way to the disk. Clones are the same.
#[derive(Clone, Default)]
pub(super) struct Arrivals(Arc<Mutex<Pending>>);

#[derive(Default)]
struct Pending {
    arrived: u64,
    /// By their numbers; each is notified when it is the first one.
    hooks: BTreeMap<u64, Arc<Notify>>,
}

/// The place of a hook among those that arrived. Later ones wait for it at the spool until this is dropped.
pub struct Arrival {
    arrivals: Arrivals,
    number: u64,
    turn: Arc<Notify>,
}

impl Arrivals {
    pub fn arrive(&self) -> Arrival {
        let turn = Arc::new(Notify::new());
        let mut pending = self.pending();
        pending.arrived += 1;
        let number = pending.arrived;
        pending.hooks.insert(number, turn.clone());
        Arrival { arrivals: self.clone(), number, turn }
    }

    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Arrival {
    /// Returns once all that arrived before are stored, on their way to the disk, or given up.
    pub(super) async fn until_first(&self) {
        while self.arrivals.pending().hooks.keys().next() != Some(&self.number) {
            self.turn.notified().await;
        }
    }
}

impl Drop for Arrival {
    fn drop(&mut self) {
        let mut pending = self.arrivals.pending();
        pending.hooks.remove(&self.number);
        if let Some(turn) = pending.hooks.values().next() {
            turn.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn each_waits_for_all_before_it_in_whatever_order_they_leave() {
        let arrivals = Arrivals::default();
        let [first, second, third, fourth] = std::array::from_fn(|_| arrivals.arrive());
        let mut last = Box::pin(fourth.until_first());
        assert!((&mut last).now_or_never().is_none());
        assert!(second.until_first().now_or_never().is_none());
        drop(second);
        drop(first);
        assert!((&mut last).now_or_never().is_none());
        third.until_first().await;
        drop(third);
        last.await;
    }
}
