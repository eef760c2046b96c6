//! Measures durations.

use std::time::Duration;

use tokio::time::Instant;

use super::{Clock, Time};

/// Measures from its creation: by the machine's monotonic clock, or in tests by the frozen clock, so that a deadline
/// passes only when a test advances the clock.
#[derive(Clone, Debug)]
pub struct Stopwatch {
    clock: Clock,
    began: Instant,
    began_millis: i64,
}

impl Clock {
    /// Starts a stopwatch.
    pub fn stopwatch(&self) -> Stopwatch {
        Stopwatch { clock: self.clone(), began: Instant::now(), began_millis: self.millis() }
    }
}

impl Stopwatch {
    /// Elapsed time.
    pub fn elapsed(&self) -> Duration {
        match &*self.clock.time {
            Time::System | Time::Skewed(_) => self.began.elapsed(),
            Time::Frozen(_) => {
                let millis = self.clock.millis().saturating_sub(self.began_millis);
                Duration::from_millis(u64::try_from(millis).unwrap_or(0))
            }
        }
    }

    /// Waits until this much time has elapsed.
    pub async fn reaches(self, elapsed: Duration) {
        match &*self.clock.time {
            Time::System | Time::Skewed(_) => tokio::time::sleep_until(self.began + elapsed).await,
            Time::Frozen(frozen) => loop {
                let moved = frozen.moved.notified();
                if self.elapsed() >= elapsed {
                    return;
                }
                moved.await;
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_frozen_clock_reaches_a_time_when_it_is_advanced_there() {
        let clock = Clock::frozen(1_795_000_000_000);
        let watch = clock.stopwatch();
        let waits = tokio::spawn(watch.clone().reaches(Duration::from_secs(10)));
        clock.advance(Duration::from_secs(9));
        tokio::task::yield_now().await;
        assert!(!waits.is_finished());
        clock.advance(Duration::from_secs(1));
        waits.await.unwrap();
        assert_eq!(watch.elapsed(), Duration::from_secs(10));
    }

    #[tokio::test(start_paused = true)]
    async fn the_machines_clock_reaches_it_by_itself() {
        let watch = Clock::system().stopwatch();
        watch.clone().reaches(Duration::from_secs(10)).await;
        assert!(watch.elapsed() >= Duration::from_secs(10));
    }
}
