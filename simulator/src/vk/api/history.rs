//! Reading messages.

use serde_json::{Value, json};

use super::{
    answer::{Answer, refused},
    params::Params,
};
use crate::vk::state::{Message, State};

/// Maximum messages and dialogues per answer.
const PAGE: i64 = 200;

fn page(params: &Params) -> (usize, usize) {
    let count = params.int("count").unwrap_or(20).clamp(0, PAGE);
    let offset = params.int("offset").unwrap_or(0).max(0);
    (usize::try_from(offset).unwrap_or(0), usize::try_from(count).unwrap_or(0))
}

fn profiles(state: &State, ids: impl Iterator<Item = i64>, fields: &str) -> Value {
    let mut known: Vec<i64> = ids.filter(|id| *id > 0).collect();
    known.sort_unstable();
    known.dedup();
    known.iter().filter_map(|id| state.people.get(id)).map(|one| state.person_json(one, fields)).collect()
}

/// `messages.getById`.
pub(super) fn by_id(state: &mut State, community: i64, params: &Params) -> Answer {
    let (ids, cmids) = (params.ints("message_ids"), params.ints("cmids"));
    let peer = params.int("peer_id");
    let dialogues = state.dialogues.iter().filter(|((owner, _), _)| *owner == community);
    let is_meant = |of: i64, one: &Message| match peer {
        Some(peer) if !cmids.is_empty() => of == peer && cmids.contains(&one.cmid),
        _ => one.id != 0 && ids.contains(&one.id),
    };
    let found = dialogues.flat_map(|((_, of), dialogue)| {
        let meant = dialogue.messages.iter().filter(|one| is_meant(*of, one) && !one.is_deleted);
        meant.map(|one| state.message_json(community, *of, one)).collect::<Vec<_>>()
    });
    let items: Vec<Value> = found.collect();
    Ok(json!({"count": items.len(), "items": items}))
}

/// `messages.getByConversationMessageId`.
pub(super) fn by_cmid(state: &mut State, community: i64, params: &Params) -> Answer {
    let peer = params.needed_int("peer_id")?;
    let dialogue = state.dialogues.get(&(community, peer)).ok_or_else(|| refused(936))?;
    let found = params.ints("conversation_message_ids").into_iter().filter_map(|cmid| dialogue.by_cmid(cmid));
    let items: Vec<Value> = found.map(|one| state.message_json(community, peer, one)).collect();
    Ok(json!({"count": items.len(), "items": items}))
}

/// `messages.getHistory`: newest first, unless `rev` is 1.
pub(super) fn history(state: &mut State, community: i64, params: &Params) -> Answer {
    let peer = match params.int("peer_id").or(params.int("user_id")) {
        Some(peer) => peer,
        None => params.needed_int("peer_id")?,
    };
    let Some(dialogue) = state.dialogues.get(&(community, peer)) else {
        return Ok(json!({"count": 0, "items": []}));
    };
    let mut all: Vec<&Message> = dialogue.messages.iter().filter(|one| !one.is_deleted).collect();
    if !params.flag("rev") {
        all.reverse();
    }
    let (offset, count) = page(params);
    let shown: Vec<&Message> = all.iter().copied().skip(offset).take(count).collect();
    let items: Vec<Value> = shown.iter().map(|one| state.message_json(community, peer, one)).collect();
    let mut answer = json!({"count": all.len(), "items": items});
    if params.flag("extended") {
        let fields = params.text("fields").unwrap_or_default();
        answer["profiles"] = profiles(state, shown.iter().map(|one| one.from_id), fields);
    }
    Ok(answer)
}

/// `messages.getConversations`: sorted by the last message, latest first.
pub(super) fn conversations(state: &mut State, community: i64, params: &Params) -> Answer {
    let own =
        state.dialogues.iter().filter(|((owner, _), dialogue)| *owner == community && !dialogue.messages.is_empty());
    let mut peers: Vec<(i64, i64)> =
        own.map(|((_, peer), dialogue)| (dialogue.messages.last().map_or(0, |one| -one.date), *peer)).collect();
    peers.sort_unstable();
    let (offset, count) = page(params);
    let shown: Vec<i64> = peers.iter().skip(offset).take(count).map(|(_, peer)| *peer).collect();
    let items: Vec<Value> = shown
        .iter()
        .map(|peer| {
            let last = state.dialogues.get(&(community, *peer)).and_then(|one| one.messages.last());
            let last = last.map(|one| state.message_json(community, *peer, one));
            json!({"conversation": state.conversation_json(community, *peer), "last_message": last})
        })
        .collect();
    let mut answer = json!({"count": peers.len(), "items": items, "unread_count": 0});
    if params.flag("extended") {
        answer["profiles"] = profiles(state, shown.into_iter(), params.text("fields").unwrap_or_default());
    }
    Ok(answer)
}

/// `messages.getConversationsById`.
pub(super) fn conversations_by_id(state: &mut State, community: i64, params: &Params) -> Answer {
    let known = params.ints("peer_ids").into_iter().filter(|peer| state.dialogues.contains_key(&(community, *peer)));
    let items: Vec<Value> = known.map(|peer| state.conversation_json(community, peer)).collect();
    Ok(json!({"count": items.len(), "items": items}))
}
