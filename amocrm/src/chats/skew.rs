//! The difference between our clock and amojo's: a signature is valid for 15 minutes around its date.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};

use crate::transport::Answer;

/// Differences up to this are attributed to transmission.
const NOTABLE_SECONDS: i64 = 60;

/// The learned difference in seconds; clones share it. All clients of one machine can use the same one.
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

    /// The clock difference, if it may be the reason why amojo refused the signature dated `dated`; `now` is our time.
    pub(super) fn blamed(answer: &Answer, now: DateTime<Utc>, dated: DateTime<Utc>) -> Option<i64> {
        if !matches!(answer.status, 401 | 403) || answer.is_page() {
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
