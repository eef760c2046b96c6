//! Leases of the commit that stores the letters, and the contexts of these letters.

use std::collections::{BTreeMap, HashMap};

use base::message::{Failure, day_of};
use entity::message;
use uuid::Uuid;

use super::NewItem;
use crate::conversation::learn_news;
use crate::inserts::Placed;
use crate::lease::context::{StoredContext, StoredContexts};
use crate::lease::{Claim, LeaseCall, Letter};
use crate::locked::Locked;
use crate::rows::Write;
use crate::turn::Key;

/// Leases lanes that were idle and have one new letter now, if their turns are open, at most as many of a target as the call
/// wishes for and its rate allows. The turn is paid for; it is woken with its lanes.
pub(super) fn lease_idle(locked: &mut Locked, placed: &[Placed<'_>], call: &LeaseCall, owner: Uuid) -> Vec<Claim> {
    let mut idle: BTreeMap<Key, Vec<&Placed<'_>>> = BTreeMap::new();
    for one in placed {
        let lane = locked.lanes.get(&(one.tenant_id, one.lane_id));
        if lane.is_some_and(|lane| lane.is_idle_but_for_one()) {
            idle.entry((one.tenant_id, one.letter.target)).or_default().push(one);
        }
    }
    let (now, mut claims) = (locked.now, Vec::new());
    for (key, letters) in idle {
        let (Some(wish), Some(turn)) = (call.wishes.get(&key), locked.turns.get_mut(&key)) else { continue };
        if !turn.is_open(now) {
            continue;
        }
        let mut paid = turn.clone();
        let rate = paid.pace(wish.rate, now);
        paid.refill(rate, now);
        let room = i64::from(wish.limit).min(paid.tokens / 1000);
        let before = claims.len();
        for one in letters.into_iter().take(usize::try_from(room).unwrap_or(0)) {
            let Some(lane) = locked.lanes.get_mut(&(one.tenant_id, one.lane_id)) else { continue };
            lane.lease(owner, call.number, one.order_key, now + call.lease);
            paid.tokens -= 1000;
            claims.push(claim(one, lane.source_id, lane.epoch, lane.starts, call));
        }
        if claims.len() > before {
            *turn = paid;
        }
    }
    claims
}

fn claim(one: &Placed<'_>, source_id: Uuid, epoch: i64, starts: i32, call: &LeaseCall) -> Claim {
    let letter = one.letter;
    Claim {
        tenant_id: one.tenant_id,
        lane_id: one.lane_id,
        target: letter.target,
        conversation_id: one.conversation_id,
        source_id,
        direction: letter.direction,
        stream: letter.stream,
        epoch,
        starts,
        probe: false,
        until: call.until,
        letter: Letter {
            order_key: one.order_key,
            seq: one.seq,
            id: letter.id,
            message_id: letter.message_id,
            kind: letter.kind,
            payload: letter.payload.clone(),
            attempts: 0,
            unknown: false,
            resends: 0,
            late: letter.late,
            accepted_at: one.accepted_at,
            expires_at: letter.expires_at,
            day: letter.day,
        },
    }
}

/// Reads the contexts of these letters, with the leases that it reads them for. Not of letters about earlier messages, which
/// the same commit may change later.
pub(super) fn contexts(claims: &[Claim], fresh: &[NewItem<'_>]) -> (Write, Vec<Claim>) {
    let is_of_commit = |claim: &&Claim| {
        let id = claim.letter.message_id;
        id.is_nil() || fresh.iter().any(|one| one.entry.id == id && one.entry.message.is_some())
    };
    let of_commit: Vec<Claim> = claims.iter().filter(is_of_commit).cloned().collect();
    (StoredContext::select(&of_commit), of_commit)
}

/// Adds what the same statement stores: the messages, and what they change in their conversations.
pub(super) fn complete(contexts: &mut StoredContexts, claims: &[Claim], fresh: &[NewItem<'_>]) {
    let messages: HashMap<Uuid, &NewItem<'_>> = fresh.iter().map(|one| (one.entry.id, one)).collect();
    for claim in claims {
        let Some(context) = contexts.get_mut(&claim.letter.id) else { continue };
        context.message = messages.get(&claim.letter.message_id).and_then(|one| message_row(one));
        learn_news(&mut context.conversation, fresh);
    }
}

/// The row of a new message, as [`super::new_messages`] writes it.
fn message_row(one: &NewItem<'_>) -> Option<message::Model> {
    let message = one.entry.message.as_ref()?;
    Some(message::Model {
        tenant_id: one.tenant_id,
        id: one.entry.id,
        source_id: message.source_id,
        conversation_id: one.conversation_id,
        direction: message.direction.number(),
        state: message.state.number(),
        reported: 0,
        external_id: message.external_id.clone(),
        amocrm_message_id: message.amocrm_message_id.clone(),
        body: message.body.clone(),
        error: Failure::stored(message.failure.as_ref()),
        sent_at: message.sent_at,
        accepted_at: one.entry.accepted_at,
        day: day_of(one.entry.accepted_at),
        position: 0,
        possible_duplicate: false,
        client_reaction: String::new(),
        manager_reaction: String::new(),
        reacted_at: 0,
    })
}
