//! Rate limits by key, kept in this process: a burst, then one call per interval.

use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::cache::Cache;
use crate::millis::DAY;

/// A rate: burst size and interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    pub at_once: i64,
    /// Milliseconds to regain one call.
    pub each: i64,
}

impl Budget {
    /// Never more than this many calls in any second: a quarter of them, or three, at once, the others evenly.
    pub fn within_a_second(calls: u32) -> Self {
        let calls = i64::from(calls.max(1));
        // One each millisecond: rounding up to the next would halve the rate.
        if calls >= 1000 {
            return Self { at_once: calls - 999, each: 1 };
        }
        let at_once = Self::at_once_of(calls);
        let evenly = calls - at_once + 1;
        Self { at_once, each: (1000 + evenly - 1) / evenly }
    }

    /// How many of a second's calls may be made at once.
    pub fn at_once_of(calls: i64) -> i64 {
        (calls / 4).max(3).min(calls)
    }

    /// This many calls a second, and the same number as a burst.
    #[expect(clippy::as_conversions, reason = "configured rates are small, positive and finite; `as` saturates")]
    pub fn per_second(requests: f64) -> Self {
        Self { at_once: (requests as i64).max(1), each: ((1000.0 / requests) as i64).max(1) }
    }
}

/// A key that was idle for so long is forgotten: longer than any budget needs to be full again, so that pauses gain nothing.
const FORGOTTEN: Duration = Duration::from_secs(2 * 3600);
/// A clock that shows an earlier time than this before the last call was set back; less is calls that overtake another.
const SET_BACK: i64 = 1_000;

/// What is used of a key's budget, in milliseconds.
#[derive(Debug, Default)]
struct Spent {
    /// When the budget is full again.
    whole_at: i64,
    /// The latest call.
    at: i64,
}

impl Spent {
    /// When the budget is full after one more call. A clock that is set back makes no one wait until it has caught up.
    fn after_one(&mut self, budget: Budget, now: i64) -> i64 {
        if self.at.saturating_sub(now) > SET_BACK {
            self.whole_at = self.whole_at.saturating_sub(self.at - now);
            self.at = now;
        }
        self.at = self.at.max(now);
        self.whole_at.max(now) + budget.each
    }
}

/// Rate limiters by key, the least recently used evicted. Cheap to clone; clones share the counts.
#[derive(Clone)]
pub struct RateLimiter<K: Hash + Eq + Send + Sync + 'static> {
    spent: Cache<K, Arc<Mutex<Spent>>>,
    born: Instant,
}

impl<K: Hash + Eq + Send + Sync + 'static> RateLimiter<K> {
    pub fn new(keys: u64) -> Self {
        Self { spent: Cache::builder().max_capacity(keys).time_to_idle(FORGOTTEN).build(), born: Instant::now() }
    }

    /// Counts one call if it is allowed; otherwise the error holds the milliseconds to wait.
    pub async fn take(&self, key: K, budget: Budget, now: i64) -> Result<(), i64> {
        let spent = self.spent.get_with(key, async { Arc::default() }).await;
        let mut spent = spent.lock().unwrap_or_else(PoisonError::into_inner);
        let next = spent.after_one(budget, now);
        let wait = next - now - budget.at_once * budget.each;
        if wait > 0 {
            return Err(wait);
        }
        spent.whole_at = next;
        Ok(())
    }

    /// The calls that a key may still make at once.
    pub async fn left(&self, key: K, budget: Budget, now: i64) -> i64 {
        let spent = self.spent.get_with(key, async { Arc::default() }).await;
        let whole_at = spent.lock().unwrap_or_else(PoisonError::into_inner).whole_at;
        let each = budget.each.max(1);
        (budget.at_once - ((whole_at - now).max(0) + each - 1) / each).max(0)
    }

    /// Counts one call in any case; returns the milliseconds until the next is allowed.
    pub async fn spend(&self, key: K, budget: Budget, now: i64) -> i64 {
        let spent = self.spent.get_with(key, async { Arc::default() }).await;
        let mut spent = spent.lock().unwrap_or_else(PoisonError::into_inner);
        spent.whole_at = spent.after_one(budget, now);
        (spent.whole_at + budget.each - now - budget.at_once * budget.each).max(0)
    }

    /// Counts one call in any case and waits until it is allowed. Uses real time, because the limit protects a remote
    /// side.
    pub async fn wait(&self, key: K, budget: Budget) {
        let now = i64::try_from(self.born.elapsed().as_millis()).unwrap_or(i64::MAX / 2);
        let wait = {
            let spent = self.spent.get_with(key, async { Arc::default() }).await;
            let mut spent = spent.lock().unwrap_or_else(PoisonError::into_inner);
            spent.whole_at = spent.after_one(budget, now);
            spent.whole_at - now - budget.at_once * budget.each
        };
        if let Ok(wait @ 1..) = u64::try_from(wait) {
            tokio::time::sleep(Duration::from_millis(wait)).await;
        }
    }
}

/// Daily amounts (UTC) per key, in this process's memory; the least recently used keys are evicted. Cheap to clone;
/// clones share the counts.
#[derive(Clone)]
pub struct Daily<K: Hash + Eq + Send + Sync + 'static>(Cache<K, Arc<Mutex<DailyUse>>>);

/// The day as days since 1970, and the amount used on it.
#[derive(Clone, Copy, Debug, Default)]
struct DailyUse {
    day: i64,
    amount: u64,
}

impl<K: Hash + Eq + Send + Sync + 'static> Daily<K> {
    pub fn new(keys: u64) -> Self {
        Self(Cache::builder().max_capacity(keys).time_to_idle(Duration::from_secs(86_400)).build())
    }

    /// Adds an amount unless the sum would exceed `most` (0: no limit); then nothing is added and the error gives the
    /// milliseconds until the next day.
    pub async fn add(&self, key: K, amount: u64, most: u64, now: i64) -> Result<(), i64> {
        self.meter(key).await.add(amount, most, now)
    }

    /// The counter of one key, to add to without waiting.
    pub async fn meter(&self, key: K) -> Meter {
        Meter(self.0.get_with(key, async { Arc::default() }).await)
    }
}

/// The daily counter of one key. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Meter(Arc<Mutex<DailyUse>>);

impl Meter {
    /// See [`Daily::add`].
    pub fn add(&self, amount: u64, most: u64, now: i64) -> Result<(), i64> {
        self.count(amount, most, now, true)
    }

    /// Whether an amount would fit; adds nothing.
    pub fn holds(&self, amount: u64, most: u64, now: i64) -> Result<(), i64> {
        self.count(amount, most, now, false)
    }

    /// What is left of `most`, and the milliseconds until the next day.
    pub fn left(&self, most: u64, now: i64) -> (u64, i64) {
        let used = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let day = now.div_euclid(DAY);
        let used = if used.day == day { used.amount } else { 0 };
        (most.saturating_sub(used), (day + 1) * DAY - now)
    }

    fn count(&self, amount: u64, most: u64, now: i64, keep: bool) -> Result<(), i64> {
        let mut used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let day = now.div_euclid(DAY);
        if used.day != day {
            *used = DailyUse { day, amount: 0 };
        }
        let sum = used.amount.saturating_add(amount);
        if most > 0 && sum > most {
            return Err((day + 1) * DAY - now);
        }
        if keep {
            used.amount = sum;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_spend_is_counted_and_returns_the_time_to_wait() {
        let paces = RateLimiter::new(10);
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
        let paces = RateLimiter::new(10);
        let budget = Budget::per_second(5.0);
        for _ in 0..5 {
            assert_eq!(paces.take("a", budget, 1_000).await, Ok(()));
        }
        assert_eq!(paces.take("a", budget, 1_000).await, Err(200));
        let left = [paces.left("a", budget, 1_000).await, paces.left("a", budget, 1_200).await];
        assert_eq!((left, paces.left("b", budget, 1_000).await), ([0, 1], 5));
        assert_eq!(paces.take("b", budget, 1_000).await, Ok(()));
        assert_eq!(paces.take("a", budget, 1_200).await, Ok(()));
    }

    #[tokio::test]
    async fn no_second_has_more_calls_than_documented() {
        for most in [1, 2, 4, 10, 15, 20, 30, 80, 1_000] {
            let (paces, budget) = (RateLimiter::new(1), Budget::within_a_second(most));
            let mut calls: Vec<i64> = Vec::new();
            for now in 0..3_000 {
                while paces.take("a", budget, now).await.is_ok() {
                    calls.push(now);
                }
            }
            let busiest = calls.iter().map(|from| calls.iter().filter(|at| (*from..from + 1_000).contains(at)).count());
            assert!(busiest.max().unwrap() <= usize::try_from(most).unwrap(), "{most}");
        }
    }

    #[tokio::test]
    async fn a_thousand_calls_a_second_are_not_halved_by_rounding() {
        let (paces, budget) = (RateLimiter::new(1), Budget::within_a_second(1_000));
        let mut made = 0;
        for now in 0..3_000 {
            while paces.take("a", budget, now).await.is_ok() {
                made += 1;
            }
        }
        assert_eq!(made, 3_000);
    }

    #[tokio::test]
    async fn a_clock_that_is_set_back_makes_no_one_wait_for_it() {
        let paces = RateLimiter::new(10);
        let budget = Budget { at_once: 2, each: 1_000 };
        let (noon, eleven) = (12 * 3_600_000, 11 * 3_600_000);
        assert_eq!(paces.take("a", budget, noon).await, Ok(()));
        assert_eq!(paces.take("a", budget, eleven).await, Ok(()), "one of two is left");
        assert_eq!(paces.take("a", budget, eleven).await, Err(1_000), "and what was used is still used");
        assert_eq!(paces.take("a", budget, eleven + 1_000).await, Ok(()));
        let waits = [paces.spend("b", budget, noon).await, paces.spend("b", budget, eleven).await];
        assert_eq!(waits, [0, 1_000]);
        assert_eq!(paces.take("c", budget, noon).await, Ok(()));
        assert_eq!(paces.take("c", budget, noon - 5).await, Err(5), "a call that overtakes another gains nothing");
    }

    #[tokio::test]
    async fn a_days_amount_is_whole_again_on_the_next_day() {
        let daily = Daily::new(10);
        let night = 20 * DAY - 1_000;
        assert_eq!(daily.add("a", 60, 100, night).await, Ok(()));
        assert_eq!(daily.add("a", 41, 100, night).await, Err(1_000));
        let meter = daily.meter("a").await;
        assert_eq!((meter.left(100, night), meter.left(100, night + 1_000)), ((40, 1_000), (100, DAY)));
        assert_eq!(daily.add("a", 40, 100, night).await, Ok(()), "what was refused is not counted");
        assert_eq!(daily.add("b", 100, 100, night).await, Ok(()));
        assert_eq!(daily.add("a", 1, 0, night).await, Ok(()), "no limit");
        assert_eq!(daily.add("a", 100, 100, night + 1_000).await, Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn waiting_callers_are_served_in_order() {
        let paces = RateLimiter::new(10);
        let started = Instant::now();
        for _ in 0..7 {
            paces.wait("a", Budget::per_second(5.0)).await;
        }
        assert_eq!(started.elapsed(), Duration::from_millis(400));
    }
}
