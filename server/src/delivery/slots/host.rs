//! What is remembered of a destination host: how its last calls went, and how many second tries they allow.

/// When of at least so many calls within a minute half have failed, it is left alone for half a minute.
const OPEN_AFTER: u32 = 20;
const WINDOW_MILLIS: i64 = 60_000;
const OPEN_MILLIS: i64 = 30_000;
/// Thousandths of a second try: what a first try allows, what a second costs, what a second (of time) allows in any case,
/// and how much may be saved.
const EARNED: i64 = 200;
const COST: i64 = 1_000;
const EACH_SECOND: i64 = 1_000;
const SAVED: i64 = 10_000;

#[derive(Debug)]
pub struct Host {
    calls: u32,
    errors: u32,
    counted_from: i64,
    /// Left alone until then, and afterwards tried by one call until that has ended.
    open_until: Option<i64>,
    budget: i64,
    budget_at: Option<i64>,
}

impl Default for Host {
    fn default() -> Self {
        Self { calls: 0, errors: 0, counted_from: 0, open_until: None, budget: SAVED, budget_at: None }
    }
}

impl Host {
    /// Calls at once that it may have of `usual`.
    pub fn most(&self, usual: u32, now: i64) -> u32 {
        match self.open_until {
            Some(until) if until > now => 0,
            Some(_) => 1,
            None => usual,
        }
    }

    /// Counts a call. True: from now on it is left alone.
    pub fn note(&mut self, answered: bool, now: i64) -> bool {
        if now - self.counted_from >= WINDOW_MILLIS || self.open_until.is_some() {
            (self.calls, self.errors, self.counted_from) = (0, 0, now);
        }
        if self.open_until.is_some() {
            self.open_until = (!answered).then_some(now + OPEN_MILLIS);
            return !answered;
        }
        self.calls += 1;
        self.errors += u32::from(!answered);
        let opens = self.calls >= OPEN_AFTER && self.errors * 2 >= self.calls;
        if opens {
            self.open_until = Some(now + OPEN_MILLIS);
        }
        opens
    }

    pub fn is_open(&self, now: i64) -> bool {
        self.closed_until(now).is_some()
    }

    pub fn closed_until(&self, now: i64) -> Option<i64> {
        self.open_until.filter(|until| *until > now)
    }

    /// A first try: it goes, and allows a part of a second.
    pub fn earn(&mut self, now: i64) -> bool {
        self.refill(now);
        // What is earned may exceed what is saved by waiting: a busy host earns what it needs.
        self.budget = (self.budget + EARNED).min(2 * SAVED);
        true
    }

    /// A second try. False: not now.
    pub fn spend(&mut self, now: i64) -> bool {
        self.refill(now);
        let may = self.budget >= COST;
        if may {
            self.budget -= COST;
        }
        may
    }

    /// Nothing would be lost by forgetting it.
    pub fn is_whole(&self, now: i64) -> bool {
        let waited = self.budget_at.is_none_or(|at| now - at >= SAVED);
        self.open_until.is_none() && waited && now - self.counted_from >= WINDOW_MILLIS
    }

    fn refill(&mut self, now: i64) {
        let passed = now - self.budget_at.unwrap_or(now);
        if passed > 0 && self.budget < SAVED {
            self.budget = (self.budget + passed * EACH_SECOND / 1_000).min(SAVED);
        }
        self.budget_at = Some(now);
    }
}
