//! How a settlement leaves the lane and its turn.

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;

use super::{Settled, Settlement, affect};
use crate::lane::{Due, Lane, LaneKey, Seed};
use crate::turn::Turn;

/// Wakes the turns of due lanes, and applies pauses, breakers and probes: one row each, however many letters wait
/// behind it.
pub(super) fn end_turns(
    turns: &mut Vec<Turn>,
    seeds: &BTreeMap<LaneKey, Seed>,
    lanes: &BTreeMap<LaneKey, Lane>,
    mine: &[&Settlement],
    now: i64,
) {
    let mut due: HashMap<(Uuid, Uuid), i64> = HashMap::new();
    for (key, lane) in lanes {
        if let (Some(seed), Some(at)) = (seeds.get(key), lane.due.at(now)) {
            due.entry((key.0, seed.target)).and_modify(|earliest| *earliest = at.min(*earliest)).or_insert(at);
        }
    }
    turns.retain_mut(|turn| {
        let before = turn.clone();
        let key = (turn.tenant_id, turn.target);
        for one in mine.iter().filter(|one| (one.claim.tenant_id, one.claim.target) == key) {
            if let Some(webhook) = one.attempt.as_ref().and_then(|attempt| attempt.webhook.as_ref()) {
                affect::count(turn, webhook, now);
            }
            affect::affect(turn, &one.turn, now);
            if let Some(attempt) = &one.attempt {
                affect::adapt(turn, &one.turn, attempt, now);
            }
        }
        if let (true, Some(at)) = (turn.reason.is_empty(), due.get(&key)) {
            turn.ready_at = Some(turn.ready_at.map_or(*at, |ready_at| ready_at.min(*at)));
        }
        before != *turn
    });
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
