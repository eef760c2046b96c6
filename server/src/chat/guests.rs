//! What one instance remembers of the visitors who are here now: how fast they write and who watches for answers.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use crate::pace::{Budget, Paces};

/// Streams of one visitor: tabs and devices share a cookie, a reload leaves an old one behind for a while.
const SEATS_OF_ONE: usize = 5;
/// Streams of all.
const SEATS: usize = 10_000;
/// Visitors whose pace is remembered.
const PACES: u64 = 100_000;

/// What a visitor does more or less often.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Act {
    /// 20 at once, then one every three seconds.
    Write,
    /// 120 at once, then two a second.
    Receipt,
}

impl Act {
    const fn budget(self) -> Budget {
        match self {
            Self::Write => Budget { at_once: 20, each: 3_000 },
            Self::Receipt => Budget { at_once: 120, each: 500 },
        }
    }
}

/// The visitors of this instance. Cheap to clone.
#[derive(Clone)]
pub struct Guests {
    paces: Paces<(String, Act)>,
    seats: Arc<Mutex<Seats>>,
    spoke: broadcast::Sender<String>,
}

#[derive(Default)]
struct Seats {
    taken: usize,
    next: u64,
    of: HashMap<String, VecDeque<(u64, CancellationToken)>>,
}

impl Default for Guests {
    fn default() -> Self {
        Self { paces: Paces::new(PACES), seats: Arc::default(), spoke: broadcast::channel(256).0 }
    }
}

impl Guests {
    /// Counts an act; an error tells in how many seconds the next one is welcome.
    pub async fn pace(&self, visitor: &str, act: Act, now: i64) -> Result<(), i64> {
        let paced = self.paces.take((visitor.to_owned(), act), act.budget(), now).await;
        paced.map_err(|millis| (millis + 999) / 1000)
    }

    /// A place to watch from. The visitor's oldest makes room for a sixth; none: the house is full.
    pub fn sit(&self, visitor: &str) -> Option<Seat> {
        let mut seats = self.seats.lock().unwrap_or_else(PoisonError::into_inner);
        if seats.taken >= SEATS {
            return None;
        }
        seats.taken += 1;
        seats.next += 1;
        let number = seats.next;
        let asked_to_leave = CancellationToken::new();
        let mine = seats.of.entry(visitor.to_owned()).or_default();
        mine.push_back((number, asked_to_leave.clone()));
        for (_, oldest) in mine.iter().take(mine.len().saturating_sub(SEATS_OF_ONE)) {
            oldest.cancel();
        }
        Some(Seat { seats: self.seats.clone(), visitor: visitor.to_owned(), number, asked_to_leave })
    }

    /// Says that a visitor wrote: their conversation exists from now on.
    pub fn say_spoke(&self, visitor: &str) {
        let _ = self.spoke.send(visitor.to_owned());
    }

    /// Hears who writes.
    pub fn hear(&self) -> broadcast::Receiver<String> {
        self.spoke.subscribe()
    }
}

/// A place to watch from, free again when dropped.
pub struct Seat {
    seats: Arc<Mutex<Seats>>,
    visitor: String,
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
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_twenty_first_at_once_waits_and_time_heals() {
        let guests = Guests::default();
        for _ in 0..20 {
            assert_eq!(guests.pace("a", Act::Write, 1_000_000).await, Ok(()));
        }
        assert_eq!(guests.pace("a", Act::Write, 1_000_000).await, Err(3));
        assert_eq!(guests.pace("b", Act::Write, 1_000_000).await, Ok(()));
        assert_eq!(guests.pace("a", Act::Receipt, 1_000_000).await, Ok(()));
        assert_eq!(guests.pace("a", Act::Write, 1_002_500).await, Err(1));
        assert_eq!(guests.pace("a", Act::Write, 1_003_000).await, Ok(()));
        assert_eq!(guests.pace("a", Act::Write, 1_003_000).await, Err(3));
    }

    #[test]
    fn the_oldest_stream_makes_room_and_a_dropped_one_leaves_nothing() {
        let guests = Guests::default();
        let seats: Vec<Seat> = (0..6).filter_map(|_| guests.sit("a")).collect();
        let left: Vec<bool> = seats.iter().map(|seat| seat.asked_to_leave.is_cancelled()).collect();
        assert_eq!(left, [true, false, false, false, false, false]);
        drop(seats);
        let seats = guests.seats.lock().unwrap();
        assert_eq!((seats.taken, seats.of.len()), (0, 0));
    }
}
