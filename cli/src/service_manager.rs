//! Notifies the service manager (`sd_notify(3)`): ready, reloading, stopping, and the watchdog. Does nothing without a manager
//! that listens (`NOTIFY_SOCKET`).

use std::time::Duration;

use parom::http_workers::HttpWorkers;
use sd_notify::NotifyState;
use tokio::time::{MissedTickBehavior, interval, timeout};

/// It serves, for the first time or with a configuration that was read again.
pub fn ready() {
    tell(&[NotifyState::Ready]);
}

/// It reads its configuration again; [`ready`] ends that.
pub fn reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(now) => tell(&[NotifyState::Reloading, now]),
        Err(error) => tracing::warn!(%error, "the service manager was not told of the reload: there is no clock"),
    }
}

/// It stops.
pub fn stopping() {
    tell(&[NotifyState::Stopping]);
}

/// Keeps the manager's watchdog quiet for as long as the threads that answer requests live; for ever if no watchdog is set.
pub async fn keep_alive(workers: &HttpWorkers) {
    let Some(limit) = sd_notify::watchdog_enabled().filter(|limit| !limit.is_zero()) else {
        return std::future::pending().await;
    };
    beat(limit, async || workers.answer().await, || tell(&[NotifyState::Watchdog])).await;
}

/// Beats twice within the limit, each time only if the check passed in time.
async fn beat(limit: Duration, check: impl AsyncFn() -> bool, beat: impl Fn()) {
    let mut ticks = interval(limit / 2);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let why = match timeout(limit / 4, check()).await {
            Ok(true) => {
                beat();
                continue;
            }
            Ok(false) => "none is left",
            Err(_) => "one hangs",
        };
        tracing::error!(error = why, "threads that answer requests are not well: the watchdog is not told");
    }
}

fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::warn!(%error, "the service manager could not be told what this process does");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_watchdog_is_told_only_while_the_check_passes() {
        let (checks, beats) = (AtomicU32::new(0), AtomicU32::new(0));
        // Passes, fails, does not answer; again and again.
        let check = async || match checks.fetch_add(1, Ordering::Relaxed) % 3 {
            0 => true,
            1 => false,
            _ => std::future::pending().await,
        };
        let counted = || {
            beats.fetch_add(1, Ordering::Relaxed);
        };
        let limit = Duration::from_secs(60);
        // At 0, 30, … 240 seconds.
        let _ = timeout(limit * 4 + limit / 3, beat(limit, check, counted)).await;
        assert_eq!((checks.load(Ordering::Relaxed), beats.load(Ordering::Relaxed)), (9, 3));
    }
}
