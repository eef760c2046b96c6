//! Limits of concurrent calls: by destination host, by tenant, and by target. The breaker of a host opens when calls
//! of several accounts fail, and retries at a host are limited to a share of its first attempts.
//!
//! What its last calls came to is reported by each process with its heartbeat, so that one page shows those of all.

mod share;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use base::millis::MINUTE;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use share::Host;

/// Concurrent calls to one destination host.
const POOL: u32 = 128;
/// Concurrent calls to the tenants' own webhooks, which are many hosts. A call that waits for an answer costs little.
const WEBHOOKS_AT_ONCE: u32 = 1_024;
/// A tenant's share of a pool: at most a quarter while others wait; otherwise a quarter stays free, so that the next
/// tenant finds room.
const OF_TENANT: u32 = POOL / 4;
const OF_TENANT_ALONE: u32 = POOL - POOL / 4;
/// Concurrent calls of one tenant to its own webhooks while less than half of all slots are in use, less than three
/// quarters, and beyond that: hanging endpoints cannot take all slots unless those of more than four hundred accounts
/// hang at once.
const WEBHOOKS_OF_TENANT: [u32; 3] = [8, 2, 1];
/// The pool of the tenants' own webhooks.
const WEBHOOKS: &str = "webhooks";
/// Maximum number of remembered hosts; the tenants' own are many.
const HOSTS: usize = 10_000;

#[derive(Default)]
struct SlotsInUse {
    pools: HashMap<String, u32>,
    tenants: HashMap<(String, Uuid), u32>,
    targets: HashMap<(Uuid, Uuid), u32>,
    /// By pool; the tenants' own webhooks, each a host of its own, by target.
    hosts: HashMap<(String, Uuid), Host>,
    passes: share::Passes,
    /// By pool.
    recent: HashMap<String, RecentCalls>,
    /// Something may be due for which there was no room.
    awaited: bool,
}

/// Counts running calls. Clones share the counts.
#[derive(Clone, Default)]
pub struct Slots(Arc<Mutex<SlotsInUse>>);

/// One running call; returns its slot when dropped.
pub struct Slot {
    slots: Slots,
    pool: String,
    tenant_id: Uuid,
    target: Uuid,
}

/// A due target that could use slots.
#[derive(Clone, Debug)]
pub struct SlotOffer {
    pub pool: String,
    pub tenant_id: Uuid,
    pub target: Uuid,
    /// Maximum concurrent calls to this target.
    pub at_once: u32,
    /// The tenant's weight in sharing a pool.
    pub weight: u32,
}

impl Slots {
    /// Takes slots for the calls that each of these may start now, in their order.
    pub fn reserve(&self, offers: &[SlotOffer], now: i64) -> Vec<Vec<Slot>> {
        let mut taken = self.lock();
        let shares = Self::share_in(&mut taken, offers, now);
        let slots = |(offer, share): (&SlotOffer, u32)| (0..share).map(|_| self.take_in(&mut taken, offer)).collect();
        offers.iter().zip(shares).map(slots).collect()
    }

    /// Takes at most `at_once` slots for each of these, where room is plenty: more than half of the pool is free, so that
    /// nobody else waits for it, and the account has not used the share that it has beside others.
    pub fn reserve_idle(&self, offers: &[SlotOffer], counts: &[u32], now: i64) -> Vec<Vec<Slot>> {
        let mut taken = self.lock();
        let of = |count: Option<&u32>| count.copied().unwrap_or(0);
        let mut reserved = Vec::with_capacity(offers.len());
        for (offer, count) in offers.iter().zip(counts) {
            let mut slots = Vec::new();
            for _ in 0..*count {
                let in_pool = of(taken.pools.get(&offer.pool));
                let of_tenant = of(taken.tenants.get(&(offer.pool.clone(), offer.tenant_id)));
                let of_target = of(taken.targets.get(&(offer.tenant_id, offer.target)));
                let is_idle = free_of(&taken.hosts, &offer.pool, in_pool, now) * 2 > at_once(&offer.pool)
                    && of_tenant < tenant_limits(&offer.pool, in_pool).0
                    && of_target < offer.at_once;
                if !is_idle {
                    break;
                }
                slots.push(self.take_in(&mut taken, offer));
            }
            reserved.push(slots);
        }
        reserved
    }

    fn share_in(taken: &mut SlotsInUse, offers: &[SlotOffer], now: i64) -> Vec<u32> {
        let SlotsInUse { pools, tenants, targets, hosts, passes, .. } = taken;
        let of = |count: Option<&u32>| count.copied().unwrap_or(0);
        let free = |pool: &str| free_of(hosts, pool, of(pools.get(pool)), now);
        let wants: Vec<share::SlotDemand> = offers
            .iter()
            .map(|offer| {
                let used = of(tenants.get(&(offer.pool.clone(), offer.tenant_id)));
                let (beside_others, alone) = tenant_limits(&offer.pool, of(pools.get(&offer.pool)));
                share::SlotDemand {
                    pool: &offer.pool,
                    tenant_id: offer.tenant_id,
                    room: offer.at_once.saturating_sub(of(targets.get(&(offer.tenant_id, offer.target)))),
                    weight: offer.weight,
                    beside_others: beside_others.saturating_sub(used),
                    alone: alone.saturating_sub(used),
                }
            })
            .collect();
        passes.share(&wants, free)
    }

    /// Whether a delivery may wait for a call to end: set before a look at what is due and at the room for it, cleared after
    /// one that found nothing due and room everywhere.
    pub fn set_awaited(&self, awaited: bool) {
        self.lock().awaited = awaited;
    }

    pub fn are_awaited(&self) -> bool {
        self.lock().awaited
    }

    /// How many calls may start in a pool now, for all tenants together.
    pub fn free(&self, pool: &str, now: i64) -> u32 {
        let taken = self.lock();
        free_of(&taken.hosts, pool, taken.pools.get(pool).copied().unwrap_or(0), now)
    }

    /// How many more calls an offer's tenant may make in its pool, and how many of them to its target.
    pub fn room(&self, offer: &SlotOffer) -> (u32, u32) {
        let taken = self.lock();
        let (_, alone) = tenant_limits(&offer.pool, taken.pools.get(&offer.pool).copied().unwrap_or(0));
        let of_tenant = taken.tenants.get(&(offer.pool.clone(), offer.tenant_id)).copied().unwrap_or(0);
        let of_target = taken.targets.get(&(offer.tenant_id, offer.target)).copied().unwrap_or(0);
        (alone.saturating_sub(of_tenant), offer.at_once.saturating_sub(of_target))
    }

    /// Takes a slot.
    pub fn take(&self, pool: &str, tenant_id: Uuid, target: Uuid) -> Slot {
        let offer = SlotOffer { pool: pool.to_owned(), tenant_id, target, at_once: 1, weight: 1 };
        self.take_in(&mut self.lock(), &offer)
    }

    fn take_in(&self, taken: &mut SlotsInUse, offer: &SlotOffer) -> Slot {
        let SlotOffer { pool, tenant_id, target, .. } = offer.clone();
        *taken.pools.entry(pool.clone()).or_default() += 1;
        *taken.tenants.entry((pool.clone(), tenant_id)).or_default() += 1;
        *taken.targets.entry((tenant_id, target)).or_default() += 1;
        Slot { slots: self.clone(), pool, tenant_id, target }
    }

    /// Records whether the host answered a call of this tenant. When calls of several tenants fail and none succeeds,
    /// its pool is closed for a while; one tenant's failures only open its own breaker. The tenants' own webhooks are
    /// many hosts and have only the breaker of each target.
    pub fn note(&self, pool: &str, tenant_id: Uuid, answered: bool, now: i64) {
        if pool == WEBHOOKS {
            return;
        }
        let mut taken = self.lock();
        let host = taken.hosts.entry((pool.to_owned(), Uuid::nil())).or_default();
        if host.note(tenant_id, answered, now) {
            tracing::warn!(pool, "calls of several accounts to a host fail; its breaker is open for 30 seconds");
        }
        let open = if host.is_open(now) { 1.0 } else { 0.0 };
        metrics::gauge!("parom_host_breaker_open", "remote" => pool.to_owned()).set(open);
    }

    /// Whether a letter may be sent now: first attempts always, retries up to a fifth of the first attempts.
    pub fn may_try(&self, pool: &str, target: Uuid, second: bool, now: i64) -> bool {
        let key = (pool.to_owned(), if pool == WEBHOOKS { target } else { Uuid::nil() });
        let mut taken = self.lock();
        if taken.hosts.len() >= HOSTS {
            taken.hosts.retain(|_, host| !host.is_whole(now));
        }
        let host = taken.hosts.entry(key).or_default();
        if second { host.spend(now) } else { host.earn(now) }
    }

    /// Hosts whose breaker is open, and until when (milliseconds since 1970).
    pub fn closed(&self, now: i64) -> Vec<(String, i64)> {
        let taken = self.lock();
        let closed = taken.hosts.iter().filter_map(|((pool, _), host)| Some((pool.clone(), host.closed_until(now)?)));
        let mut closed: Vec<_> = closed.collect();
        closed.sort();
        closed
    }

    /// What the last calls of this process came to, by pool, and which hosts' breakers are open.
    pub fn report(&self, now: i64) -> CallReport {
        let closed = self.closed(now).into_iter().collect();
        let taken = self.lock();
        let calls = taken.recent.iter().filter_map(|(pool, calls)| Some((pool.clone(), calls.figures(now)?)));
        CallReport { calls: calls.collect(), closed }
    }

    /// Remembers how long a call took, and whether it failed.
    pub fn measure(&self, pool: &str, millis: i64, failed: bool, now: i64) {
        let mut taken = self.lock();
        if !taken.recent.contains_key(pool) {
            taken.recent.insert(pool.to_owned(), RecentCalls::default());
        }
        if let Some(calls) = taken.recent.get_mut(pool) {
            calls.add(now, millis, failed);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, SlotsInUse> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut taken = self.slots.lock();
        give_back(&mut taken.pools, &self.pool);
        give_back(&mut taken.tenants, &(self.pool.clone(), self.tenant_id));
        give_back(&mut taken.targets, &(self.tenant_id, self.target));
    }
}

/// Maximum concurrent calls in a pool.
fn at_once(pool: &str) -> u32 {
    if pool == WEBHOOKS { WEBHOOKS_AT_ONCE } else { POOL }
}

/// Free slots of a pool, limited by its host's breaker.
fn free_of(hosts: &HashMap<(String, Uuid), Host>, pool: &str, taken: u32, now: i64) -> u32 {
    let usual = at_once(pool);
    let most = hosts.get(&(pool.to_owned(), Uuid::nil())).map_or(usual, |host| host.most(usual, now));
    most.saturating_sub(taken)
}

/// Concurrent calls that one tenant may make in a pool with `taken` slots in use: beside others, and alone.
fn tenant_limits(pool: &str, taken: u32) -> (u32, u32) {
    if pool != WEBHOOKS {
        return (OF_TENANT, OF_TENANT_ALONE);
    }
    let [usual, half_full, nearly_full] = WEBHOOKS_OF_TENANT;
    let most = match taken {
        ..512 => usual,
        512..768 => half_full,
        768.. => nearly_full,
    };
    (most, most)
}

fn give_back<K: std::hash::Hash + Eq>(counts: &mut HashMap<K, u32>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}

/// The last calls to one pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallFigures {
    pub calls: i64,
    /// Those that failed, as [`queue::Attempt::call_failed`] has it.
    pub failed: i64,
    /// Half of the calls took at most this, in milliseconds; of several processes, that of the slowest.
    #[serde(default)]
    pub usual: i64,
    /// The same of 95 of 100 calls.
    pub within: i64,
}

/// The last calls of one or more processes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CallReport {
    /// By pool; without those that were not called lately.
    pub calls: BTreeMap<String, CallFigures>,
    /// Pools whose host's breaker is open, and until when (milliseconds since 1970).
    pub closed: BTreeMap<String, i64>,
}

impl CallReport {
    /// As a heartbeat stores it.
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// A stored report; an empty one if a process of another version stored nothing, or something else.
    pub fn stored(text: Option<&str>) -> Self {
        text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    /// Adds the calls of another process.
    pub fn add(&mut self, other: Self) {
        for (pool, more) in other.calls {
            let sum = self.calls.entry(pool).or_insert(CallFigures { calls: 0, failed: 0, usual: 0, within: 0 });
            sum.calls += more.calls;
            sum.failed += more.failed;
            sum.usual = sum.usual.max(more.usual);
            sum.within = sum.within.max(more.within);
        }
        for (pool, until) in other.closed {
            let latest = self.closed.entry(pool).or_insert(until);
            *latest = (*latest).max(until);
        }
    }
}

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
struct RecentCalls(VecDeque<Call>);

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
        let within = |percent: usize| times.get((times.len() * percent).div_ceil(100).checked_sub(1)?).copied();
        let (usual, within) = (within(50)?, within(95)?);
        let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let failed = recent().filter(|call| call.failed).count();
        Some(CallFigures { calls: count(times.len()), failed: count(failed), usual, within })
    }
}
