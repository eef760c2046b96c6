//! Calls that were answered well, counted in memory.
//!
//! The breaker of a target compares errors with calls. While there are no errors nobody reads the number of calls, so a
//! settlement that reports none changes nothing of the turn. What this process has counted is added to the turn
//! together with the next call that is counted there; once the turn shows an error, every call is.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Settlement;
use super::affect::WINDOW_MILLIS;
use crate::turn::Key;

/// Targets beyond which those that were not called for a minute are left out.
const MANY: usize = 4_096;

/// Calls of the current minute by target. Clones share them.
#[derive(Clone, Default)]
pub struct AnsweredCalls(Arc<Mutex<HashMap<Key, Calls>>>);

struct Calls {
    count: i32,
    /// When the first of them ended, in milliseconds.
    from: i64,
}

impl AnsweredCalls {
    /// Counts calls that ended at `now`.
    pub(super) fn count(&self, targets: impl Iterator<Item = Key>, now: i64) {
        let mut all = self.open();
        for target in targets {
            let calls = all.entry(target).or_insert(Calls { count: 0, from: now });
            if now - calls.from >= WINDOW_MILLIS {
                *calls = Calls { count: 0, from: now };
            }
            calls.count = calls.count.saturating_add(1);
        }
        if all.len() > MANY {
            all.retain(|_, calls| now - calls.from < WINDOW_MILLIS);
        }
    }

    /// The calls of the last minute to the targets of these settlements, if those are counted now, and how many
    /// milliseconds ago the first of them ended.
    pub(super) fn of(&self, settlements: &[Settlement], now: i64) -> HashMap<Key, (i32, i64)> {
        let all = self.open();
        let counted = settlements.iter().filter(|one| one.turn.counts());
        let keys = counted.map(|one| (one.claim.tenant_id, one.claim.target));
        keys.filter_map(|key| {
            all.get(&key)
                .filter(|calls| now - calls.from < WINDOW_MILLIS)
                .map(|calls| (key, (calls.count, now - calls.from)))
        })
        .collect()
    }

    /// Forgets what was added to the turns of these settlements, once that is stored.
    pub(super) fn added(&self, settlements: &[Settlement]) {
        let mut all = self.open();
        for one in settlements.iter().filter(|one| one.turn.counts()) {
            all.remove(&(one.claim.tenant_id, one.claim.target));
        }
    }

    fn open(&self) -> MutexGuard<'_, HashMap<Key, Calls>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
