//! Limits of API keys: requests a second and bytes a day.
//!
//! Each process counts separately. A count in the database would cost a commit per request, which the limit is meant to
//! prevent; behind a proxy that spreads requests evenly a key has its rate in each process.

use base::config::LimitsConfig;
use base::error::Error;
use base::i18n::LocalizedText;
use base::rate_limit::{Budget, Daily, Meter, RateLimiter};
use uuid::Uuid;

/// Keys tracked.
const KEYS: u64 = 20_000;
const MICROS: i64 = 1_000_000;

/// The keys that this process has seen recently.
pub struct RecentKeys {
    /// In microseconds: 300 requests a second are not a whole number of milliseconds.
    requests: RateLimiter<Uuid>,
    bytes: Daily<Uuid>,
}

impl Default for RecentKeys {
    fn default() -> Self {
        Self { requests: RateLimiter::new(KEYS), bytes: Daily::new(KEYS) }
    }
}

impl RecentKeys {
    /// Counts a request of a key with so many a second (0: no limit) and such a burst; 429 with the seconds to wait.
    pub async fn request(&self, key: Uuid, (most, burst): (u32, u32), now: i64) -> Result<(), Error> {
        if most == 0 {
            return Ok(());
        }
        let each = MICROS / i64::from(most);
        let budget = Budget { at_once: i64::from(burst.max(1)), each };
        let paced = self.requests.take(key, budget, now.saturating_mul(1_000)).await;
        paced.map_err(|micros| Error::TooMany {
            problem: "too_many_requests",
            detail: LocalizedText::new("said-key-too-fast").with("most", most),
            retry_after: u32::try_from((micros + MICROS - 1) / MICROS).unwrap_or(u32::MAX),
        })
    }

    /// The counter of bytes that a key has sent today.
    pub async fn meter(&self, key: Uuid) -> Meter {
        self.bytes.meter(key).await
    }
}

/// 429: the key has used up the day's bytes.
pub fn too_many_bytes(limits: &LimitsConfig, millis: i64) -> Error {
    Error::TooMany {
        problem: "too_many_bytes",
        detail: LocalizedText::new("said-key-too-much").with("most", limits.key_mb_per_day),
        retry_after: u32::try_from((millis + 999) / 1_000).unwrap_or(u32::MAX),
    }
}
