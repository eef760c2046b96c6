//! How fast somebody may go, remembered by key in this process: so many at once, then one after each interval.

use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use moka::future::Cache;
use tokio::time::Instant;

/// A budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    pub at_once: i64,
    /// Milliseconds for one more.
    pub each: i64,
}

impl Budget {
    /// So many a second, as many at once.
    #[expect(clippy::as_conversions, reason = "configured rates are small, positive and finite; `as` saturates")]
    pub fn per_second(requests: f64) -> Self {
        Self { at_once: (requests as i64).max(1), each: ((1000.0 / requests) as i64).max(1) }
    }
}

/// Budgets of many, the least recently seen forgotten. Cheap to clone; clones count together.
#[derive(Clone)]
pub struct Paces<K: Hash + Eq + Send + Sync + 'static> {
    /// When the budget of a key is whole again, in milliseconds.
    whole_at: Cache<K, Arc<Mutex<i64>>>,
    born: Instant,
}

impl<K: Hash + Eq + Send + Sync + 'static> Paces<K> {
    pub fn new(keys: u64) -> Self {
        Self {
            whole_at: Cache::builder().max_capacity(keys).time_to_idle(Duration::from_secs(120)).build(),
            born: Instant::now(),
        }
    }

    /// Counts one more; an error tells in how many milliseconds it would be welcome.
    pub async fn take(&self, key: K, budget: Budget, now: i64) -> Result<(), i64> {
        let whole_at = self.whole_at.get_with(key, async { Arc::default() }).await;
        let mut whole_at = whole_at.lock().unwrap_or_else(PoisonError::into_inner);
        let next = (*whole_at).max(now) + budget.each;
        let wait = next - now - budget.at_once * budget.each;
        if wait > 0 {
            return Err(wait);
        }
        *whole_at = next;
        Ok(())
    }

    /// Counts one more in any case; gives in how many milliseconds the next would be welcome.
    pub async fn spend(&self, key: K, budget: Budget, now: i64) -> i64 {
        let whole_at = self.whole_at.get_with(key, async { Arc::default() }).await;
        let mut whole_at = whole_at.lock().unwrap_or_else(PoisonError::into_inner);
        *whole_at = (*whole_at).max(now) + budget.each;
        (*whole_at + budget.each - now - budget.at_once * budget.each).max(0)
    }

    /// Counts one more in any case and waits until it is welcome, by a clock that no test stops: what is paced is a
    /// remote side.
    pub async fn wait(&self, key: K, budget: Budget) {
        let now = i64::try_from(self.born.elapsed().as_millis()).unwrap_or(i64::MAX / 2);
        let wait = {
            let whole_at = self.whole_at.get_with(key, async { Arc::default() }).await;
            let mut whole_at = whole_at.lock().unwrap_or_else(PoisonError::into_inner);
            *whole_at = (*whole_at).max(now) + budget.each;
            *whole_at - now - budget.at_once * budget.each
        };
        if let Ok(wait @ 1..) = u64::try_from(wait) {
            tokio::time::sleep(Duration::from_millis(wait)).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_spent_is_counted_and_tells_when_the_next_is_welcome() {
        let paces = Paces::new(10);
        let budget = Budget { at_once: 3, each: 1_000 };
        let mut waits = Vec::new();
        for _ in 0..5 {
            waits.push(paces.spend("a", budget, 0).await);
        }
        assert_eq!(waits, [0, 0, 1_000, 2_000, 3_000]);
        assert_eq!(paces.spend("a", budget, 60_000).await, 0);
    }

    #[tokio::test]
    async fn the_sixth_of_a_second_waits_and_keys_do_not_share() {
        let paces = Paces::new(10);
        let budget = Budget::per_second(5.0);
        for _ in 0..5 {
            assert_eq!(paces.take("a", budget, 1_000).await, Ok(()));
        }
        assert_eq!(paces.take("a", budget, 1_000).await, Err(200));
        assert_eq!(paces.take("b", budget, 1_000).await, Ok(()));
        assert_eq!(paces.take("a", budget, 1_200).await, Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_is_let_through_in_turn() {
        let paces = Paces::new(10);
        let started = Instant::now();
        for _ in 0..7 {
            paces.wait("a", Budget::per_second(5.0)).await;
        }
        assert_eq!(started.elapsed(), Duration::from_millis(400));
    }
}
