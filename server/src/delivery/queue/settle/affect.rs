//! What a try does to the turn of its target.

use super::{TurnEffect, Webhook};
use crate::delivery::queue::turn::{BREAKER, HELD, Turn, WAIT};

/// Applies what one try says of the whole target.
pub(super) fn affect(turn: &mut Turn, effect: &TurnEffect, now: i64) {
    match effect {
        TurnEffect::None => {}
        // What was held meanwhile stays held.
        _ if turn.is_held() => {}
        TurnEffect::Healthy | TurnEffect::Slowed => {
            turn.failures = 0;
            if turn.reason == BREAKER {
                turn.reason = String::new();
                turn.ready_at = Some(now);
            }
        }
        // A probe that asked nothing leaves its place to the next.
        TurnEffect::Unasked if turn.reason == BREAKER => turn.ready_at = Some(now),
        TurnEffect::Unasked => {}
        TurnEffect::Failing { open_after, open_millis } => {
            turn.failures = turn.failures.saturating_add(1);
            if turn.failures >= *open_after || turn.reason == BREAKER {
                turn.reason = BREAKER.to_owned();
                turn.ready_at = Some(now + open_millis);
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

/// Counts webhooks that failed in a row. What was held meanwhile keeps its count: it says why.
pub(super) fn count(turn: &mut Turn, webhook: &Webhook, now: i64) {
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
