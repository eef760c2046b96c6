//! Rate limits.

use std::collections::BTreeMap;

/// Budgets that are spent at once and paid back by waiting, by what they belong to. Times are in milliseconds.
#[derive(Debug)]
pub(crate) struct Budgets<K> {
    /// When each would be paid back.
    used_until: BTreeMap<K, i64>,
}

impl<K> Default for Budgets<K> {
    fn default() -> Self {
        Self { used_until: BTreeMap::new() }
    }
}

impl<K: Ord> Budgets<K> {
    /// How long until one more is allowed, if one comes back `every` so many milliseconds and `burst` may go at once.
    pub(crate) fn wait(&self, key: &K, every: i64, burst: i64, now: i64) -> i64 {
        let used = self.used_until.get(key).copied().unwrap_or(now).max(now);
        (used - now - every * (burst - 1)).max(0)
    }

    /// Counts so many.
    pub(crate) fn spend(&mut self, key: K, every: i64, count: i64, now: i64) {
        let used = self.used_until.entry(key).or_insert(now);
        *used = (*used).max(now) + every * count;
    }
}
