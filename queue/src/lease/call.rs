//! One call for leases, with a number by which they are found if its answer is lost.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use sea_orm::{DbErr, RuntimeErr};

use super::LeaseRequest;
use crate::Queue;
use crate::turn::Key;

/// What is to be leased.
#[derive(Debug)]
pub struct LeaseCall {
    pub(crate) wishes: BTreeMap<Key, LeaseRequest>,
    /// Unique among the calls of this process.
    pub(crate) number: i64,
    /// Milliseconds.
    pub(crate) lease: i64,
    /// Latest end of its leases by this process's clock.
    pub(crate) until: i64,
}

/// A call to the other side that begins this long after the lease was asked for ends before the lease does: no call takes
/// longer than the rest.
const BEGUN_WITHIN_MILLIS: i64 = 15_000;

impl LeaseCall {
    /// Whether a call that begins at `now` (milliseconds since 1970) ends before the leases do.
    pub(crate) fn leaves_time_for_a_call(&self, now: i64) -> bool {
        leaves_time_for_a_call(self.until, self.lease, now)
    }
}

/// Whether a call that begins at `now` ends before leases that last until `until` and were asked for with this length.
pub(crate) fn leaves_time_for_a_call(until: i64, lease: i64, now: i64) -> bool {
    now - (until - lease) < BEGUN_WITHIN_MILLIS
}

impl Queue {
    /// A call for leases of `lease_millis`.
    pub fn lease_call(&self, wishes: &[LeaseRequest], lease_millis: i64) -> LeaseCall {
        LeaseCall {
            wishes: wishes.iter().map(|wish| ((wish.tenant_id, wish.target), wish.clone())).collect(),
            number: self.claims.fetch_add(1, Ordering::Relaxed),
            lease: lease_millis,
            until: self.store.clock().millis() + lease_millis,
        }
    }
}

/// Whether nothing was written for certain: the database answered with an error, or was never called.
pub(crate) fn is_refused(error: &DbErr) -> bool {
    match error {
        DbErr::Conn(_) | DbErr::ConnectionAcquire(_) => true,
        DbErr::Exec(RuntimeErr::SqlxError(inner)) | DbErr::Query(RuntimeErr::SqlxError(inner)) => {
            matches!(inner.as_ref(), sea_orm::sqlx::Error::Database(_) | sea_orm::sqlx::Error::PoolTimedOut)
        }
        _ => false,
    }
}
