//! Rate limits per person (whatsapp §11): one message in six seconds, with bursts that use up the following ones. A
//! person for whom a message was refused waits 6 seconds, then 24, then 96; other conversations of the number continue.
//! After a refusal by another limit or by trouble at Meta the waits grow (whatsapp §15).

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use base::cache::Cache;
use base::rate_limit::{Budget, RateLimiter};
use base::verdict::{Report, Verdict};

use super::SendContext;

/// Lower than the burst that is reported to work, because it is not guaranteed.
const PERSON: Budget = Budget { at_once: 20, each: 6_000 };
/// The first wait after a refusal, its growth factor, and the maximum number of steps.
const FIRST: Duration = Duration::from_secs(6);
const FACTOR: u32 = 4;
const STEPS: u32 = 3;
/// Maximum number of remembered people.
const PEOPLE: u64 = 50_000;
/// A person without refusals for this long starts again with the first wait.
const FORGOTTEN: Duration = Duration::from_secs(600);
/// The same for growing waits.
const KEPT: Duration = Duration::from_secs(2 * 3_600);

/// A number and a person.
type Pair = (String, String);

/// Seconds to wait after the first, second, … consecutive refusal; the last one repeats.
pub(super) type Waits = &'static [u64];
/// After reaching a limit of the number, the account or the app.
pub(super) const AFTER_LIMITS: Waits = &[5, 10, 20, 40, 80, 160, 300];
/// After trouble at Meta, most of which is over within seconds. No longer, so that messages go on within five minutes.
pub(super) const AFTER_TROUBLE: Waits = &[3, 10, 30, 60, 120, 240];

fn wait(waits: Waits, step: usize) -> Duration {
    Duration::from_secs(waits.get(step).or(waits.last()).copied().unwrap_or_default())
}

/// The rates at which this process wrote to people.
pub(super) struct Rhythm {
    sent: RateLimiter<Pair>,
    /// The number of consecutive refusals of a pair.
    refused: Cache<Pair, Arc<AtomicU32>>,
    /// The last growing wait: its step, and when it started in milliseconds since 1970. By number or letter.
    grown: Cache<String, (usize, i64)>,
}

impl Default for Rhythm {
    fn default() -> Self {
        Self {
            sent: RateLimiter::new(PEOPLE),
            refused: Cache::builder().max_capacity(PEOPLE).time_to_idle(FORGOTTEN).build(),
            grown: Cache::builder().max_capacity(PEOPLE).time_to_idle(KEPT).build(),
        }
    }
}

impl Rhythm {
    /// Counts an attempt and adds to its report how long to send nothing to the person.
    pub(super) async fn note(&self, line: &SendContext<'_>, mut report: Report) -> Report {
        let pair = pair(line);
        if let Verdict::Done(_) = report.verdict {
            self.refused.invalidate(&pair).await;
            self.grown.invalidate(&pair.0).await;
            self.grown.invalidate(&line.outgoing.id()).await;
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

    /// How long to wait after a refusal whose waits grow. `whole`: for the number, not only for this letter. Several
    /// letters refused during one wait lengthen it only once.
    pub(super) async fn grown(&self, line: &SendContext<'_>, waits: Waits, whole: bool) -> Duration {
        let key = if whole { line.number.phone_number_id.to_owned() } else { line.outgoing.id() };
        let now = line.outgoing.now.timestamp_millis();
        let next = match self.grown.get(&key).await {
            Some((step, since))
                if u128::from(now.saturating_sub(since).unsigned_abs()) < wait(waits, step).as_millis() =>
            {
                (step, since)
            }
            Some((step, _)) => (step.saturating_add(1), now),
            None => (0, now),
        };
        self.grown.insert(key, next).await;
        wait(waits, next.0)
    }
}

fn pair(line: &SendContext<'_>) -> Pair {
    (line.number.phone_number_id.to_owned(), line.address.id().to_owned())
}
