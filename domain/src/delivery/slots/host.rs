//! The breaker and the retry budget of a destination host.
//!
//! An account whose calls fail has a breaker of its own (`turn`). The host's breaker opens only when calls of several
//! accounts fail and none succeeds.

use std::collections::HashMap;

use chrono::TimeDelta;
use uuid::Uuid;

/// Failures within a minute, without a success in between, that open the breaker for half a minute.
const OPEN_AFTER: u32 = 20;
/// Failures of one account that count towards [`OPEN_AFTER`], so that two accounts alone never reach it.
const OF_ACCOUNT: u32 = 8;
const WINDOW: TimeDelta = TimeDelta::minutes(1);
const OPEN: TimeDelta = TimeDelta::seconds(30);
/// Retry budget in thousandths of a retry: earned by a first attempt, cost of a retry, earned by a second of time,
/// and maximum that may be saved.
const EARNED: i64 = 200;
const COST: i64 = 1_000;
const EACH_SECOND: i64 = 1_000;
const SAVED: i64 = 10_000;

#[derive(Debug)]
pub struct Host {
    /// Failures since the last success, by account. Never more entries than [`OPEN_AFTER`].
    failed: HashMap<Uuid, u32>,
    counted_from: i64,
    /// Open until this time; afterwards one call at a time probes the host until one ends.
    open_until: Option<i64>,
    budget: i64,
    budget_at: Option<i64>,
}

impl Default for Host {
    fn default() -> Self {
        Self { failed: HashMap::new(), counted_from: 0, open_until: None, budget: SAVED, budget_at: None }
    }
}

impl Host {
    /// Maximum concurrent calls, out of `usual`.
    pub fn most(&self, usual: u32, now: i64) -> u32 {
        match self.open_until {
            Some(_) if self.is_open(now) => 0,
            Some(_) => 1,
            None => usual,
        }
    }

    /// Counts a call of an account. True if the breaker has just opened.
    pub fn note(&mut self, tenant_id: Uuid, answered: bool, now: i64) -> bool {
        if answered {
            self.open_until = None;
            self.failed.clear();
            return false;
        }
        if self.open_until.is_some() {
            // A call started before the breaker opened says nothing new; a probe does.
            let probed = !self.is_open(now);
            if probed {
                self.open_until = Some(now + OPEN.num_milliseconds());
            }
            return probed;
        }
        if now - self.counted_from >= WINDOW.num_milliseconds() || self.failed.is_empty() {
            self.failed.clear();
            self.counted_from = now;
        }
        let of_account = self.failed.entry(tenant_id).or_default();
        *of_account = of_account.saturating_add(1).min(OF_ACCOUNT);
        let opens = self.failed.values().sum::<u32>() >= OPEN_AFTER;
        if opens {
            self.failed.clear();
            self.open_until = Some(now + OPEN.num_milliseconds());
        }
        opens
    }

    pub fn is_open(&self, now: i64) -> bool {
        self.closed_until(now).is_some()
    }

    /// A time further ahead than the breaker stays open was set by a clock that has been set back since.
    pub fn closed_until(&self, now: i64) -> Option<i64> {
        self.open_until.filter(|until| *until > now && *until - now <= OPEN.num_milliseconds())
    }

    /// A first attempt: always allowed, and adds to the retry budget.
    pub fn earn(&mut self, now: i64) -> bool {
        self.refill(now);
        // Earnings may exceed what time alone can save: a busy host earns what it needs.
        self.budget = (self.budget + EARNED).min(2 * SAVED);
        true
    }

    /// A retry. False: not now.
    pub fn spend(&mut self, now: i64) -> bool {
        self.refill(now);
        let may = self.budget >= COST;
        if may {
            self.budget -= COST;
        }
        may
    }

    /// Whether its state equals that of a new host and may be dropped.
    pub fn is_whole(&self, now: i64) -> bool {
        let waited = self.budget_at.is_none_or(|at| now - at >= SAVED);
        self.open_until.is_none()
            && waited
            && (self.failed.is_empty() || now - self.counted_from >= WINDOW.num_milliseconds())
    }

    fn refill(&mut self, now: i64) {
        let passed = now - self.budget_at.unwrap_or(now);
        if passed > 0 && self.budget < SAVED {
            self.budget = (self.budget + passed * EACH_SECOND / 1_000).min(SAVED);
        }
        self.budget_at = Some(now);
    }
}
