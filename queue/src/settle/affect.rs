//! The effect of an attempt on its target's turn.

use super::{Attempt, LoggedWebhook, TurnEffect};
use crate::turn::{BREAKER, HELD, Turn, WAIT};

/// Window over which calls are counted.
const WINDOW_MILLIS: i64 = 60_000;
/// A rate is raised by one request a second after this long without a request to slow down.
const CLEAN_MILLIS: i64 = 60_000;
const STEP: i64 = 1_000;
/// HTTP: too many requests; service unavailable.
const SLOW_DOWN: [i32; 2] = [429, 503];

/// Applies an attempt's effect on the whole target.
pub(super) fn affect(turn: &mut Turn, effect: &TurnEffect, now: i64) {
    match effect {
        TurnEffect::None => {}
        // A hold set meanwhile remains.
        _ if turn.is_held() => {}
        TurnEffect::Healthy | TurnEffect::Slowed => {
            turn.failures = 0;
            // Webhooks keep theirs until one of them succeeds.
            if turn.failing == 0 {
                turn.failing_since = None;
            }
            count_call(turn, false, now);
            if turn.reason == BREAKER {
                turn.reason = String::new();
                turn.ready_at = Some(now);
                (turn.calls, turn.errors) = (0, 0);
            }
        }
        // A probe that made no call leaves its place to the next.
        TurnEffect::Unasked if turn.reason == BREAKER => turn.ready_at = Some(now),
        TurnEffect::Unasked => {}
        TurnEffect::Failing { open_after, open_millis } => {
            turn.failures = turn.failures.saturating_add(1);
            turn.failing_since.get_or_insert(now);
            count_call(turn, true, now);
            let mostly = turn.calls >= *open_after && turn.errors.saturating_mul(2) >= turn.calls;
            if mostly || turn.reason == BREAKER {
                turn.reason = BREAKER.to_owned();
                turn.ready_at = Some(now + open_millis);
                (turn.calls, turn.errors) = (0, 0);
            }
        }
        TurnEffect::Wait { millis } => {
            let earlier = turn.ready_at.filter(|_| turn.reason == WAIT).unwrap_or(0);
            turn.reason = WAIT.to_owned();
            turn.ready_at = Some(earlier.max(now + millis));
        }
        TurnEffect::Hold { reason } => {
            turn.reason = format!("{HELD}{reason}");
            turn.ready_at = None;
        }
    }
}

fn count_call(turn: &mut Turn, failed: bool, now: i64) {
    if now - turn.counted_from >= WINDOW_MILLIS {
        (turn.calls, turn.errors, turn.counted_from) = (0, 0, now);
    }
    turn.calls = turn.calls.saturating_add(1);
    turn.errors = turn.errors.saturating_add(i32::from(failed));
}

/// Adapts a rate that is found by experience: halved when the other side asks to slow down, raised by one request a
/// second after each minute in which it did not. Calls started before the last change do not count against the new
/// rate.
pub(super) fn adapt(turn: &mut Turn, effect: &TurnEffect, attempt: &Attempt, now: i64) {
    if turn.rate == 0 {
        return;
    }
    if SLOW_DOWN.contains(&attempt.status) {
        if now - i64::from(attempt.millis) > turn.rate_at {
            turn.rate = (turn.rate / 2).max(1);
        }
        turn.rate_at = now;
    } else if *effect == TurnEffect::Healthy && now - turn.rate_at >= CLEAN_MILLIS {
        (turn.rate, turn.rate_at) = (turn.rate.saturating_add(STEP), now);
    }
}

/// Counts consecutively failed webhooks. A target held meanwhile keeps its count, which is the reason for the hold.
pub(super) fn count(turn: &mut Turn, webhook: &LoggedWebhook, now: i64) {
    if turn.is_held() {
        return;
    }
    if webhook.failed {
        turn.failing_since.get_or_insert(now);
        turn.failing = turn.failing.saturating_add(1);
    } else {
        (turn.failing_since, turn.failing) = (None, 0);
    }
}
