//! The only source of wall time. Everything that reads the time or makes an id is given a [`Clock`], so a test that
//! advances a frozen one skips back-offs, expiries and retention. Timers that only wait use tokio's; deadlines that a
//! test needs to skip use a [`Stopwatch`].

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::Notify;
use tokio::time::Instant;
use uuid::{ContextV7, Timestamp, Uuid};

/// A source of time; clones show the same time and draw ids from the same sequence.
#[derive(Clone, Debug)]
pub struct Clock {
    time: Arc<Time>,
    sequence: Arc<Mutex<ContextV7>>,
}

#[derive(Debug)]
enum Time {
    System,
    /// Offset from the system's time in milliseconds.
    Skewed(AtomicI64),
    Frozen(Frozen),
}

#[derive(Debug)]
struct Frozen {
    /// Unix milliseconds.
    at: AtomicI64,
    /// Notified at each advance.
    moved: Notify,
}

impl Clock {
    /// The time of this machine.
    pub fn system() -> Self {
        Self::of(Time::System)
    }

    /// A clock that is off by this many milliseconds, for tests.
    pub fn skewed(by_millis: i64) -> Self {
        Self::of(Time::Skewed(AtomicI64::new(by_millis)))
    }

    /// A clock for tests that stays at `at_millis` (Unix time) until advanced.
    pub fn frozen(at_millis: i64) -> Self {
        Self::of(Time::Frozen(Frozen { at: AtomicI64::new(at_millis), moved: Notify::new() }))
    }

    fn of(time: Time) -> Self {
        Self { time: Arc::new(time), sequence: Arc::new(Mutex::new(ContextV7::new())) }
    }

    /// Moves a frozen or skewed clock, and its clones, forward by whole milliseconds; no effect on the system's clock.
    pub fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        let moves = |at: &AtomicI64| at.update(Ordering::SeqCst, Ordering::SeqCst, |now| now.saturating_add(by));
        match &*self.time {
            Time::System => {}
            Time::Skewed(offset) => drop(moves(offset)),
            Time::Frozen(frozen) => {
                moves(&frozen.at);
                frozen.moved.notify_waiters();
            }
        }
    }

    /// Sets a frozen clock, and its clones, back: as an operator does who finds that it stood ahead.
    pub fn set_back(&self, by: Duration) {
        if let Time::Frozen(frozen) = &*self.time {
            let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
            frozen.at.update(Ordering::SeqCst, Ordering::SeqCst, |now| now.saturating_sub(by));
            frozen.moved.notify_waiters();
        }
    }

    /// Now, truncated to milliseconds, so a stored value equals the one used.
    pub fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.millis()).unwrap_or(DateTime::UNIX_EPOCH)
    }

    /// Now as Unix milliseconds, the unit of the queue.
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the system for the time")]
    pub fn millis(&self) -> i64 {
        match &*self.time {
            Time::System => Utc::now().timestamp_millis(),
            Time::Skewed(by) => Utc::now().timestamp_millis().saturating_add(by.load(Ordering::SeqCst)),
            Time::Frozen(frozen) => frozen.at.load(Ordering::SeqCst),
        }
    }

    /// The time of a frozen clock, `None` for the system's. Lets tests freeze the database's time with it.
    pub fn frozen_millis(&self) -> Option<i64> {
        match &*self.time {
            Time::System | Time::Skewed(_) => None,
            Time::Frozen(frozen) => Some(frozen.at.load(Ordering::SeqCst)),
        }
    }

    /// A new id. Ids from one clock sort by creation, also within a millisecond and when the system's time jumps back;
    /// times before 1970 count as 1970.
    pub fn uuid_v7(&self) -> Uuid {
        let millis = u64::try_from(self.millis()).unwrap_or(0);
        let nanos = u32::try_from(millis % 1000 * 1_000_000).unwrap_or(0);
        Uuid::new_v7(Timestamp::from_unix(&*self.sequence, millis / 1000, nanos))
    }
}

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

    const START: i64 = 1_795_000_000_123;

    #[test]
    fn the_system_clock_does_not_jump() {
        let clock = Clock::system();
        let before = clock.millis();
        clock.advance(Duration::from_secs(3600));
        assert!(clock.millis() < before + 3_000_000);
        assert!(before > 1_700_000_000_000);
    }

    #[test]
    fn ids_carry_the_time_and_sort_by_making() {
        for clock in [Clock::frozen(START), Clock::frozen(-5), Clock::system()] {
            let ids: Vec<Uuid> = (0..2000).map(|_| clock.clone().uuid_v7()).collect();
            assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
            assert_eq!(ids[0].get_version_num(), 7);
        }
        let clock = Clock::frozen(START);
        let first = clock.uuid_v7();
        let (seconds, nanos) = first.get_timestamp().unwrap().to_unix();
        assert_eq!((seconds, nanos), (1_795_000_000, 123_000_000));
        clock.advance(Duration::from_millis(1));
        assert!(clock.uuid_v7() > first);
    }

    #[tokio::test(start_paused = true)]
    async fn the_machines_clock_reaches_it_by_itself() {
        let watch = Clock::system().stopwatch();
        watch.clone().reaches(Duration::from_secs(10)).await;
        assert!(watch.elapsed() >= Duration::from_secs(10));
    }
}
