//! Counts the waiting hooks, correctly however a sender ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

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
    pub fn found(&self, hooks: usize) {
        self.0.hooks.fetch_add(hooks, Ordering::AcqRel);
    }

    /// Subtracts hooks that are now in the database. There may be more than were counted, if the disk kept some after
    /// reporting an error.
    pub fn gone(&self, hooks: usize) {
        self.0.hooks.update(Ordering::AcqRel, Ordering::Acquire, |counted| counted.saturating_sub(hooks));
    }

    /// Counts one more, from now on: later hooks must not overtake it.
    pub fn one_more(&self) -> CountedHook {
        self.found(1);
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
        self.0.found(1);
    }
}

impl Drop for CountedHook {
    fn drop(&mut self) {
        self.0.gone(1);
    }
}
