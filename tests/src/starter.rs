//! A starter without a worker: what a commit has leased is kept for the test.

use std::sync::{Arc, Mutex, PoisonError};

use queue::writer::{NewLetters, Reservation, Reserving, Starter};
use queue::{Claim, LeaseRequest, TargetRate};
use tokio::sync::Notify;

use crate::office::LEASE;

/// Reserves everything it is asked for, and keeps what was leased.
#[derive(Default)]
pub struct KeptStarts {
    claims: Arc<Mutex<Vec<Claim>>>,
    /// Notified when a reservation is used.
    pub came: Arc<Notify>,
    /// Notified when a reservation ends.
    pub ended: Arc<Notify>,
}

impl KeptStarts {
    /// What was leased since the last call.
    pub fn take(&self) -> Vec<Claim> {
        std::mem::take(&mut *self.claims.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Notifies when it is dropped.
struct Ends(Arc<Notify>);

impl Drop for Ends {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

impl Starter for KeptStarts {
    fn reserve(&self, letters: Vec<NewLetters>) -> Reserving {
        let wish = |of: NewLetters| LeaseRequest {
            tenant_id: of.tenant_id,
            target: of.target,
            limit: of.count,
            rate: TargetRate::per_second(1000),
        };
        let wishes = letters.into_iter().map(wish).collect();
        let (claims, came, ends) = (self.claims.clone(), self.came.clone(), Ends(self.ended.clone()));
        let start = Box::new(move |leased: Vec<Claim>, _| {
            let _ends = ends;
            claims.lock().unwrap_or_else(PoisonError::into_inner).extend(leased);
            came.notify_one();
        });
        Box::pin(async move { Some(Reservation { wishes, lease_millis: LEASE, start }) })
    }
}
