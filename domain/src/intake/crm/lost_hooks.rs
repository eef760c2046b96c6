//! Hooks that could not be stored, until their accounts can be recorded.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Maximum number of remembered scopes: with more, the whole instance is down, which its missing heartbeats show.
const MOST: usize = 10_000;

/// The first refusal of each scope, in milliseconds since 1970. Clones share it.
#[derive(Clone, Default)]
pub struct LostHooks(Arc<Mutex<BTreeMap<String, i64>>>);

impl LostHooks {
    /// Records that a genuine hook of this scope was not stored, at this moment (milliseconds since 1970): it is lost.
    pub fn note(&self, scope_id: &str, at: i64) {
        let mut first = self.lock();
        if let Some(known) = first.get_mut(scope_id) {
            *known = at.min(*known);
        } else if first.len() < MOST {
            first.insert(scope_id.to_owned(), at);
        }
    }

    /// Removes and returns all entries.
    pub fn take(&self) -> BTreeMap<String, i64> {
        std::mem::take(&mut *self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, i64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_refusal_of_a_scope_counts_until_it_is_taken() {
        let refused = LostHooks::default();
        refused.note("one", 5);
        refused.note("one", 3);
        refused.note("two", 9);
        refused.note("one", 7);
        assert_eq!(refused.take(), BTreeMap::from([("one".to_owned(), 3), ("two".to_owned(), 9)]));
        assert!(refused.take().is_empty());
    }

    #[test]
    fn memory_has_a_bound() {
        let refused = LostHooks::default();
        for number in 0..MOST + 5 {
            refused.note(&number.to_string(), 1);
        }
        assert_eq!(refused.take().len(), MOST);
    }
}
