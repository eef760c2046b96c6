//! In-memory state of one instance about the connected visitors: rate limits and event streams.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use base::config::LimitsConfig;
use base::rate_limit::{Budget, Daily, RateLimiter};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::load_shedding::{self, Bounds, Capacity, CapacityShare};
use crate::unknown_callers::network;
use crate::usage::bytes_of;

/// Streams per visitor: tabs and devices share a cookie, and a reload leaves an old stream behind for a while.
const SEATS_OF_ONE: usize = 5;
/// All streams; one address gets at most a quarter of the free ones (L14: twenty addresses used to take all).
const SEATS: Bounds = Bounds { most: 10_000, of_one: 500, part: 4 };
/// Concurrent uploads of all visitors. Limits per address are in [`crate::load_shedding`]; these are per visitor.
const UPLOADS: Bounds = Bounds { most: 10_000, of_one: 3, part: 1 };
/// Visitors whose rate is tracked.
const PACES: u64 = 100_000;

/// A rate-limited action of a visitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VisitorAct {
    /// 20 at once, then one every three seconds.
    Write,
    /// 120 at once, then two a second.
    Receipt,
    /// 10 at once, then one every ten seconds.
    File,
    /// A new chat: 3 at once, then one a minute.
    Begin,
}

impl VisitorAct {
    const fn budget(self) -> Budget {
        match self {
            Self::Write => Budget { at_once: 20, each: 3_000 },
            Self::Receipt => Budget { at_once: 120, each: 500 },
            Self::File => Budget { at_once: 10, each: 10_000 },
            Self::Begin => Budget { at_once: 3, each: 60_000 },
        }
    }

    /// The limit of an address: an office has many visitors.
    const fn budget_of_address(self) -> Budget {
        let one = self.budget();
        Budget { at_once: one.at_once * OFFICE, each: one.each / OFFICE }
    }
}

/// Multiplier for an address: this many visitors get the full rate each.
const OFFICE: i64 = 30;

/// The subject of a limit.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum LimitSubject {
    Visitor(String),
    Address(IpAddr),
    Source(Uuid),
}

/// The visitors of this instance. Cheap to clone.
#[derive(Clone)]
pub struct Guests {
    limits: RateLimiter<(LimitSubject, VisitorAct)>,
    bytes: Daily<LimitSubject>,
    seats: Arc<Mutex<Seats>>,
    /// Open streams by address.
    taken: Capacity<IpAddr>,
    uploads: Capacity<String>,
    spoke: broadcast::Sender<(String, Uuid)>,
    /// Sites that were recorded within the last minute.
    sites: RateLimiter<(Uuid, String)>,
}

#[derive(Default)]
struct Seats {
    next: u64,
    of: HashMap<String, VecDeque<(u64, CancellationToken)>>,
}

impl Default for Guests {
    fn default() -> Self {
        Self::bounded(SEATS, UPLOADS)
    }
}

impl Guests {
    /// With the configured limits.
    pub fn new(limits: &LimitsConfig) -> Self {
        let number = |of: u32| usize::try_from(of).unwrap_or(usize::MAX);
        let seats = Bounds { of_one: number(limits.streams_per_address), ..SEATS };
        let uploads = Bounds { of_one: number(limits.uploads_per_visitor), ..UPLOADS };
        Self::bounded(seats, uploads)
    }

    fn bounded(seats: Bounds, uploads: Bounds) -> Self {
        Self {
            limits: RateLimiter::new(PACES),
            bytes: Daily::new(PACES),
            seats: Arc::default(),
            taken: Capacity::new(seats),
            uploads: Capacity::new(uploads),
            spoke: broadcast::channel(256).0,
            sites: RateLimiter::new(PACES),
        }
    }

    /// Whether a site was not recorded within the last minute; it counts as recorded from now on.
    pub async fn is_site_due(&self, source_id: Uuid, origin: &str, now: i64) -> bool {
        const MINUTE: Budget = Budget { at_once: 1, each: 60_000 };
        self.sites.take((source_id, origin.to_owned()), MINUTE, now).await.is_ok()
    }

    /// A slot for a visitor's upload, held until dropped; `None` if this visitor has too many in progress.
    pub fn upload(&self, visitor: &str) -> Option<CapacityShare<String>> {
        self.uploads.take(visitor.to_owned(), 1)
    }

    /// How many streams are open.
    pub fn streams(&self) -> usize {
        self.taken.taken()
    }

    /// Counts an action; the error holds the seconds until the next one is allowed.
    pub async fn pace(&self, visitor: &str, address: Option<IpAddr>, act: VisitorAct, now: i64) -> Result<(), i64> {
        let seconds = |millis| (millis + 999) / 1000;
        if let Some(address) = address {
            let whose = LimitSubject::Address(network(address));
            self.limits.take((whose, act), act.budget_of_address(), now).await.map_err(seconds)?;
        }
        let whose = LimitSubject::Visitor(visitor.to_owned());
        self.limits.take((whose, act), act.budget(), now).await.map_err(seconds)
    }

    /// Counts bytes of an upload as they arrive; the error holds the seconds until this visitor, their address or this
    /// chat may send more.
    pub async fn bytes(
        &self,
        (visitor, address, source_id): (&str, Option<IpAddr>, Uuid),
        bytes: usize,
        limits: &LimitsConfig,
        now: i64,
    ) -> Result<(), i64> {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        let address = address.map(|address| (LimitSubject::Address(network(address)), limits.address_mb_per_day));
        let visitor = (LimitSubject::Visitor(visitor.to_owned()), limits.visitor_mb_per_day);
        let source = (LimitSubject::Source(source_id), limits.webchat_mb_per_day);
        for (whose, most) in [Some(visitor), address, Some(source)].into_iter().flatten() {
            let added = self.bytes.add(whose, bytes, bytes_of(most), now).await;
            added.map_err(|millis| (millis + 999) / 1000)?;
        }
        Ok(())
    }

    /// A slot for an event stream. A sixth replaces the visitor's oldest; `None` if all slots, or this address's share,
    /// are taken.
    pub fn sit(&self, visitor: &str, address: Option<IpAddr>) -> Option<Seat> {
        let taken = self.taken.take(load_shedding::counted(address), 1)?;
        let mut seats = self.seats.lock().unwrap_or_else(PoisonError::into_inner);
        seats.next += 1;
        let number = seats.next;
        let asked_to_leave = CancellationToken::new();
        let mine = seats.of.entry(visitor.to_owned()).or_default();
        mine.push_back((number, asked_to_leave.clone()));
        for (_, oldest) in mine.iter().take(mine.len().saturating_sub(SEATS_OF_ONE)) {
            oldest.cancel();
        }
        drop(seats);
        Some(Seat { seats: self.seats.clone(), visitor: visitor.to_owned(), _taken: taken, number, asked_to_leave })
    }

    /// Whether a visitor has an open stream at this instance.
    pub fn is_here(&self, visitor: &str) -> bool {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner).of.contains_key(visitor)
    }

    /// Announces that a visitor wrote the message of this id: their conversation exists from now on.
    pub fn say_spoke(&self, visitor: &str, id: Uuid) {
        let _ = self.spoke.send((visitor.to_owned(), id));
    }

    /// Subscribes to these announcements.
    pub fn hear(&self) -> broadcast::Receiver<(String, Uuid)> {
        self.spoke.subscribe()
    }
}

/// A slot for an event stream, freed when dropped.
pub struct Seat {
    seats: Arc<Mutex<Seats>>,
    visitor: String,
    _taken: CapacityShare<IpAddr>,
    number: u64,
    /// Cancelled when a newer stream of the same visitor needs the slot.
    pub asked_to_leave: CancellationToken,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut seats = self.seats.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(mine) = seats.of.get_mut(&self.visitor) {
            mine.retain(|(number, _)| *number != self.number);
            if mine.is_empty() {
                seats.of.remove(&self.visitor);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_twenty_first_at_once_waits_and_time_heals() {
        let guests = Guests::default();
        let pace = async |who, act, now| guests.pace(who, None, act, now).await;
        for _ in 0..20 {
            assert_eq!(pace("a", VisitorAct::Write, 1_000_000).await, Ok(()));
        }
        assert_eq!(pace("a", VisitorAct::Write, 1_000_000).await, Err(3));
        assert_eq!(pace("b", VisitorAct::Write, 1_000_000).await, Ok(()));
        assert_eq!(pace("a", VisitorAct::Receipt, 1_000_000).await, Ok(()));
        assert_eq!(pace("a", VisitorAct::Write, 1_002_500).await, Err(1));
        assert_eq!(pace("a", VisitorAct::Write, 1_003_000).await, Ok(()));
        assert_eq!(pace("a", VisitorAct::Write, 1_003_000).await, Err(3));
    }

    #[tokio::test]
    async fn many_visitors_at_one_address_share_one_rate() {
        let guests = Guests::default();
        let pace = async |number: u32, address: &str| {
            guests.pace(&number.to_string(), Some(address.parse().unwrap()), VisitorAct::Begin, 1_000_000).await
        };
        for number in 0..90 {
            assert_eq!(pace(number, "2001:db8::1").await, Ok(()));
        }
        assert_eq!(pace(90, "2001:db8::ffff:2").await, Err(2), "the same network");
        assert_eq!(pace(91, "2001:db8:0:1::1").await, Ok(()));
        assert_eq!(pace(92, "::ffff:192.0.2.1").await, Ok(()));
    }

    #[test]
    fn the_oldest_stream_makes_room_and_a_dropped_one_leaves_nothing() {
        let guests = Guests::default();
        let seats: Vec<Seat> = (0..6).filter_map(|_| guests.sit("a", None)).collect();
        let left: Vec<bool> = seats.iter().map(|seat| seat.asked_to_leave.is_cancelled()).collect();
        assert_eq!(left, [true, false, false, false, false, false]);
        drop(seats);
        let here: Option<IpAddr> = "192.0.2.1".parse().ok();
        let crowd: Vec<Seat> = (0..600).filter_map(|number| guests.sit(&number.to_string(), here)).collect();
        assert_eq!(crowd.len(), SEATS.of_one);
        assert!(guests.sit("b", "192.0.2.2".parse().ok()).is_some());
        drop(crowd);
        let seats = guests.seats.lock().unwrap();
        assert_eq!((guests.streams(), seats.of.len()), (0, 0));
    }

    #[test]
    fn l14_twenty_addresses_leave_streams_for_others() {
        let guests = Guests::default();
        let all_it_can = |last: u8| -> Vec<Seat> {
            let here: Option<IpAddr> = format!("192.0.2.{last}").parse().ok();
            (0..600).map_while(|number| guests.sit(&format!("{last}-{number}"), here)).collect()
        };
        let crowds: Vec<Vec<Seat>> = (1..=20).map(all_it_can).collect();
        assert!(crowds.iter().all(|crowd| crowd.len() > 100));
        assert!(all_it_can(21).len() > 100, "another office has room");
    }

    #[test]
    fn h3_a_visitor_sends_three_files_at_once() {
        let guests = Guests::default();
        let sent: Vec<_> = (0..4).map(|_| guests.upload("a")).collect();
        assert_eq!(sent.iter().filter(|one| one.is_some()).count(), 3);
        assert!(guests.upload("b").is_some());
        drop(sent);
        assert!(guests.upload("a").is_some());
    }
}
