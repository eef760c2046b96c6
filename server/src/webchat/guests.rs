//! In-memory state of one instance about the connected visitors: rate limits and event streams.

use domain::load_shedding::{self, Bounds, Capacity, CapacityShare};
use domain::unknown_callers::network;
use domain::usage::bytes_of;
use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use base::config::LimitsConfig;
use base::millis::HOUR;
use base::rate_limit::{Budget, Daily, RateLimiter};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Streams per visitor: tabs and devices share a cookie, and a reload leaves an old stream behind for a while.
const SEATS_OF_ONE: usize = 5;
/// All streams; one address gets at most a quarter of the free ones (L14: twenty addresses used to take all).
const SEATS: Bounds = Bounds { most: 10_000, of_one: 500, part: 4 };
/// Concurrent uploads of all visitors. Limits per address are in [`domain::load_shedding`]; these are per visitor.
const UPLOADS: Bounds = Bounds { most: 10_000, of_one: 3, part: 1 };
/// What is recorded once a minute.
const MINUTE: Budget = Budget { at_once: 1, each: 60_000 };
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
    /// A new chat: 3 at once, then one a minute. All visitors of a source: `limits.webchat_new_per_hour`.
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
        match self {
            // Few people of an office begin to write within the same minutes, and no address may use up what a source has.
            Self::Begin => Budget { at_once: 20, each: 30_000 },
            _ => Budget { at_once: self.budget().at_once * OFFICE, each: self.budget().each / OFFICE },
        }
    }
}

/// How many addresses it takes to use up the new chats of a source.
const SHARE: u32 = 10;
/// Multiplier for an address: this many visitors get the full rate each.
const OFFICE: i64 = 30;

/// The subject of a limit.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum LimitSubject {
    Visitor(String),
    Address(IpAddr),
    Source(Uuid),
    AddressAt(IpAddr, Uuid),
}

/// Whose new chats are used up, and the seconds until the next may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BeginRefusal {
    Address(i64),
    Source(i64),
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
    /// Sources whose flood was reported within the last minute.
    floods: RateLimiter<Uuid>,
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
            floods: RateLimiter::new(PACES),
        }
    }

    /// Whether a site was not recorded within the last minute; it counts as recorded from now on.
    pub async fn is_site_due(&self, source_id: Uuid, origin: &str, now: i64) -> bool {
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

    /// Counts a new chat of a source, of which an hour has at most so many (0: any number), and of which one address gets
    /// a tenth, so that few addresses cannot close the chat for all.
    pub async fn begin(
        &self,
        source_id: Uuid,
        address: Option<IpAddr>,
        most: u32,
        now: i64,
    ) -> Result<(), BeginRefusal> {
        if most == 0 {
            return Ok(());
        }
        let take = async |whose, half: u32| {
            let half = i64::from(half.max(1));
            let counted =
                self.limits.take((whose, VisitorAct::Begin), Budget { at_once: half, each: HOUR / half }, now).await;
            counted.map_err(|millis| (millis + 999) / 1000)
        };
        if let Some(address) = address {
            let whose = LimitSubject::AddressAt(network(address), source_id);
            take(whose, most / 2 / SHARE).await.map_err(BeginRefusal::Address)?;
        }
        take(LimitSubject::Source(source_id), most / 2).await.map_err(BeginRefusal::Source)
    }

    /// Whether a source's flood was not reported within the last minute; it counts as reported from now on.
    pub async fn is_flood_due(&self, source_id: Uuid, now: i64) -> bool {
        self.floods.take(source_id, MINUTE, now).await.is_ok()
    }

    /// Counts bytes of an upload as they arrive; the error holds the seconds until this visitor, their address or this
    /// chat may send more.
    pub async fn bytes(
        &self,
        visitor: &str,
        address: Option<IpAddr>,
        source_id: Uuid,
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
mod tests;
