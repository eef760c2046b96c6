//! Selects due turns for free slots, reading them pool by pool.
//!
//! A pool without room is not read, and accounts that have used their share are excluded from the next page, so turns
//! that cannot be served hide none that can.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::TimeDelta;
use queue::{After, DueTurn, LeaseRequest, TargetRate};
use sea_orm::DbErr;
use uuid::Uuid;

use crate::delivery::DeliveryContext;
use crate::delivery::letters::amojo_rate;
use crate::delivery::slots::{Slot, SlotOffer};
use crate::tenant::pool_of;

/// Turns in one page of a pool.
const PAGE: u32 = 128;
/// Maximum targets of one pool that share its free slots in one scan.
const OFFERS: usize = 128;
/// Interval between sweeps of all of `turn` regardless of the watermarks, which also find new pools.
const SWEEP: TimeDelta = TimeDelta::seconds(5);
/// How far behind the earliest turn served a watermark stays: longer than a commit may take to become visible.
const MARGIN: TimeDelta = TimeDelta::seconds(10);
/// Concurrent calls to one scope of amojo.
const AMOJO_AT_ONCE: u32 = 8;

/// State kept between scans.
pub(super) struct Scan {
    /// The known pools, each with the time from which its turns are read (milliseconds).
    pools: BTreeMap<String, i64>,
    swept_at: i64,
    /// The latest scan found nothing due, and room in every pool.
    pub idle: bool,
}

/// A target to lease lanes of.
pub(super) struct Wish {
    pub pool: String,
    pub request: LeaseRequest,
    /// As many as the request's limit.
    pub slots: Vec<Slot>,
}

impl Wish {
    pub fn new(offer: SlotOffer, rate: TargetRate, slots: Vec<Slot>) -> Self {
        let limit = u32::try_from(slots.len()).unwrap_or(u32::MAX);
        let request = LeaseRequest { tenant_id: offer.tenant_id, target: offer.target, limit, rate };
        Self { pool: offer.pool, request, slots }
    }
}

/// One pool in one scan.
struct Pool {
    after: After,
    /// How many more calls each account with an offer may make.
    left: HashMap<Uuid, u32>,
    offers: usize,
    earliest: Option<i64>,
}

/// The offers, each with the rate of its target.
type Offered = Vec<(SlotOffer, TargetRate)>;

impl Scan {
    pub fn new(app: &DeliveryContext) -> Self {
        let integrations = app.integrations.all();
        let amojos = integrations.iter().map(|integration| pool_of(&integration.name));
        let kinds = app.connectors.kinds().filter_map(|kind| app.connectors.get(kind));
        let messengers = kinds.map(|connector| connector.pool().to_owned());
        Self { pools: amojos.chain(messengers).map(|pool| (pool, 0)).collect(), swept_at: 0, idle: false }
    }

    /// Makes the next scan a sweep.
    pub fn forget(&mut self) {
        self.swept_at = 0;
    }

    /// Pools in which a call may start.
    pub fn with_room(&self, app: &DeliveryContext, now: i64) -> impl Iterator<Item = &String> {
        self.pools.keys().filter(move |pool| app.slots.free(pool, now) > 0)
    }

    /// Due turns that have room, with their pools: in each pool the longest waiting are considered, and each account
    /// gets its share of them.
    ///
    /// One statement for all pools with room, none if there are none; one more every [`SWEEP`]; one for each
    /// further page. Each wish comes with the slots of its calls.
    pub async fn wishes(&mut self, app: &DeliveryContext) -> Result<Vec<Wish>, DbErr> {
        let now = app.clock.millis();
        self.sweep(app, now).await?;
        let mut pools: BTreeMap<String, Pool> =
            self.with_room(app, now).map(|pool| (pool.clone(), Pool::new(pool, self.pools[pool]))).collect();
        let first = app.queue.ready(pools.values().map(|pool| pool.after.clone()).collect(), PAGE).await?;
        self.idle = first.is_empty() && pools.len() == self.pools.len();
        let mut pages: BTreeMap<String, Vec<DueTurn>> = BTreeMap::new();
        for ready in first {
            pages.entry(ready.pool.clone()).or_default().push(ready);
        }
        let mut offered = Offered::new();
        for (name, mut page) in pages {
            let Some(pool) = pools.get_mut(&name) else { continue };
            while pool.consider(app, &page, &mut offered).await {
                page = app.queue.ready_without(&pool.after, &pool.sated(), PAGE).await?;
            }
        }
        for (name, pool) in pools {
            // By the database's clock, which may differ from ours.
            if let (Some(earliest), Some(low)) = (pool.earliest, self.pools.get_mut(&name)) {
                *low = earliest - MARGIN.num_milliseconds();
            }
        }
        let (offers, rates): (Vec<SlotOffer>, Vec<TargetRate>) = offered.into_iter().unzip();
        let reserved = app.slots.reserve(&offers, now);
        let served = offers.into_iter().zip(rates).zip(reserved).filter(|(_, slots)| !slots.is_empty());
        Ok(served.map(|((offer, rate), slots)| Wish::new(offer, rate, slots)).collect())
    }

    async fn sweep(&mut self, app: &DeliveryContext, now: i64) -> Result<(), DbErr> {
        if now - self.swept_at < SWEEP.num_milliseconds() && now >= self.swept_at {
            return Ok(());
        }
        self.swept_at = now;
        for integration in app.integrations.all().iter() {
            self.pools.entry(pool_of(&integration.name)).or_default();
        }
        for pool in app.queue.pools().await? {
            self.pools.entry(pool).or_default();
        }
        self.pools.values_mut().for_each(|low| *low = 0);
        Ok(())
    }
}

impl Pool {
    fn new(name: &str, low: i64) -> Self {
        Self { after: After::time(name, low), left: HashMap::new(), offers: 0, earliest: None }
    }

    /// Accounts that have already been offered all they can use.
    fn sated(&self) -> Vec<Uuid> {
        let sated: BTreeSet<Uuid> = self.left.iter().filter(|(_, left)| **left == 0).map(|(id, _)| *id).collect();
        sated.into_iter().collect()
    }

    /// Offers the turns of a page that have room. True if there may be more, and room for them.
    async fn consider(&mut self, app: &DeliveryContext, page: &[DueTurn], offered: &mut Offered) -> bool {
        for ready in page {
            self.earliest = self.earliest.or(Some(ready.ready_at));
            self.after = After::turn(ready);
            if self.offers >= OFFERS {
                break;
            }
            if self.left.get(&ready.tenant_id) == Some(&0) {
                continue;
            }
            let (rate, at_once) = limits(app, ready).await;
            let DueTurn { pool, tenant_id, target, .. } = ready.clone();
            let weight = weight(app, tenant_id).await;
            let offer = SlotOffer { pool, tenant_id, target, at_once, weight };
            let (of_tenant, of_target) = app.slots.room(&offer);
            let left = self.left.entry(tenant_id).or_insert(of_tenant);
            if *left > 0 && of_target > 0 {
                *left -= 1;
                self.offers += 1;
                offered.push((offer, rate));
            }
        }
        page.len() >= usize::try_from(PAGE).unwrap_or(usize::MAX) && self.offers < OFFERS
    }
}

async fn weight(app: &DeliveryContext, tenant_id: Uuid) -> u32 {
    let tenant = app.lookup.tenant(tenant_id).await.ok().flatten();
    tenant.and_then(|tenant| u32::try_from(tenant.weight).ok()).unwrap_or(1)
}

async fn limits(app: &DeliveryContext, ready: &DueTurn) -> (TargetRate, u32) {
    if is_amojo(&ready.pool) {
        return (amojo_rate(app), AMOJO_AT_ONCE);
    }
    let source = app.lookup.source(ready.target).await.ok().flatten();
    source.and_then(|source| limits_of_kind(app, &source.kind)).unwrap_or((TargetRate::per_second(10), 4))
}

/// The same from memory; none if its source was not needed lately.
pub(super) async fn known_limits(app: &DeliveryContext, pool: &str, target: Uuid) -> Option<(TargetRate, u32)> {
    if is_amojo(pool) {
        return Some((amojo_rate(app), AMOJO_AT_ONCE));
    }
    limits_of_kind(app, &app.lookup.known_source(target).await?.kind)
}

fn limits_of_kind(app: &DeliveryContext, kind: &str) -> Option<(TargetRate, u32)> {
    let connector = app.connectors.get(kind)?;
    let abilities = connector.abilities();
    Some((TargetRate::per_second(abilities.requests_per_second), abilities.at_once))
}

fn is_amojo(pool: &str) -> bool {
    pool.starts_with("amojo:")
}
