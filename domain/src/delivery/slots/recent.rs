//! The last calls of this process to each pool: how long they took, and how many failed.

use std::collections::VecDeque;

use base::millis::MINUTE;

use super::report::CallFigures;

/// Calls that are remembered of a pool.
const MOST: usize = 500;
/// How long they are, in milliseconds.
const RECENT: i64 = 15 * MINUTE;

struct Call {
    at: i64,
    millis: i64,
    failed: bool,
}

/// The last calls to one pool.
#[derive(Default)]
pub(super) struct RecentCalls(VecDeque<Call>);

impl RecentCalls {
    pub fn add(&mut self, at: i64, millis: i64, failed: bool) {
        if self.0.len() >= MOST {
            self.0.pop_front();
        }
        self.0.push_back(Call { at, millis, failed });
    }

    /// None: there was no call lately.
    pub fn figures(&self, now: i64) -> Option<CallFigures> {
        let recent = || self.0.iter().filter(|call| call.at > now - RECENT);
        let mut times: Vec<i64> = recent().map(|call| call.millis).collect();
        times.sort_unstable();
        let within = *times.get((times.len() * 95).div_ceil(100).checked_sub(1)?)?;
        let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let failed = recent().filter(|call| call.failed).count();
        Some(CallFigures { calls: count(times.len()), failed: count(failed), within })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_calls_count() {
        let mut calls = RecentCalls::default();
        assert_eq!(calls.figures(0), None);
        calls.add(0, 7, true);
        assert_eq!(calls.figures(1), Some(CallFigures { calls: 1, failed: 1, within: 7 }));
        assert_eq!(calls.figures(RECENT), None, "it is too long ago");
        for millis in 1..=100 {
            calls.add(RECENT, millis, millis > 90);
        }
        assert_eq!(calls.figures(RECENT), Some(CallFigures { calls: 100, failed: 10, within: 95 }));
        (0..MOST).for_each(|_| calls.add(RECENT, 3, false));
        assert_eq!(calls.figures(RECENT), Some(CallFigures { calls: 500, failed: 0, within: 3 }));
    }
}
