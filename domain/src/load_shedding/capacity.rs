//! A bounded amount of something – bytes, requests, connections – that many callers share.
//!
//! No caller may take more than a part of what is still free. So a greedy caller leaves room for the next one, twenty
//! leave room for a twenty-first, and a single caller gets a lot: with `most = 10,000` and `part = 4` one gets 2,000;
//! twenty at the same time get 416 each and leave 1,666. Earlier callers keep what they have, so later ones get less,
//! but never nothing (dynamic thresholds, as switches share their buffers).

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

/// The capacity, and how it is shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// For all callers together.
    pub most: usize,
    /// For one caller, regardless of what is free.
    pub of_one: usize,
    /// One caller takes at most this part of what is still free: 4 is a quarter.
    pub part: usize,
}

impl Bounds {
    /// Whether a caller with `mine` may take more while all have `taken`. A caller with nothing gets whatever fits.
    fn allow(self, taken: usize, mine: usize, more: usize) -> bool {
        let free = self.most.saturating_sub(taken);
        let share = self.of_one.min(free / self.part.max(1));
        more <= free && (mine == 0 && self.of_one > 0 || mine + more <= share)
    }
}

/// The shared amount. Clones share it.
#[derive(Debug)]
pub struct Capacity<K>(Arc<CapacityInner<K>>);

impl<K> Clone for Capacity<K> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

#[derive(Debug)]
struct CapacityInner<K> {
    bounds: Bounds,
    taken: Mutex<CapacityInUse<K>>,
    freed: Arc<Notify>,
}

#[derive(Debug)]
struct CapacityInUse<K> {
    all: usize,
    of: HashMap<K, usize>,
}

impl<K: Eq + Hash + Clone> Capacity<K> {
    pub fn new(bounds: Bounds) -> Self {
        let taken = Mutex::new(CapacityInUse { all: 0, of: HashMap::new() });
        Self(Arc::new(CapacityInner { bounds, taken, freed: Arc::default() }))
    }

    /// Takes an amount for a caller; `None` if there is not enough, or the caller has its share.
    pub fn take(&self, caller: K, amount: usize) -> Option<CapacityShare<K>> {
        let mut held = self.held(caller);
        held.add(amount).then_some(held)
    }

    /// An empty holder; [`CapacityShare::add`] takes an amount.
    pub fn held(&self, caller: K) -> CapacityShare<K> {
        CapacityShare { room: self.clone(), caller, amount: 0 }
    }

    /// The sum of all callers' amounts.
    pub fn taken(&self) -> usize {
        self.lock().all
    }

    fn lock(&self) -> MutexGuard<'_, CapacityInUse<K>> {
        self.0.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An amount held by a caller; returned when dropped.
#[derive(Debug)]
pub struct CapacityShare<K: Eq + Hash + Clone> {
    room: Capacity<K>,
    caller: K,
    amount: usize,
}

impl<K: Eq + Hash + Clone> CapacityShare<K> {
    /// Takes more; false if there is not enough, and nothing was taken.
    pub fn add(&mut self, more: usize) -> bool {
        let mut taken = self.room.lock();
        let mine = taken.of.get(&self.caller).copied().unwrap_or(0);
        if !self.room.0.bounds.allow(taken.all, mine, more) {
            return false;
        }
        if more > 0 {
            taken.all += more;
            taken.of.insert(self.caller.clone(), mine + more);
            drop(taken);
            self.amount += more;
        }
        true
    }

    /// Whether it can take this much more now.
    pub fn has_room(&self, more: usize) -> bool {
        let taken = self.room.lock();
        let mine = taken.of.get(&self.caller).copied().unwrap_or(0);
        more == 0 || self.room.0.bounds.allow(taken.all, mine, more)
    }

    /// The amount held.
    pub fn amount(&self) -> usize {
        self.amount
    }

    /// The total amount of its caller.
    pub fn of_caller(&self) -> usize {
        self.room.lock().of.get(&self.caller).copied().unwrap_or(0)
    }

    /// Returns all of it.
    pub fn release(&mut self) {
        let amount = std::mem::take(&mut self.amount);
        if amount == 0 {
            return;
        }
        let mut taken = self.room.lock();
        taken.all = taken.all.saturating_sub(amount);
        let left = taken.of.get(&self.caller).copied().unwrap_or(0).saturating_sub(amount);
        if left == 0 {
            taken.of.remove(&self.caller);
        } else {
            taken.of.insert(self.caller.clone(), left);
        }
        drop(taken);
        self.room.0.freed.notify_waiters();
    }

    /// Notified whenever something is returned.
    pub fn freed(&self) -> Arc<Notify> {
        self.room.0.freed.clone()
    }
}

impl<K: Eq + Hash + Clone> Drop for CapacityShare<K> {
    fn drop(&mut self) {
        self.release();
    }
}

// Requests in progress of one class, by caller. A caller at its limit loses its own request that has waited longest
// for its body, so that connections held open by one program of an office do not block its colleagues.

/// The requests of a class. Clones share the counts.
#[derive(Clone, Debug)]
pub struct Requests {
    room: Capacity<IpAddr>,
    lines: Arc<Mutex<BodyQueue>>,
}

/// Requests that wait for their bodies, by caller, the oldest first.
#[derive(Debug, Default)]
struct BodyQueue {
    next: u64,
    of: HashMap<IpAddr, BTreeMap<u64, Arc<RequestSlot>>>,
}

/// The slot of a request in progress.
#[derive(Debug)]
struct RequestSlot {
    held: Mutex<Option<CapacityShare<IpAddr>>>,
    replaced: CancellationToken,
}

impl RequestSlot {
    fn new(held: Option<CapacityShare<IpAddr>>) -> Arc<Self> {
        Arc::new(Self { held: Mutex::new(held), replaced: CancellationToken::new() })
    }
}

impl Requests {
    pub fn new(bounds: Bounds) -> Self {
        Self { room: Capacity::new(bounds), lines: Arc::default() }
    }

    /// Starts a request. `None` if its caller has its share in progress, and none of these waits for its body.
    pub fn begin(&self, caller: IpAddr) -> Option<RequestInProgress> {
        let held = self.room.take(caller, 1).or_else(|| self.oldest(caller))?;
        Some(RequestInProgress { requests: self.clone(), caller, place: RequestSlot::new(Some(held)) })
    }

    /// Starts a request that is not counted.
    pub fn begin_uncounted(&self, caller: IpAddr) -> RequestInProgress {
        RequestInProgress { requests: self.clone(), caller, place: RequestSlot::new(None) }
    }

    /// In progress now.
    pub fn count(&self) -> usize {
        self.room.taken()
    }

    /// Ends the caller's request that has waited longest for its body, and takes over its slot.
    fn oldest(&self, caller: IpAddr) -> Option<CapacityShare<IpAddr>> {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let line = lines.of.get_mut(&caller)?;
        while let Some((_, place)) = line.pop_first() {
            let held = place.held.lock().unwrap_or_else(PoisonError::into_inner).take();
            place.replaced.cancel();
            if held.is_some() {
                return held;
            }
        }
        None
    }
}

/// A request in progress, until dropped.
#[derive(Debug)]
pub struct RequestInProgress {
    requests: Requests,
    caller: IpAddr,
    place: Arc<RequestSlot>,
}

impl RequestInProgress {
    /// Marks it as waiting for its body, until the result is dropped.
    pub fn waits_for_body(&self) -> PendingBody {
        let mut lines = self.requests.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.next += 1;
        let number = lines.next;
        lines.of.entry(self.caller).or_default().insert(number, self.place.clone());
        PendingBody { requests: self.requests.clone(), caller: self.caller, number, place: self.place.clone() }
    }
}

/// A request that is waiting for its body.
#[derive(Debug)]
pub struct PendingBody {
    requests: Requests,
    caller: IpAddr,
    number: u64,
    place: Arc<RequestSlot>,
}

impl PendingBody {
    /// Completes when it is ended for a newer request.
    pub fn replaced(&self) -> WaitForCancellationFutureOwned {
        self.place.replaced.clone().cancelled_owned()
    }
}

impl Drop for PendingBody {
    fn drop(&mut self) {
        let mut lines = self.requests.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(line) = lines.of.get_mut(&self.caller) {
            line.remove(&self.number);
            if line.is_empty() {
                lines.of.remove(&self.caller);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAMS: Bounds = Bounds { most: 10_000, of_one: 500, part: 4 };

    fn all_it_can(room: &Capacity<usize>, caller: usize) -> Vec<CapacityShare<usize>> {
        std::iter::from_fn(|| room.take(caller, 1)).collect()
    }

    #[test]
    fn a_caller_that_takes_all_it_can_leaves_room_for_others() {
        let room = Capacity::new(Bounds { of_one: usize::MAX, ..STREAMS });
        let alone = all_it_can(&room, 0);
        assert_eq!(alone.len(), 2_000);
        drop(alone);
        assert_eq!(room.taken(), 0);
        let room = Capacity::new(STREAMS);
        let crowd: Vec<Vec<CapacityShare<usize>>> = (0..20).map(|caller| all_it_can(&room, caller)).collect();
        assert!(crowd.iter().all(|held| held.len() <= 500));
        let late = all_it_can(&room, 20);
        assert!(late.len() > 100, "the twenty-first gets {}", late.len());
    }

    #[test]
    fn a_caller_without_any_share_gets_what_fits() {
        let room = Capacity::new(Bounds { most: 100, of_one: 100, part: 1 });
        let mut first = room.take("a", 50).unwrap();
        assert!(!first.add(1), "half of it is one caller's share");
        let second = room.take("b", 50).unwrap();
        assert!(room.take("c", 1).is_none());
        drop(first);
        assert_eq!((room.take("c", 50).map(|held| held.amount()), second.amount()), (Some(50), 50));
    }

    const ME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    #[test]
    fn the_oldest_that_owes_its_body_gives_way_and_others_do_not() {
        let requests = Requests::new(Bounds { most: 100, of_one: 3, part: 1 });
        let works = requests.begin(ME).unwrap();
        let owing: Vec<(RequestInProgress, PendingBody)> = (0..2)
            .map(|_| {
                let under = requests.begin(ME).unwrap();
                let waiting = under.waits_for_body();
                (under, waiting)
            })
            .collect();
        let newer = requests.begin(ME).unwrap();
        let given: Vec<bool> = owing.iter().map(|(under, _)| under.place.replaced.is_cancelled()).collect();
        assert_eq!(given, [true, false]);
        assert_eq!(requests.count(), 3, "it took over the other's place");
        let newest = requests.begin(ME).unwrap();
        assert!(requests.begin(ME).is_none(), "nothing is left that owes a body");
        assert!(requests.begin("192.0.2.1".parse().unwrap()).is_some());
        drop((owing, works, newer, newest));
        assert_eq!((requests.count(), requests.lines.lock().unwrap().of.len()), (0, 0));
    }
}
