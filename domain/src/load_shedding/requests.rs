//! Requests in progress of one class, by caller. A caller at its limit loses its own request that has waited longest
//! for its body, so that connections held open by one program of an office do not block its colleagues.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use super::capacity::{Bounds, Capacity, CapacityShare};

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
