//! Rate limits.

use std::collections::BTreeMap;

/// Budgets that are spent at once and recover by waiting, one per key. Times are in milliseconds.
#[derive(Debug)]
pub(crate) struct Budgets<K> {
    /// When each budget is full again.
    used_until: BTreeMap<K, i64>,
}

impl<K> Default for Budgets<K> {
    fn default() -> Self {
        Self { used_until: BTreeMap::new() }
    }
}

impl<K: Ord> Budgets<K> {
    /// How long to wait for one more, if one recovers every `every` milliseconds and `burst` are allowed at once.
    pub(crate) fn wait(&self, key: &K, every: i64, burst: i64, now: i64) -> i64 {
        let used = self.used_until.get(key).copied().unwrap_or(now).max(now);
        (used - now - every * (burst - 1)).max(0)
    }

    /// Spends a number of units.
    pub(crate) fn spend(&mut self, key: K, every: i64, count: i64, now: i64) {
        let used = self.used_until.entry(key).or_insert(now);
        *used = (*used).max(now) + every * count;
    }
}
