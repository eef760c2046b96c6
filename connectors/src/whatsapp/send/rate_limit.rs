//! Rate limits of people (whatsapp §11): one message in six seconds to one person, with bursts that have to be earned back. Whoever
//! is refused by it waits 6 seconds, then 24, then 96, alone: other conversations of the number go on.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use base::rate_limit::{Budget, RateLimiter};
use base::verdict::{Report, Verdict};
use moka::future::Cache;

use super::SendContext;

/// Less than the burst that is said to pass, because nothing promises it.
const PERSON: Budget = Budget { at_once: 20, each: 6_000 };
/// The first wait after a refusal, how it grows, and how often.
const FIRST: Duration = Duration::from_secs(6);
const FACTOR: u32 = 4;
const STEPS: u32 = 3;
/// Maximum number of remembered people.
const PEOPLE: u64 = 50_000;
/// Who was not refused for so long begins anew.
const FORGOTTEN: Duration = Duration::from_secs(600);

/// A number and a person.
type Pair = (String, String);

/// Rates at which this process wrote to people.
pub(super) struct Rhythm {
    sent: RateLimiter<Pair>,
    /// How often in a row a pair was refused.
    refused: Cache<Pair, Arc<AtomicU32>>,
}

impl Default for Rhythm {
    fn default() -> Self {
        Self {
            sent: RateLimiter::new(PEOPLE),
            refused: Cache::builder().max_capacity(PEOPLE).time_to_idle(FORGOTTEN).build(),
        }
    }
}

impl Rhythm {
    /// Counts an attempt and adds to its report how long to leave the person alone.
    pub(super) async fn note(&self, line: &SendContext<'_>, mut report: Report) -> Report {
        let pair = pair(line);
        if let Verdict::Done(_) = report.verdict {
            self.refused.invalidate(&pair).await;
        }
        let now = line.outgoing.now.timestamp_millis();
        let rest = self.sent.spend(pair, PERSON, now).await;
        report.rest = Duration::from_millis(u64::try_from(rest).unwrap_or(0));
        report
    }

    /// How long to wait after Meta refused a message because of its limit for one person.
    pub(super) async fn slowed(&self, line: &SendContext<'_>) -> Duration {
        let count = self.refused.get_with(pair(line), async { Arc::default() }).await;
        let step = count.fetch_add(1, Ordering::Relaxed).min(STEPS - 1);
        FIRST * FACTOR.pow(step)
    }
}

fn pair(line: &SendContext<'_>) -> Pair {
    (line.number.phone_number_id.to_owned(), line.address.id().to_owned())
}
