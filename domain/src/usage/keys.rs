//! Limits of API keys: requests a second and bytes a day.
//!
//! Each process counts separately. A count in the database would cost a commit per request, which the limit is meant to
//! prevent; behind a proxy that spreads requests evenly a key has its rate in each process.

use base::config::LimitsConfig;
use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::rate_limit::{Budget, Daily, Meter, RateLimiter};
use uuid::Uuid;

use crate::load_shedding::{Bounds, Capacity, CapacityShare};

/// Keys tracked.
const KEYS: u64 = 20_000;
const MICROS: i64 = 1_000_000;

/// A key's requests: so many a second (0: no limit), after such a burst.
#[derive(Clone, Copy, Debug)]
pub struct RequestRate {
    pub a_second: u32,
    pub burst: u32,
}

impl RequestRate {
    fn budget(self) -> Option<Budget> {
        let each = MICROS.checked_div(i64::from(self.a_second))?;
        Some(Budget { at_once: i64::from(self.burst.max(1)), each })
    }
}

/// What a request of an account leaves for a day or longer, beside messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trace {
    /// An entry of the audit log.
    Audit,
    /// The answer that is kept for an `Idempotency-Key`.
    Answer,
}

impl Trace {
    /// More than programs need, and few enough for the disk: 432,000 entries and 4 million answers a day.
    fn budget(self) -> Budget {
        match self {
            Self::Audit => Budget { at_once: 10_000, each: 200 },
            Self::Answer => Budget { at_once: 50_000, each: 20 },
        }
    }
}

/// The keys that this process has seen recently.
pub struct RecentKeys {
    /// In microseconds: 300 requests a second are not a whole number of milliseconds.
    requests: RateLimiter<Uuid>,
    bytes: Daily<Uuid>,
    traces: RateLimiter<(Uuid, Trace)>,
}

impl Default for RecentKeys {
    fn default() -> Self {
        Self { requests: RateLimiter::new(KEYS), bytes: Daily::new(KEYS), traces: RateLimiter::new(KEYS) }
    }
}

impl RecentKeys {
    /// Counts a request of a key; 429 with the seconds to wait.
    pub async fn request(&self, key: Uuid, rate: RequestRate, now: i64) -> Result<(), Error> {
        let Some(budget) = rate.budget() else { return Ok(()) };
        let paced = self.requests.take(key, budget, now.saturating_mul(1_000)).await;
        paced.map_err(|micros| Error::TooMany {
            problem: "too_many_requests",
            detail: LocalizedText::new("said-key-too-fast").with("most", rate.a_second),
            retry_after: u32::try_from((micros + MICROS - 1) / MICROS).unwrap_or(u32::MAX),
        })
    }

    /// Counts what a request of an account leaves; 429 with the seconds to wait.
    pub async fn leaves(&self, tenant_id: Uuid, trace: Trace, now: i64) -> Result<(), Error> {
        let paced = self.traces.take((tenant_id, trace), trace.budget(), now).await;
        let said = || LocalizedText::new("said-account-too-fast");
        paced.map_err(|millis| Error::too_many("too_many_requests", said(), millis))
    }

    /// How many requests a key may still make at once; none without a limit.
    pub async fn requests_left(&self, key: Uuid, rate: RequestRate, now: i64) -> Option<i64> {
        Some(self.requests.left(key, rate.budget()?, now.saturating_mul(1_000)).await)
    }

    /// The counter of bytes that a key has sent today.
    pub async fn meter(&self, key: Uuid) -> Meter {
        self.bytes.meter(key).await
    }
}

/// 429: the key has used up the day's bytes.
pub fn too_many_bytes(limits: &LimitsConfig, millis: i64) -> Error {
    let said = LocalizedText::new("said-key-too-much").with("most", limits.key_mb_per_day);
    Error::too_many("too_many_bytes", said, millis)
}

// Searches that read everything an account has stored, e.g. for a phone number: one at a time for an account.

/// Searches of all accounts together.
const MOST: usize = 4;
/// Seconds after which a caller may try again.
const RETRY_AFTER: u32 = 5;

/// The searches in progress in this process.
#[derive(Debug)]
pub struct Searches(Capacity<Uuid>);

impl Default for Searches {
    fn default() -> Self {
        Self(Capacity::new(Bounds { most: MOST, of_one: 1, part: 1 }))
    }
}

impl Searches {
    /// Begins a search, which ends when the result is dropped. 429 while the account has another one, or while others
    /// use all places.
    pub fn begin(&self, tenant_id: Uuid) -> Result<CapacityShare<Uuid>> {
        let busy = || Error::TooMany {
            problem: "too_many_requests",
            detail: LocalizedText::new("said-search-busy"),
            retry_after: RETRY_AFTER,
        };
        self.0.take(tenant_id, 1).ok_or_else(busy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_keys_of_an_account_fill_no_disk_with_traces() {
        let (keys, tenant) = (RecentKeys::default(), Uuid::from_u128(1));
        for trace in [Trace::Audit, Trace::Answer] {
            for _ in 0..trace.budget().at_once {
                keys.leaves(tenant, trace, 0).await.unwrap();
            }
            let refused = keys.leaves(tenant, trace, 0).await.unwrap_err();
            assert!(matches!(refused, Error::TooMany { retry_after: 1, .. }), "{refused:?}");
            keys.leaves(Uuid::from_u128(2), trace, 0).await.unwrap();
            keys.leaves(tenant, trace, 1_000).await.unwrap();
        }
    }

    #[test]
    fn an_account_searches_once_at_a_time_and_leaves_places_to_others() {
        let searches = Searches::default();
        let first = searches.begin(Uuid::from_u128(1)).unwrap();
        let again = searches.begin(Uuid::from_u128(1)).unwrap_err();
        assert!(matches!(again, Error::TooMany { retry_after: RETRY_AFTER, .. }), "{again:?}");
        let others: Vec<_> = (2..=4).map(|id| searches.begin(Uuid::from_u128(id)).unwrap()).collect();
        assert!(searches.begin(Uuid::from_u128(5)).is_err(), "all places are taken");
        drop((first, others));
        searches.begin(Uuid::from_u128(1)).unwrap();
    }
}
