//! How many hooks wait here, right however a sender ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

/// Hooks that are or will be on the disk and are not in the database yet. Cheap to clone.
#[derive(Clone, Default)]
pub struct Waiting(Arc<Count>);

#[derive(Default)]
struct Count {
    hooks: AtomicUsize,
    came: Notify,
}

impl Waiting {
    pub fn hooks(&self) -> usize {
        self.0.hooks.load(Ordering::Acquire)
    }

    /// Hooks that were on the disk before.
    pub fn found(&self, hooks: usize) {
        self.0.hooks.fetch_add(hooks, Ordering::AcqRel);
    }

    /// Hooks that are in the database now. More than were counted are gone when the disk kept what it said it had not.
    pub fn gone(&self, hooks: usize) {
        self.0.hooks.update(Ordering::AcqRel, Ordering::Acquire, |counted| counted.saturating_sub(hooks));
    }

    /// One more, from now on: who comes later must not pass it by.
    pub fn one_more(&self) -> Counted {
        self.found(1);
        Counted(self.clone())
    }

    /// Waits until a hook is on the disk.
    pub async fn came(&self) {
        if self.hooks() == 0 {
            self.0.came.notified().await;
        }
    }
}

/// A hook that is counted as long as this lives. Its sender may give up at any moment, also while the disk is at it: who holds
/// this knows what became of it.
pub struct Counted(Waiting);

impl Counted {
    /// It is on the disk: counted until it is drained.
    pub fn stays(self) {
        self.0.0.came.notify_one();
        self.0.found(1);
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.gone(1);
    }
}
