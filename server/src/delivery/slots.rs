//! How much may be on its way at once: by destination host, by tenant where the hosts are the tenants' own, and by
//! target. A host that fails is left alone for a while, whoever it is called for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use uuid::Uuid;

/// Calls at once to one destination host.
const POOL: u32 = 64;
/// Of the tenants' own webhooks, calls at once for one tenant.
const WEBHOOKS_OF_TENANT: u32 = 8;
/// The pool of the tenants' own webhooks.
const WEBHOOKS: &str = "webhooks";
/// Failures in a row, over all tenants, after which a host is left alone.
const BREAKER_FAILURES: u32 = 40;
const BREAKER_MILLIS: i64 = 30_000;

#[derive(Default)]
struct Taken {
    pools: HashMap<String, u32>,
    tenants: HashMap<(String, Uuid), u32>,
    targets: HashMap<(Uuid, Uuid), u32>,
    failures: HashMap<String, u32>,
    open_until: HashMap<String, i64>,
}

/// Counts calls on their way. Clones count together.
#[derive(Clone, Default)]
pub struct Slots(Arc<Mutex<Taken>>);

/// One call on its way; gives its slot back when dropped.
pub struct Slot {
    slots: Slots,
    pool: String,
    tenant_id: Uuid,
    target: Uuid,
}

impl Slots {
    /// How many more calls may start for this target now.
    pub fn room(&self, pool: &str, tenant_id: Uuid, target: Uuid, at_once: u32, now: i64) -> u32 {
        let taken = self.lock();
        if taken.open_until.get(pool).is_some_and(|until| *until > now) {
            return 0;
        }
        let of = |count: Option<&u32>| count.copied().unwrap_or(0);
        let mut room = POOL.saturating_sub(of(taken.pools.get(pool)));
        if pool == WEBHOOKS {
            let used = of(taken.tenants.get(&(pool.to_owned(), tenant_id)));
            room = room.min(WEBHOOKS_OF_TENANT.saturating_sub(used));
        }
        room.min(at_once.saturating_sub(of(taken.targets.get(&(tenant_id, target)))))
    }

    /// Takes a slot.
    pub fn take(&self, pool: &str, tenant_id: Uuid, target: Uuid) -> Slot {
        let mut taken = self.lock();
        *taken.pools.entry(pool.to_owned()).or_default() += 1;
        *taken.tenants.entry((pool.to_owned(), tenant_id)).or_default() += 1;
        *taken.targets.entry((tenant_id, target)).or_default() += 1;
        Slot { slots: self.clone(), pool: pool.to_owned(), tenant_id, target }
    }

    /// Notes whether the host answered. Many failures in a row close its pool for a while; the tenants' own webhooks
    /// are many hosts and have only the breaker of each target.
    pub fn note(&self, pool: &str, answered: bool, now: i64) {
        if pool == WEBHOOKS {
            return;
        }
        let mut taken = self.lock();
        if answered {
            taken.failures.remove(pool);
            taken.open_until.remove(pool);
            return;
        }
        let failures = taken.failures.entry(pool.to_owned()).or_default();
        *failures += 1;
        if *failures >= BREAKER_FAILURES {
            tracing::warn!(pool, "a host fails again and again; it is left alone for 30 seconds");
            // One failure short: the first call after the pause decides.
            *failures = BREAKER_FAILURES - 1;
            taken.open_until.insert(pool.to_owned(), now + BREAKER_MILLIS);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Taken> {
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

fn give_back<K: std::hash::Hash + Eq>(counts: &mut HashMap<K, u32>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_a_tenant_and_a_host_have_their_bounds() {
        let slots = Slots::default();
        let (tenant, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let first: Vec<_> = (0..3).map(|_| slots.take(WEBHOOKS, tenant, Uuid::from_u128(9))).collect();
        assert_eq!(slots.room(WEBHOOKS, tenant, Uuid::from_u128(9), 4, 0), 1);
        assert_eq!(slots.room(WEBHOOKS, tenant, Uuid::from_u128(8), 100, 0), 5);
        assert_eq!(slots.room(WEBHOOKS, other, Uuid::from_u128(7), 100, 0), 8);
        drop(first);
        assert_eq!(slots.room(WEBHOOKS, tenant, Uuid::from_u128(9), 4, 0), 4);
    }

    #[test]
    fn a_failing_host_is_left_alone_and_tried_again_once() {
        let slots = Slots::default();
        let room = |now| slots.room("amojo:main", Uuid::nil(), Uuid::nil(), 4, now);
        for _ in 0..BREAKER_FAILURES {
            assert_eq!(room(0), 4);
            slots.note("amojo:main", false, 0);
        }
        assert_eq!(room(29_999), 0);
        assert_eq!(room(30_000), 4);
        slots.note("amojo:main", false, 30_000);
        assert_eq!(room(30_001), 0);
        slots.note("amojo:main", true, 60_001);
        assert_eq!(room(60_001), 4);
    }
}
