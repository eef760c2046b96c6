//! Install calls that exceeded the write limit of unknown callers. amoCRM sends a genuine one only once and ignores
//! the answer, so the newest few are kept in memory and stored when their turn comes.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use uuid::Uuid;

use super::call::InstallCall;

/// Maximum number of calls kept.
const MOST: usize = 64;

/// A call that is not stored.
#[derive(Clone, Debug)]
pub(super) struct Unstored {
    /// Our id, which contains the time of arrival.
    pub id: Uuid,
    pub call: InstallCall,
}

/// The newest calls that are not stored.
#[derive(Default)]
pub struct Overflow(Mutex<VecDeque<Unstored>>);

impl Overflow {
    /// Keeps a call in memory. It replaces an earlier one for the same host from the same address; when there are too
    /// many, the oldest is dropped.
    pub fn put(&self, id: Uuid, call: InstallCall) {
        let mut calls = self.calls();
        calls.retain(|one| {
            let one = &one.call;
            (&one.integration, &one.host, &one.network) != (&call.integration, &call.host, &call.network)
        });
        if calls.len() >= MOST {
            calls.pop_front();
        }
        calls.push_back(Unstored { id, call });
    }

    pub(super) fn all(&self) -> Vec<Unstored> {
        self.calls().iter().cloned().collect()
    }

    /// Removes a call; false if it was not there.
    pub(super) fn claim(&self, id: Uuid) -> bool {
        let mut calls = self.calls();
        let before = calls.len();
        calls.retain(|one| one.id != id);
        calls.len() < before
    }

    fn calls(&self) -> MutexGuard<'_, VecDeque<Unstored>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;

    use super::*;
    use crate::tenant::install::Trust;

    #[test]
    fn the_newest_stay() {
        let overflow = Overflow::default();
        for number in 0..100 {
            let call = InstallCall {
                integration: "main".to_owned(),
                host: format!("h{}.amocrm.ru", number % 90),
                code: SecretString::from("x"),
                trust: Trust::Stranger,
                network: "n".to_owned(),
            };
            overflow.put(Uuid::from_u128(number), call);
        }
        let ids: Vec<u128> = overflow.all().iter().map(|one| one.id.as_u128()).collect();
        assert_eq!((ids.len(), ids.first(), ids.last()), (MOST, Some(&36), Some(&99)));
        assert!(overflow.claim(Uuid::from_u128(99)));
        assert!(!overflow.claim(Uuid::from_u128(99)));
        assert!(!overflow.claim(Uuid::from_u128(3)));
    }
}
