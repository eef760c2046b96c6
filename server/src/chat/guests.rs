//! What one instance remembers of the visitors who are here now: how fast they write and who watches for answers.

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::pace::{Budget, Paces};

/// Streams of one visitor: tabs and devices share a cookie, a reload leaves an old one behind for a while.
const SEATS_OF_ONE: usize = 5;
/// Streams of all.
const SEATS: usize = 10_000;
/// Streams of one address.
const SEATS_AT_ONE: usize = 500;
/// Visitors whose pace is remembered.
const PACES: u64 = 100_000;

/// What a visitor does more or less often.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Act {
    /// 20 at once, then one every three seconds.
    Write,
    /// 120 at once, then two a second.
    Receipt,
    /// 10 at once, then one every ten seconds.
    File,
    /// A chat that nobody had before: 3 at once, then one a minute.
    Begin,
}

impl Act {
    const fn budget(self) -> Budget {
        match self {
            Self::Write => Budget { at_once: 20, each: 3_000 },
            Self::Receipt => Budget { at_once: 120, each: 500 },
            Self::File => Budget { at_once: 10, each: 10_000 },
            Self::Begin => Budget { at_once: 3, each: 60_000 },
        }
    }

    /// Of all visitors at one address: an office has many.
    const fn budget_of_address(self) -> Budget {
        let one = self.budget();
        Budget { at_once: one.at_once * OFFICE, each: one.each / OFFICE }
    }
}

/// So many visitors may come from one address as if each were alone.
const OFFICE: i64 = 30;

/// Who is counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Whose {
    Visitor(String),
    Address(IpAddr),
}

/// An address as it is counted: whoever has one of IPv6 has 2⁶⁴.
fn counted(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(address) if address.to_ipv4_mapped().is_none() => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        other => other,
    }
}

/// The visitors of this instance. Cheap to clone.
#[derive(Clone)]
pub struct Guests {
    paces: Paces<(Whose, Act)>,
    seats: Arc<Mutex<Seats>>,
    spoke: broadcast::Sender<(String, Uuid)>,
}

#[derive(Default)]
struct Seats {
    taken: usize,
    next: u64,
    of: HashMap<String, VecDeque<(u64, CancellationToken)>>,
    at: HashMap<IpAddr, usize>,
}

impl Default for Guests {
    fn default() -> Self {
        Self { paces: Paces::new(PACES), seats: Arc::default(), spoke: broadcast::channel(256).0 }
    }
}

impl Guests {
    /// Counts an act; an error tells in how many seconds the next one is welcome.
    pub async fn pace(&self, visitor: &str, address: Option<IpAddr>, act: Act, now: i64) -> Result<(), i64> {
        let seconds = |millis| (millis + 999) / 1000;
        if let Some(address) = address {
            let whose = Whose::Address(counted(address));
            self.paces.take((whose, act), act.budget_of_address(), now).await.map_err(seconds)?;
        }
        let whose = Whose::Visitor(visitor.to_owned());
        self.paces.take((whose, act), act.budget(), now).await.map_err(seconds)
    }

    /// A place to watch from. The visitor's oldest makes room for a sixth; none: the house is full, or this address has
    /// enough of it.
    pub fn sit(&self, visitor: &str, address: Option<IpAddr>) -> Option<Seat> {
        let address = address.map(counted);
        let mut seats = self.seats.lock().unwrap_or_else(PoisonError::into_inner);
        let there = address.and_then(|address| seats.at.get(&address).copied()).unwrap_or(0);
        if seats.taken >= SEATS || there >= SEATS_AT_ONE {
            return None;
        }
        seats.taken += 1;
        seats.next += 1;
        if let Some(address) = address {
            seats.at.insert(address, there + 1);
        }
        let number = seats.next;
        let asked_to_leave = CancellationToken::new();
        let mine = seats.of.entry(visitor.to_owned()).or_default();
        mine.push_back((number, asked_to_leave.clone()));
        for (_, oldest) in mine.iter().take(mine.len().saturating_sub(SEATS_OF_ONE)) {
            oldest.cancel();
        }
        Some(Seat { seats: self.seats.clone(), visitor: visitor.to_owned(), address, number, asked_to_leave })
    }

    /// Says that a visitor wrote the message of this id: their conversation exists from now on.
    pub fn say_spoke(&self, visitor: &str, id: Uuid) {
        let _ = self.spoke.send((visitor.to_owned(), id));
    }

    /// Hears who writes.
    pub fn hear(&self) -> broadcast::Receiver<(String, Uuid)> {
        self.spoke.subscribe()
    }
}

/// A place to watch from, free again when dropped.
pub struct Seat {
    seats: Arc<Mutex<Seats>>,
    visitor: String,
    address: Option<IpAddr>,
    number: u64,
    /// Newer streams of the same visitor need the place.
    pub asked_to_leave: CancellationToken,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut seats = self.seats.lock().unwrap_or_else(PoisonError::into_inner);
        seats.taken = seats.taken.saturating_sub(1);
        if let Some(mine) = seats.of.get_mut(&self.visitor) {
            mine.retain(|(number, _)| *number != self.number);
            if mine.is_empty() {
                seats.of.remove(&self.visitor);
            }
        }
        let Some(address) = self.address else { return };
        if let Some(there) = seats.at.get_mut(&address) {
            *there -= 1;
            if *there == 0 {
                seats.at.remove(&address);
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
            assert_eq!(pace("a", Act::Write, 1_000_000).await, Ok(()));
        }
        assert_eq!(pace("a", Act::Write, 1_000_000).await, Err(3));
        assert_eq!(pace("b", Act::Write, 1_000_000).await, Ok(()));
        assert_eq!(pace("a", Act::Receipt, 1_000_000).await, Ok(()));
        assert_eq!(pace("a", Act::Write, 1_002_500).await, Err(1));
        assert_eq!(pace("a", Act::Write, 1_003_000).await, Ok(()));
        assert_eq!(pace("a", Act::Write, 1_003_000).await, Err(3));
    }

    #[tokio::test]
    async fn many_names_at_one_address_are_one_crowd() {
        let guests = Guests::default();
        let pace = async |number: u32, address: &str| {
            guests.pace(&number.to_string(), Some(address.parse().unwrap()), Act::Begin, 1_000_000).await
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
        assert_eq!(crowd.len(), SEATS_AT_ONE);
        assert!(guests.sit("b", "192.0.2.2".parse().ok()).is_some());
        drop(crowd);
        let seats = guests.seats.lock().unwrap();
        assert_eq!((seats.taken, seats.of.len(), seats.at.len()), (0, 0, 0));
    }
}
