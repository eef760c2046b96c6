//! Searches that read everything an account has stored, e.g. for a phone number: one at a time for an account.

use base::error::{Error, Result};
use base::i18n::LocalizedText;
use uuid::Uuid;

use crate::load_shedding::{Bounds, Capacity, CapacityShare};

/// Searches of all accounts together.
const MOST: usize = 4;
/// Seconds after which a caller may try again.
const RETRY_AFTER: u32 = 5;

/// The searches in progress in this process.
#[derive(Debug)]
pub struct Searches(Capacity<Uuid>);

impl Default for Searches {
    fn default() -> Self {
        Self(Capacity::new(Bounds { most: MOST, of_one: 1, part: 1 }))
    }
}

impl Searches {
    /// Begins a search, which ends when the result is dropped. 429 while the account has another one, or while others
    /// use all places.
    pub fn begin(&self, tenant_id: Uuid) -> Result<CapacityShare<Uuid>> {
        let busy = || Error::TooMany {
            problem: "too_many_requests",
            detail: LocalizedText::new("said-search-busy"),
            retry_after: RETRY_AFTER,
        };
        self.0.take(tenant_id, 1).ok_or_else(busy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_searches_once_at_a_time_and_leaves_places_to_others() {
        let searches = Searches::default();
        let first = searches.begin(Uuid::from_u128(1)).unwrap();
        let again = searches.begin(Uuid::from_u128(1)).unwrap_err();
        assert!(matches!(again, Error::TooMany { retry_after: RETRY_AFTER, .. }), "{again:?}");
        let others: Vec<_> = (2..=4).map(|id| searches.begin(Uuid::from_u128(id)).unwrap()).collect();
        assert!(searches.begin(Uuid::from_u128(5)).is_err(), "all places are taken");
        drop((first, others));
        searches.begin(Uuid::from_u128(1)).unwrap();
    }
}
