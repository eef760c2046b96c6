//! Shares the free slots of a pool: the tenant with the least usage by weight is next. Usage is counted as a *pass*
//! that grows with each slot, slower for a larger weight (stride scheduling); a newcomer starts at the lowest pass of
//! the others, so that nothing is saved up by staying away.
//!
//! A [`Host`] has a breaker and a budget of retries. An account whose calls fail has a breaker of its own (`turn`); the
//! host's opens only when calls of several accounts fail and none succeeds.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap};

use chrono::TimeDelta;
use uuid::Uuid;

/// How far one slot advances a tenant of weight 1.
const STRIDE: u64 = 1_000_000;

/// The demand of a target.
#[derive(Clone, Copy, Debug)]
pub struct SlotDemand<'offer> {
    pub pool: &'offer str,
    pub tenant_id: Uuid,
    /// Slots for this target.
    pub room: u32,
    pub weight: u32,
    /// Slots of this tenant in this pool while others want some there.
    pub beside_others: u32,
    /// While no other tenant does.
    pub alone: u32,
}

/// Passes by pool and tenant, kept while the tenant wants slots.
#[derive(Debug, Default)]
pub struct Passes(HashMap<(String, Uuid), u64>);

impl Passes {
    /// Shares the free slots; returns how many each gets. Ties go to the first in the list.
    pub fn share(&mut self, wants: &[SlotDemand<'_>], free: impl Fn(&str) -> u32) -> Vec<u32> {
        let mut given = vec![0; wants.len()];
        let mut passes = HashMap::new();
        let mut pools: Vec<&str> = wants.iter().map(|want| want.pool).collect();
        pools.sort_unstable();
        pools.dedup();
        for pool in pools {
            let places: Vec<usize> = (0..wants.len()).filter(|place| wants[*place].pool == pool).collect();
            let mut had = self.standing(pool, wants, &places);
            hand_out(wants, &places, free(pool), &mut had, &mut given);
            passes.extend(had.into_iter().map(|(tenant_id, pass)| ((pool.to_owned(), tenant_id), pass)));
        }
        self.0 = passes;
        given
    }

    fn standing(&self, pool: &str, wants: &[SlotDemand<'_>], places: &[usize]) -> HashMap<Uuid, u64> {
        let known = |tenant_id: Uuid| self.0.get(&(pool.to_owned(), tenant_id)).copied();
        let least = places.iter().filter_map(|place| known(wants[*place].tenant_id)).min().unwrap_or(0);
        let tenants = places.iter().map(|place| wants[*place].tenant_id);
        tenants.map(|tenant_id| (tenant_id, known(tenant_id).unwrap_or(least))).collect()
    }
}

/// One tenant that shares a pool.
struct Tenant {
    id: Uuid,
    pass: u64,
    got: u32,
    /// Its targets that could use more, those with fewest slots first.
    hungry: BinaryHeap<Reverse<(u32, usize)>>,
}

impl Tenant {
    /// Its rank, lower for an earlier turn; none if it wants no more.
    fn rank(&self, number: usize) -> Option<(u64, u32, usize, usize)> {
        self.hungry.peek().map(|Reverse((given, place))| (self.pass, *given, *place, number))
    }
}

fn hand_out(
    wants: &[SlotDemand<'_>],
    places: &[usize],
    mut free: u32,
    had: &mut HashMap<Uuid, u64>,
    given: &mut [u32],
) {
    let mut tenants = tenants_of(wants, places, had);
    let mut turns: BTreeSet<_> =
        tenants.iter().enumerate().filter_map(|(number, tenant)| tenant.rank(number)).collect();
    // Tenants that want more, and among them those that have reached their share.
    let (mut wanting, mut sated) = (turns.len(), Vec::new());
    while free > 0
        && let Some((_, _, place, number)) = turns.pop_first()
    {
        let (want, tenant) = (&wants[place], &mut tenants[number]);
        if tenant.got >= if wanting > 1 { want.beside_others } else { want.alone } {
            sated.push(number);
            continue;
        }
        given[place] += 1;
        free -= 1;
        tenant.got += 1;
        tenant.pass += STRIDE / u64::from(want.weight.max(1));
        tenant.hungry.pop();
        if given[place] < want.room {
            tenant.hungry.push(Reverse((given[place], place)));
        }
        match tenant.rank(number) {
            Some(rank) => {
                turns.insert(rank);
            }
            None => {
                wanting -= 1;
                if wanting == 1 {
                    turns.extend(sated.drain(..).filter_map(|number: usize| tenants[number].rank(number)));
                }
            }
        }
    }
    had.extend(tenants.iter().map(|tenant| (tenant.id, tenant.pass)));
}

fn tenants_of(wants: &[SlotDemand<'_>], places: &[usize], had: &HashMap<Uuid, u64>) -> Vec<Tenant> {
    let mut numbers: HashMap<Uuid, usize> = HashMap::new();
    let mut tenants: Vec<Tenant> = Vec::new();
    for place in places {
        let id = wants[*place].tenant_id;
        let number = *numbers.entry(id).or_insert(tenants.len());
        if number == tenants.len() {
            let pass = had.get(&id).copied().unwrap_or(0);
            tenants.push(Tenant { id, pass, got: 0, hungry: BinaryHeap::new() });
        }
        if wants[*place].room > 0 {
            tenants[number].hungry.push(Reverse((0, *place)));
        }
    }
    tenants
}

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

#[cfg(test)]
mod tests {
    use super::*;

    fn want(tenant: u128, weight: u32) -> SlotDemand<'static> {
        let tenant_id = Uuid::from_u128(tenant);
        SlotDemand { pool: "amojo:main", tenant_id, room: 8, weight, beside_others: 16, alone: 48 }
    }

    #[test]
    fn weights_decide_however_few_slots_come_free_at_a_time() {
        for free in [1, 3, 7] {
            let mut passes = Passes::default();
            let wants = [want(1, 1), want(2, 3), want(3, 1)];
            let mut sums = [0; 3];
            for _ in 0..100 {
                for (sum, given) in sums.iter_mut().zip(passes.share(&wants, |_| free)) {
                    *sum += given;
                }
            }
            let fifth = free * 20;
            assert!(sums[0].abs_diff(fifth) <= 1 && sums[1].abs_diff(3 * fifth) <= 2, "{free} at a time: {sums:?}");
        }
    }

    #[test]
    fn an_idle_account_accumulates_no_priority() {
        let mut passes = Passes::default();
        for _ in 0..1_000 {
            passes.share(&[want(1, 1)], |_| 1);
        }
        let mut sums = [0; 2];
        for _ in 0..10 {
            for (sum, given) in sums.iter_mut().zip(passes.share(&[want(1, 1), want(2, 1)], |_| 1)) {
                *sum += given;
            }
        }
        assert_eq!(sums, [5, 5]);
    }

    #[test]
    fn no_account_has_more_than_a_quarter_while_others_wait() {
        // Fifty bots of one account, and one of another.
        let mut wants = vec![want(1, 100); 50];
        wants.push(want(2, 1));
        let given = Passes::default().share(&wants, |_| 64);
        assert_eq!(given[..50].iter().sum::<u32>(), 48, "the other has all it can use, so it does not wait");
        assert_eq!(given[50], 8);
        wants[50].room = 100;
        wants[50].beside_others = 16;
        let given = Passes::default().share(&wants, |_| 64);
        assert_eq!((given[..50].iter().sum::<u32>(), given[50]), (16, 16), "both still want: a quarter each");
    }
}
