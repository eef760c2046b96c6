//! The rate of a target: fixed, or found by experience.

use super::Turn;

/// A rate is raised by a step after this long without a request to slow down.
const CLEAN_MILLIS: i64 = 60_000;
const STEP: i64 = 1_000;

/// How many requests a target accepts: a token bucket that fills evenly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TargetRate {
    /// Thousandths of a request per second.
    pub per_second: i64,
    /// Thousandths of a request that may be saved up.
    pub burst: i64,
    /// Minimum and maximum of an adaptive rate, in thousandths per second; none for a fixed rate.
    pub bounds: Option<(i64, i64)>,
}

impl TargetRate {
    /// A configured rate; at least one request in a thousand seconds.
    #[expect(clippy::as_conversions, reason = "configured rates are small and finite; `as` saturates")]
    pub fn of(requests: f64) -> Self {
        let per_second = ((requests * 1000.0) as i64).max(1);
        Self { per_second, burst: per_second.max(1000), bounds: None }
    }

    /// For an undocumented limit: the rate begins at `start`, is halved when the other side asks to slow down and
    /// raised again while it does not, between `floor` and `ceiling` requests a second.
    pub fn adaptive(start: f64, floor: f64, ceiling: f64) -> Self {
        let bounds = Some((Self::of(floor).per_second, Self::of(ceiling).per_second));
        Self { bounds, ..Self::of(start) }
    }

    /// `requests` per second, with a burst of as many.
    pub fn per_second(requests: u32) -> Self {
        let per_second = i64::from(requests.max(1)) * 1000;
        Self { per_second, burst: per_second, bounds: None }
    }
}

impl Turn {
    /// This target's rate: the learned one within the current bounds, unless it is fixed. It is raised by one request a
    /// second after each minute in which the other side asked for nothing slower, if its last answer was no failure.
    pub fn pace(&mut self, rate: TargetRate, now: i64) -> TargetRate {
        let Some((floor, ceiling)) = rate.bounds else { return rate };
        if self.rate == 0 {
            // Set a moment ago, so that calls started from now on may lower it.
            (self.rate, self.rate_at) = (rate.per_second, now - 1);
        } else if self.failures == 0 && now - self.rate_at >= CLEAN_MILLIS {
            (self.rate, self.rate_at) = (self.rate.saturating_add(STEP), now - 1);
        }
        self.rate = self.rate.clamp(floor, ceiling);
        TargetRate { per_second: self.rate, burst: self.rate.max(1000), ..rate }
    }

    /// Fills the bucket up to now. A row never filled starts full.
    pub fn refill(&mut self, rate: TargetRate, now: i64) {
        let passed = (now - self.refilled_at).max(0);
        let gained = passed.saturating_mul(rate.per_second) / 1000;
        self.tokens =
            if self.refilled_at == 0 { rate.burst } else { self.tokens.saturating_add(gained).min(rate.burst) };
        // Another transaction may have filled it while this one waited for the lock.
        self.refilled_at = now.max(self.refilled_at);
    }

    /// Milliseconds until the bucket contains one whole request.
    pub fn until_next(&self, rate: TargetRate) -> i64 {
        let missing = (1000 - self.tokens).max(0);
        (missing * 1000 / rate.per_second.max(1)) + 1
    }
}
