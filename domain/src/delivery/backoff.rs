//! How long a letter waits after a failed attempt.

use std::time::Duration;

/// Seconds after the first, second, … attempt; the last value repeats. With its jitter it stays below five minutes, within
/// which everything goes on after the other side's trouble.
const STEPS: [u64; 8] = [1, 2, 5, 15, 30, 60, 120, 240];

/// The longest wait that a remote side may request.
const LONGEST: Duration = Duration::from_secs(2 * 3600);

/// Milliseconds until the next attempt after `attempts` earlier ones, with ±20 % of jitter. A wait requested by the
/// other side is honoured, but never below the step and never above two hours.
pub fn millis(attempts: i32, asked: Option<Duration>) -> i64 {
    let index = usize::try_from(attempts).unwrap_or(0).min(STEPS.len() - 1);
    let step = STEPS.get(index).copied().unwrap_or(240) * 1000;
    let jittered = step * rand::random_range(80..=120_u64) / 100;
    let asked = asked.map_or(0, |asked| u64::try_from(asked.min(LONGEST).as_millis()).unwrap_or(0));
    i64::try_from(jittered.max(asked)).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_grow_and_stay_within_their_jitter() {
        for (attempts, step) in (0_i32..).zip(STEPS) {
            let wait = u64::try_from(millis(attempts, None)).unwrap();
            assert!((step * 800..=step * 1200).contains(&wait), "{attempts}: {wait}");
        }
        assert!(millis(1000, None) < 300_000);
    }

    #[test]
    fn a_requested_delay_is_honoured_within_bounds() {
        assert_eq!(millis(0, Some(Duration::from_secs(35))), 35_000);
        assert_eq!(millis(0, Some(Duration::from_secs(86_400))), 7_200_000);
        assert!(millis(9, Some(Duration::from_secs(1))) >= 192_000);
    }
}
