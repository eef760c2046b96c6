//! Rate limit of accounts' REST APIs. amoCRM accepts seven requests a second of an integration in an account and
//! blocks clients that make more, so all processes and all integrations of this vendor count together, by the account's
//! host ([decision 22](../../../docs/decisions/0022-one-pace-for-all-processes.md)).
//!
//! ```text
//! callers wait in this process's queue of the account ─▶ one statement reserves for all of them, a second's calls
//! at most ─▶ each goes at its time
//! ```

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use base::cache::Cache;
use base::clock::Clock;
use base::store::{Store, VENDOR};
use entity::rest_pace;
use sea_orm::{ColumnTrait, DbErr, QueryFilter};
use tokio::sync::Mutex;
use tokio::time::Instant;

/// amoCRM's limit in any second (crm-api §1.13).
const LIMIT: i64 = 7;
/// Maximum number of accounts whose queues are kept.
const ACCOUNTS: u64 = 20_000;
/// A reserved call that is late by more than this many milliseconds is not made, because it would come on top of the
/// later ones.
const STALE: i64 = 20;
/// How often a frozen clock is polled.
const LOOK: Duration = Duration::from_millis(5);

/// The burst, and the milliseconds between later calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct RestRate {
    at_once: i64,
    each: i64,
    /// Maximum calls per reservation.
    a_second: i64,
}

impl RestRate {
    /// At most [`LIMIT`] in any second unless more are configured.
    #[expect(clippy::as_conversions, reason = "configured rates are positive and finite; `as` saturates")]
    fn of(requests: f64) -> Self {
        let each = ((1000.0 / requests).ceil() as i64).max(1);
        let a_second = (requests as i64).max(1);
        // A second that begins with `at_once` calls also has as many more as fit between them.
        let later = (999 + STALE) / each;
        let is_within = each * LIMIT >= 1_000;
        let at_once = if is_within { (LIMIT - later).clamp(1, a_second.min(LIMIT)) } else { a_second };
        Self { at_once, each, a_second }
    }
}

/// The queues of all accounts in this process. Cheap to clone; clones count together.
#[derive(Clone)]
pub struct RestRateLimit {
    lines: Cache<String, Arc<AccountQueue>>,
    store: Store,
    clock: Clock,
    rate: RestRate,
    born: Instant,
    granted: Arc<AtomicU64>,
}

#[derive(Default)]
struct AccountQueue {
    waiting: AtomicI64,
    reserved: Mutex<Reserved>,
}

#[derive(Default)]
struct Reserved {
    /// When the reserved calls may be made, by [`RestRateLimit::now`].
    calls: VecDeque<i64>,
    /// Without a shared database: when the last reserved call is paid for.
    next_at: i64,
}

/// Drops an account's state, because it is gone or has moved. Another integration in the same account starts from zero,
/// which is correct again a second later.
pub(super) async fn forget(store: &Store, account: &str) -> Result<(), DbErr> {
    rest_pace::Entity::delete_of(VENDOR).filter(rest_pace::Column::Account.eq(account)).exec(store.write()).await?;
    Ok(())
}

/// A caller in a queue, until dropped.
struct QueuedCaller<'line>(&'line AtomicI64);

impl Drop for QueuedCaller<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl RestRateLimit {
    /// `requests`: per second, to one account.
    pub fn new(store: Store, requests: f64) -> Self {
        let lines = Cache::builder().max_capacity(ACCOUNTS).time_to_idle(Duration::from_secs(120)).build();
        Self {
            lines,
            clock: store.clock().clone(),
            store,
            rate: RestRate::of(requests),
            born: Instant::now(),
            granted: Arc::default(),
        }
    }

    /// Waits until this account may be called once more, behind earlier callers. A cancelled caller leaves the queue.
    pub async fn wait(&self, account: &str) {
        let line = self.lines.get_with(account.to_owned(), async { Arc::default() }).await;
        line.waiting.fetch_add(1, Ordering::Relaxed);
        let _waiting = QueuedCaller(&line.waiting);
        let mut reserved = line.reserved.lock().await;
        loop {
            let Some(at) = reserved.calls.pop_front() else {
                self.reserve(account, &line.waiting, &mut reserved).await;
                continue;
            };
            self.until(at).await;
            if self.now() - at <= STALE {
                break;
            }
        }
        self.granted.fetch_add(1, Ordering::Relaxed);
        metrics::counter!("parom_rest_calls_total").increment(1);
    }

    /// Calls that this process has let through so far.
    pub fn granted(&self) -> u64 {
        self.granted.load(Ordering::Relaxed)
    }

    /// Reserves slots for all callers that wait here now.
    async fn reserve(&self, account: &str, waiting: &AtomicI64, reserved: &mut Reserved) {
        let RestRate { at_once, each, a_second } = self.rate;
        let count = waiting.load(Ordering::Relaxed).clamp(1, a_second);
        let together =
            if self.store.is_sqlite() { None } else { Some(self.store.reserve_calls(account, each, count).await) };
        let now = self.now();
        let ahead = match together {
            Some(Ok(ahead)) => ahead,
            alone => {
                if let Some(Err(error)) = alone {
                    tracing::warn!(%error, "the shared rate limit of amoCRM's REST API is unavailable; this process limits itself");
                }
                let ahead = (reserved.next_at - now).max(0);
                reserved.next_at = now + ahead + each * count;
                ahead
            }
        };
        let first = now + ahead - (at_once - 1) * each;
        reserved.calls = (0..count).map(|number| (first + number * each).max(now)).collect();
    }

    async fn until(&self, at: i64) {
        while let Ok(wait @ 1..) = u64::try_from(at - self.now()) {
            let wait = Duration::from_millis(wait);
            tokio::time::sleep(if self.clock.frozen_millis().is_some() { LOOK.min(wait) } else { wait }).await;
        }
    }

    /// Milliseconds by a monotonic clock, or by the frozen clock of a test.
    fn now(&self) -> i64 {
        let passed = || i64::try_from(self.born.elapsed().as_millis()).unwrap_or(i64::MAX / 2);
        self.clock.frozen_millis().unwrap_or_else(passed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When this many simultaneous calls may be made.
    fn times(rate: RestRate, calls: i64) -> Vec<i64> {
        (0..calls).map(|number| ((number + 1 - rate.at_once) * rate.each).max(0)).collect()
    }

    #[test]
    fn no_second_has_more_calls_than_amocrm_takes() {
        for requests in [0.5, 1.0, 2.5, 3.0, 4.0, 5.0, 5.5, 6.0, 6.9, 7.0] {
            let rate = RestRate::of(requests);
            let times = times(rate, 100);
            for from in &times {
                let within = times.iter().filter(|at| (*from..*from + 1_000).contains(*at)).count();
                assert!(within <= 7, "{requests} a second: {within} from {from} ms on, {rate:?}");
            }
        }
    }

    #[test]
    fn the_configured_rate_is_what_is_made_in_the_long_run() {
        assert_eq!(RestRate::of(5.0), RestRate { at_once: 2, each: 200, a_second: 5 });
        assert_eq!(RestRate::of(7.0), RestRate { at_once: 1, each: 143, a_second: 7 });
        assert_eq!(RestRate::of(0.5), RestRate { at_once: 1, each: 2_000, a_second: 1 });
        assert_eq!(
            RestRate::of(500.0),
            RestRate { at_once: 500, each: 2, a_second: 500 },
            "a higher configured limit applies"
        );
    }
}
