//! How far our clock is from amojo's: a signature is valid for 15 minutes around the date it covers.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};

use crate::transport::Answer;

/// So much is put down to the way.
const NOTABLE_SECONDS: i64 = 60;

/// The difference that was learned, in seconds; clones learn together. Clients of one machine can share one.
#[derive(Clone, Debug, Default)]
pub struct Skew(Arc<AtomicI64>);

impl Skew {
    /// Seconds by which amojo's clock is ahead of ours.
    pub fn seconds(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(super) fn learn(&self, seconds: i64) {
        self.0.store(seconds, Ordering::Relaxed);
    }

    /// By which the clocks differ, when that may be why an answer refuses the signature dated `dated`, at our time `now`.
    pub(super) fn blamed(answer: &Answer, now: DateTime<Utc>, dated: DateTime<Utc>) -> Option<i64> {
        if !matches!(answer.status, 401 | 403) {
            return None;
        }
        let theirs = answer.date()?.with_timezone(&Utc);
        let off = (theirs - dated).num_seconds().abs() > NOTABLE_SECONDS;
        off.then(|| (theirs - now).num_seconds())
    }
}

/// `now` by amojo's clock.
pub(super) fn corrected(now: DateTime<Utc>, seconds: i64) -> DateTime<Utc> {
    TimeDelta::try_seconds(seconds).and_then(|skew| now.checked_add_signed(skew)).unwrap_or(now)
}
