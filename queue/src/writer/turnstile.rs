//! Lets the commits of a shard run one after the other.
//!
//! New letters, leases and outcomes of the same account lock the same turns. In the database one commit would wait for
//! the other, with its batch closed and a connection held; here its batch grows meanwhile. The database keeps the order
//! in any case: who has waited for long goes on, so that a commit that is stuck holds up no more than the rows it has
//! locked.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, OwnedMutexGuard};

/// How long a commit waits for the one before it.
const PATIENCE: Duration = Duration::from_millis(100);

/// First come, first served. Clones are the same turnstile.
#[derive(Clone, Default)]
pub(super) struct Turnstile(Arc<Mutex<()>>);

/// The others wait until it is dropped.
pub(super) struct Pass {
    _guard: OwnedMutexGuard<()>,
}

impl Turnstile {
    /// Returns once no other commit has a pass; without one after [`PATIENCE`].
    pub async fn pass(&self) -> Option<Pass> {
        let guard = tokio::time::timeout(PATIENCE, self.0.clone().lock_owned()).await.ok()?;
        Some(Pass { _guard: guard })
    }
}

#[cfg(test)]
mod tests {
    use futures_util::poll;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn one_waits_until_the_other_is_done_but_not_for_a_stuck_one() {
        let turnstile = Turnstile::default();
        let first = turnstile.pass().await;
        assert!(first.is_some());
        let mut next = Box::pin(turnstile.pass());
        assert!(poll!(&mut next).is_pending());
        drop(first);
        let stuck = next.await;
        assert!(stuck.is_some());
        let begun = tokio::time::Instant::now();
        assert!(turnstile.pass().await.is_none());
        assert_eq!(begun.elapsed(), PATIENCE);
    }
}
