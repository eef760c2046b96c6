//! The order in which hooks arrived. Each goes to the database first, which may take a second and a half; meanwhile the spool
//! may begin to fill, and those that arrive then go to the disk at once. They must not reach it before those.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
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

/// Number of hooks that are or will be on the disk and are not in the database yet. Cheap to clone.
#[derive(Clone, Default)]
pub struct SpoolCount(Arc<Count>);

#[derive(Default)]
struct Count {
    hooks: AtomicUsize,
    came: Notify,
}

impl SpoolCount {
    pub fn hooks(&self) -> usize {
        self.0.hooks.load(Ordering::Acquire)
    }

    /// Adds hooks that were already on the disk.
    pub fn add(&self, hooks: usize) {
        self.0.hooks.fetch_add(hooks, Ordering::AcqRel);
    }

    /// Subtracts hooks that are now in the database. There may be more than were counted, if the disk kept some after
    /// reporting an error.
    pub fn gone(&self, hooks: usize) {
        self.0.hooks.update(Ordering::AcqRel, Ordering::Acquire, |counted| counted.saturating_sub(hooks));
    }

    /// Counts one more, from now on: later hooks must not overtake it.
    pub fn one_more(&self) -> CountedHook {
        self.add(1);
        CountedHook(self.clone())
    }

    /// Waits until a hook is on the disk.
    pub async fn came(&self) {
        if self.hooks() == 0 {
            self.0.came.notified().await;
        }
    }
}

/// A hook that is counted as long as this lives. Its sender may give up at any moment, even during the write; the
/// owner of this value knows the outcome.
pub struct CountedHook(SpoolCount);

impl CountedHook {
    /// It is on the disk: counted until it is drained.
    pub fn stays(self) {
        self.0.0.came.notify_one();
        self.0.add(1);
    }
}

impl Drop for CountedHook {
    fn drop(&mut self) {
        self.0.gone(1);
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
