//! How a settlement leaves the lane and its turn.

use super::{Settled, Settlement, affect};
use crate::lane::{Due, Lane};
use crate::locked::Locked;

/// Applies pauses, breakers and probes: one row each, however many letters wait behind it.
pub(super) fn affect_turns(locked: &mut Locked, mine: &[&Settlement]) {
    let now = locked.now;
    for one in mine {
        let Some(turn) = locked.turns.get_mut(&(one.claim.tenant_id, one.claim.target)) else { continue };
        if let Some(webhook) = one.attempt.as_ref().and_then(|attempt| attempt.webhook.as_ref()) {
            affect::count(turn, webhook, now);
        }
        affect::affect(turn, &one.turn, now);
        if let Some(attempt) = &one.attempt {
            affect::adapt(turn, &one.turn, attempt, now);
        }
    }
}

/// Ends the lease; returns the position of the letter that was sent.
pub(super) fn release(lane: &mut Lane, one: &Settlement) -> i64 {
    lane.owner = None;
    lane.leased_until = 0;
    match &one.settled {
        Settled::Delivered | Settled::Superseded | Settled::Buried { .. } => {
            lane.starts = 0;
            lane.places.finish(one.claim.letter.order_key);
            lane.waiting = (lane.waiting - 1).max(0);
            lane.due = if lane.waiting > 0 { Due::In(one.rest) } else { Due::Never };
            lane.carried += i64::from(one.settled == Settled::Delivered);
        }
        Settled::Retry { millis, .. } => {
            lane.starts = 0;
            lane.due = Due::In(*millis);
        }
        Settled::Partial { .. } => {
            lane.starts = 0;
            lane.due = Due::In(one.rest);
        }
        Settled::GivenBack => {
            lane.starts = (lane.starts - 1).max(0);
            lane.due = Due::In(0);
        }
    }
    lane.carried
}
